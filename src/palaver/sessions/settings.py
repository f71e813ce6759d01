"""What an operator may set about sessions."""

from pydantic import BaseModel, ConfigDict, Field


class SessionSettings(BaseModel):
    """Limits of lists and of what clients may keep beside sessions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page_limit: int = Field(200, ge=1, le=1000, description="Most sessions or messages that one page of a list holds.")
    metadata_bytes: int = Field(
        16_384, ge=0, description="Most bytes of JSON that a client may keep in `metadata` or `settings`."
    )
    search_batch: int = Field(
        200, ge=1, description="Messages that search takes in at a time while the server is idle."
    )
