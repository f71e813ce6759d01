"""What an operator may set about sessions."""

from pydantic import BaseModel, ConfigDict, Field


class SessionSettings(BaseModel):
    """Bounds of lists and of search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page_limit: int = Field(200, ge=1, le=1000, description="Most sessions or messages that one page of a list holds.")
    search_batch: int = Field(
        200, ge=1, description="Messages that search takes in at a time while the server is idle."
    )
    share_links: bool = Field(True, description="Whether sessions can be read by links that open without an account.")
    import_bytes: int = Field(4 * 2**30, ge=1, description="Bytes that one upload of exported sessions may have.")
    import_session_bytes: int = Field(
        128 * 2**20, ge=1, description="Bytes that one conversation of such an upload may have; one is read at a time."
    )
