"""What an operator says about the bucket that keeps contents of files, where the disk does not; it opens none."""

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

S3_LACKS = "files.s3.bucket needs the extra `s3`: install palaver[s3] (or boto3 beside it), or leave the bucket out."


class S3Settings(BaseModel):
    """Where the bucket is. Workspaces stay folders of this machine; their snapshots and uploads go to the bucket."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bucket: str | None = Field(
        default=None, min_length=3, max_length=63, description="The bucket for contents; left out, the disk keeps them."
    )
    endpoint: str | None = Field(
        default=None, pattern=r"^https?://", description="The address of the S3 server; left out, Amazon's."
    )
    public_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="The address of the same server for clients, in links; left out, the endpoint.",
    )
    region: str = Field(default="us-east-1", min_length=1, description="The region that requests are signed for.")
    prefix: str = Field(
        default="", pattern=r"^([A-Za-z0-9._-]+/)*$", description="What all keys begin with; it ends with a slash."
    )
    access_key: SecretStr | None = Field(default=None, description="The id of the access key.")
    secret_key: SecretStr | None = Field(default=None, description="The secret of the access key.")
    path_style: bool = Field(
        default=True, description="Whether the bucket stands in the path of addresses, or in the name of the host."
    )
    timeout: timedelta = Field(
        default=timedelta(seconds=20), gt=timedelta(0), description="How long the server may be silent."
    )
    part_bytes: int = Field(
        default=64 * 2**20, ge=5 * 2**20, description="Files that are larger are uploaded in parts of this size."
    )
    link_lifetime: timedelta = Field(
        default=timedelta(minutes=15), gt=timedelta(0), le=timedelta(days=7), description="How long links are good for."
    )
    cache_bytes: int = Field(
        default=10 * 2**30, ge=0, description="Bytes of contents that are kept on the disk as well, once they are used."
    )

    @model_validator(mode="after")
    def _with_keys(self) -> Self:
        if self.bucket and not (self.access_key and self.secret_key):
            raise ValueError("A bucket needs access_key and secret_key.")
        return self
