"""What an operator may set about memory."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class MemorySettings(BaseModel):
    """How much is remembered of people, and how much of that models are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recall: bool = Field(True, description="Whether models are told the facts that people let Palaver remember.")
    extraction: bool = Field(
        False,
        description="Whether people may let a model pick facts from what they say; it is off for each until they ask.",
    )
    extraction_model: str | None = Field(
        None, description="The model (provider/model) that picks facts; left out, the session's own."
    )
    extraction_deadline: timedelta = Field(
        timedelta(seconds=60), gt=timedelta(0), description="How long picking facts from one turn may take."
    )
    facts_per_user: int = Field(500, ge=1, le=10_000, description="Most facts that are remembered for one person.")
    fact_characters: int = Field(500, ge=20, le=4_000, description="Most characters of one fact.")
    told_tokens: int = Field(400, ge=1, description="Most tokens of facts that a model is told in one turn.")
    recall_deadline: timedelta = Field(
        timedelta(milliseconds=250),
        gt=timedelta(0),
        description="How long a turn waits for facts; then it goes on without them, and says so.",
    )
