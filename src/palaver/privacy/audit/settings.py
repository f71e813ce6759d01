"""What an operator may set about the audit log; what is written into it is not theirs to choose."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class AuditSettings(BaseModel):
    """How long it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep: timedelta | None = Field(
        timedelta(days=365),
        ge=timedelta(days=1),
        description="How long entries of the audit log are kept; an empty value keeps them for ever.",
    )
