"""Whom an operator may put on the ladder of who is called; who of them is there is looked up when it counts."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from palaver.kit.sealed import Sealed
from palaver.tools.hooks.signing import key_of

Address = Annotated[str, Field(pattern=r"^[^\s@<>]+@[^\s@<>]+$", max_length=320)]


class OnCall(BaseModel):
    """One group that is called, and on which ways besides the console."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60, description="What the group is called.")
    role: Literal["counsellor", "admin"] | None = Field(
        None, description="Everybody with this role is in it: counsellor or admin."
    )
    group_id: str | None = Field(
        None, description="Who of this group of the house, or of an organisation, is counsellor or administrator."
    )
    mail: tuple[Address, ...] = Field((), description="Addresses that are written to as well, such as a duty phone's.")
    webhook: str | None = Field(
        None, pattern=r"^https?://", description="A URL that is told as well, such as that of a pager."
    )
    webhook_secret: Sealed[str] | None = Field(
        None, description="What its requests are signed with: `whsec_` and random bytes in base64."
    )

    @field_validator("webhook_secret")
    @classmethod
    def _signs(cls, secret: Sealed[str] | None) -> Sealed[str] | None:
        if secret is not None:
            key_of(secret.reveal())
        return secret

    @model_validator(mode="after")
    def _somebody(self) -> "OnCall":
        if not (self.role or self.group_id or self.mail or self.webhook):
            raise ValueError("Say who is in it: role, group_id, mail or webhook.")
        if self.webhook_secret is not None and self.webhook is None:
            raise ValueError("A webhook_secret needs a webhook.")
        return self


_EVERYBODY = ({"name": "counsellors", "role": "counsellor"}, {"name": "administrators", "role": "admin"})
EVERYBODY = tuple(OnCall.model_validate(one) for one in _EVERYBODY)
