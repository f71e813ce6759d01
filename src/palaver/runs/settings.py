"""What an operator may set about runs."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class RunSettings(BaseModel):
    """Deadlines and bounds of runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lease: timedelta = Field(
        timedelta(seconds=15),
        gt=timedelta(0),
        description="How long runs stay with a server that is not heard of; then another server goes on with them.",
    )
    queued_per_session: int = Field(16, ge=0, description="Most turns that may wait for their turn in one session.")
    unwritten_bytes: int = Field(
        1_048_576,
        ge=1,
        description="Most bytes of an answer that wait for a database that cannot be written; then the model waits.",
    )
    history_messages: int = Field(
        400, ge=1, description="Most messages of a session's path that are considered for what a model is told."
    )
