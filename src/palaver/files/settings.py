"""What an operator can say about the files of sessions: how large they may be; nothing is measured here."""

from pydantic import BaseModel, ConfigDict, Field


class FileSettings(BaseModel):
    """Bounds of one session's workspace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_bytes: int = Field(
        default=64 * 2**20, ge=1, description="Bytes that one file may have when it is written through Palaver."
    )
    workspace_bytes: int = Field(
        default=2 * 2**30, ge=1, description="Bytes that all files of one session may have together."
    )
    workspace_entries: int = Field(
        default=100_000, ge=1, description="Files and folders of one session that are looked at in one go."
    )
