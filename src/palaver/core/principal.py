"""Who is asking, as a verified credential says; never what a request's body says."""

from typing import Literal

import msgspec

from palaver.core.ids import KeyId, UserId

WHO = "palaver.who"  # where the door puts the principal into the ASGI scope, for what stays open

# What somebody is in this house as a whole. A viewer reads what others share and asks nothing; a counsellor is a member
# who may be called to people in need.
Role = Literal["admin", "counsellor", "member", "viewer"]


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A verified caller. `scopes` None means everything the role allows."""

    user_id: UserId
    role: Role = "member"
    via: Literal["token", "cookie", "key", "issuer", "ticket"] = "token"
    key_id: KeyId | None = None
    scopes: frozenset[str] | None = None
    sign_in: str | None = None  # what they are signed in by, as identity keeps it; none of a key or an issuer's token

    @property
    def admin(self) -> bool:
        """Whether administrators' endpoints are open to this caller."""
        return self.role == "admin"
