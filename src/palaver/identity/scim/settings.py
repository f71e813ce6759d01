"""What an operator says about a directory that looks after users over SCIM; not who may act for it: keys say that."""

from pydantic import BaseModel, ConfigDict, Field


class ScimSettings(BaseModel):
    """Users and groups of a directory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str | None = Field(
        None,
        description="The issuer whose users the directory looks after: an externalId is the subject of its tokens. "
        "Left out, they are local users, known by their e-mail addresses.",
    )
    largest_page: int = Field(200, ge=1, le=1000, description="Users or groups in one answer of SCIM at most.")
