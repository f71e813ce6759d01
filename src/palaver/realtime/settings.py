"""What an operator may set about streams."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class RealtimeSettings(BaseModel):
    """Deadlines of event streams."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ping: timedelta = Field(
        timedelta(seconds=15), gt=timedelta(0), description="How long a stream may be silent before it says so."
    )
    stuck: timedelta = Field(
        timedelta(seconds=60),
        gt=timedelta(0),
        description="How long a reader may take nothing while something waits for it; then its connection is closed.",
    )
