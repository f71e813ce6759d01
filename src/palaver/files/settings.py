"""What an operator can say about the files of sessions: how large they may be; nothing is measured here."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from palaver.files.s3_settings import S3Settings


class FileSettings(BaseModel):
    """Bounds of one session's workspace."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    s3: S3Settings = S3Settings()
    templates: Path | None = Field(
        default=None,
        description="The folder whose folders are templates of workspaces; left out, templates/ in the home.",
    )
    file_bytes: int = Field(
        default=64 * 2**20, ge=1, description="Bytes that one file may have when it is written through Palaver."
    )
    upload_bytes: int = Field(
        default=2 * 2**30, ge=1, description="Bytes that one file may have that is brought in over HTTP."
    )
    workspace_bytes: int = Field(
        default=8 * 2**30, ge=1, description="Bytes that all files of one session may have together."
    )
    user_bytes: int = Field(
        default=64 * 2**30, ge=1, description="Bytes that all files of one person may have together."
    )
    workspace_entries: int = Field(
        default=100_000, ge=1, description="Files and folders of one session that are looked at in one go."
    )
    sweep_every: timedelta = Field(
        default=timedelta(minutes=10), gt=timedelta(0), description="How often contents are removed that nothing needs."
    )
    sweep_grace: timedelta = Field(
        default=timedelta(hours=1), ge=timedelta(0), description="How long contents are kept though nothing needs them."
    )
    unused_uploads: timedelta = Field(
        default=timedelta(days=1), ge=timedelta(0), description="How long uploads are kept that no message shows."
    )
    message_files: int = Field(default=20, ge=1, description="Files and images that one message may carry.")
    message_bytes: int = Field(
        default=128 * 2**20, ge=1, description="Bytes that the files and images of one message may have together."
    )
    remembered_bytes: int = Field(
        default=32 * 2**20, ge=0, description="Bytes of scaled images and taken out texts that are kept in memory."
    )
