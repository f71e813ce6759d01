"""What an operator may set about contexts."""

from pydantic import BaseModel, ConfigDict, Field


class ContextSettings(BaseModel):
    """How long conversations are kept within a model's window."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    compact_at: float = Field(
        0.8,
        gt=0.1,
        le=1,
        description="How full a model's window may get before earlier messages are summed up; 1: never.",
    )
    summary_model: str | None = Field(
        None, description="The model (provider/model) that writes summaries; left out, the session's own."
    )
    check_summaries: bool = Field(
        True, description="Whether a second call compares each summary with what it sums up, and repairs it once."
    )
    document_characters: int = Field(
        20_000, ge=500, description="How many characters of one attached document a model is told at most."
    )
    titles: bool = Field(
        True, description="Whether a model names sessions after their first answer; builtin models never do."
    )
    title_model: str | None = Field(
        None, description="The model (provider/model) that names sessions; left out, the session's own."
    )
