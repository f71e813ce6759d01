"""What an operator may set about webhooks; whose they are and what they tell is their owners' business."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class WebhookSettings(BaseModel):
    """Where deliveries may go, how long they are tried, and how many there may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_http: bool = Field(False, description="Whether webhooks may be told over plain http.")
    allow_private: bool = Field(
        False, description="Whether webhooks may be at private addresses, such as this machine's."
    )
    timeout: float = Field(15, ge=0.1, le=120, description="Seconds a receiver has for its whole answer.")
    parallel: int = Field(16, ge=1, le=1_000, description="Endpoints that are told something at the same time.")
    per_user: int = Field(20, ge=0, description="Webhooks one person may have.")
    payload_bytes: int = Field(
        262_144, ge=1_024, description="The largest object that is sent whole; of larger ones, a short form and a path."
    )
    waiting: int = Field(
        10_000, ge=1, description="Deliveries that may wait for one endpoint; one more, and it is disabled."
    )
    first_wait: timedelta = Field(
        timedelta(seconds=5),
        gt=timedelta(0),
        description="How soon a delivery that failed is tried again; then thrice.",
    )
    longest_wait: timedelta = Field(
        timedelta(hours=6), gt=timedelta(0), description="The longest time between two tries of a delivery."
    )
    give_up_after: timedelta = Field(
        timedelta(days=3), gt=timedelta(0), description="How long an endpoint may fail until it is disabled."
    )
    keep: timedelta = Field(
        timedelta(days=30), gt=timedelta(0), description="How long deliveries stay in the log, and can be replayed."
    )
