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
    at_once: int = Field(
        10_000, ge=1, description="Runs that work at once in this process; more wait, and whoever has fewest is next."
    )
    at_once_per_user: int = Field(6_000, ge=1, description="Runs of one user that work at once; more wait.")
    waiting_per_user: int = Field(
        1_000, ge=0, description="Runs of one user that may wait for others to be over; one more is refused with 429."
    )
    queued_per_session: int = Field(16, ge=0, description="Most turns that may wait for their turn in one session.")
    human_silence: timedelta = Field(
        timedelta(minutes=30),
        gt=timedelta(0),
        description="How long somebody from the team who does nothing stays joined; then the model answers again.",
    )
    unwritten_bytes: int = Field(
        1_048_576,
        ge=1,
        description="Most bytes of an answer that wait for a database that cannot be written; then the model waits.",
    )
    history_messages: int = Field(
        400, ge=1, description="Most messages of a session's path that are considered for what a model is told."
    )
    max_turns: int = Field(50, ge=1, le=1000, description="Model calls of one turn, where its request says nothing.")
    longest: timedelta = Field(
        timedelta(hours=1),
        gt=timedelta(0),
        description="How long models and tools of one turn may work; waiting for people does not count.",
    )
    output_characters: int = Field(
        4_000_000, ge=1_000, description="Most characters that one turn may say, results of tools included."
    )
    repeats: int = Field(3, ge=2, description="How often in a row the same call may fail before the turn is stopped.")
    format_tries: int = Field(
        2, ge=0, description="How often a model is asked again for an answer that does not follow its output format."
    )
    approval_expiry: timedelta = Field(
        timedelta(days=7),
        gt=timedelta(0),
        description="How long a call or a question waits for a person; then it counts as rejected.",
    )
