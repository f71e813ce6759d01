"""What an operator may set about the bus."""

from pydantic import BaseModel, ConfigDict, Field


class BusSettings(BaseModel):
    """The bounds of mailboxes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader_backlog_bytes: int = Field(
        1_048_576,
        ge=1024,
        description="Most bytes that wait for one slow reader of a stream; with more it is let go.",
    )
