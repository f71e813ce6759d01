"""What clients send to identity and get back, with examples for the documentation; not how it is stored."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from palaver.core.principal import Principal, Role
from palaver.identity.keys import ApiKey
from palaver.identity.sign_ins import Tokens
from palaver.identity.store import User
from palaver.kit.sealed import Sealed


def _readable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("A name is written in characters that can be seen.")
    return text


def as_text(given: object) -> object:
    """A time comes as text, not as a number of seconds."""
    if given is None or isinstance(given, str):
        return given
    raise ValueError("A time is written as text, like 2031-01-01T00:00:00Z.")


Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ada@example.org"])]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_readable)]
Password = Annotated[Sealed[str], Field(examples=["correct horse battery"])]


class Body(BaseModel):
    """What a client sends: no field besides these."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Registration(Body):
    """Who wants an account."""

    email: Email
    password: Password
    name: Name | None = Field(None, examples=["Ada"])
    invitation: Sealed[str] | None = Field(None, description="The secret of an invitation, where one is needed.")


class Login(Body):
    """Who signs in."""

    email: Email
    password: Password


class Refresh(Body):
    """The refresh token that came last."""

    refresh_token: Sealed[str]


class Logout(Body):
    """A refresh token to end, for clients that keep tokens themselves."""

    refresh_token: Sealed[str] | None = None


class PasswordChange(Body):
    """The new password, and the current one where there is one."""

    current_password: Sealed[str] | None = None
    new_password: Password


class KeyRequest(Body):
    """A key to be made. Left out, `scopes` allow what you may do yourself, and the key does not expire."""

    name: Name = Field(examples=["laptop"])
    scopes: list[str] | None = Field(None, max_length=32, examples=[["sessions:read", "runs:write"]])
    expires_at: Annotated[AwareDatetime, BeforeValidator(as_text)] | None = Field(
        None, examples=["2031-01-01T00:00:00Z"]
    )
    networks: list[Annotated[str, Field(max_length=64)]] | None = Field(
        None,
        max_length=32,
        examples=[["192.0.2.0/24"]],
        description="Addresses and ranges from which alone the key may be used.",
    )


class UserInfo(msgspec.Struct, frozen=True):
    """A user as told to that user."""

    id: str
    email: str | None
    name: str | None
    role: Role
    created_at: str


class SignedIn(msgspec.Struct, frozen=True):
    """Tokens of a sign-in. Both `expires_in` are seconds from now."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    user: UserInfo


class Me(msgspec.Struct, frozen=True):
    """Whose credential it is, of which kind, and what it may do; `scopes` null is all that the role allows."""

    user: UserInfo
    via: Literal["token", "cookie", "key", "issuer", "ticket"]
    key_id: str | None
    scopes: list[str] | None


class TicketInfo(msgspec.Struct, frozen=True):
    """Opens one WebSocket, within `expires_in` seconds, as `?ticket=`."""

    ticket: str
    expires_in: int


class Synced(msgspec.Struct, frozen=True):
    """Whether the user of an external issuer was new here."""

    status: Literal["created", "exists"]
    user_id: str


class KeyInfo(msgspec.Struct, frozen=True):
    """An API key without its secret. One that was rotated, and the key that followed it, know each other."""

    id: str
    name: str
    scopes: list[str] | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    networks: list[str] | None = None
    replaces_id: str | None = None
    replaced_by_id: str | None = None


class KeyList(msgspec.Struct, frozen=True):
    """All keys of a user, oldest first."""

    items: list[KeyInfo]


class NewKey(msgspec.Struct, frozen=True):
    """A key that was made now; `key` is told this once and never again."""

    id: str
    name: str
    scopes: list[str] | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    key: str
    networks: list[str] | None = None
    replaces_id: str | None = None
    replaced_by_id: str | None = None


def user_info(user: User) -> UserInfo:
    """A user for clients."""
    return UserInfo(user.id, user.email, user.name, user.role, user.created_at)


def signed_in(tokens: Tokens, user: User) -> SignedIn:
    """Tokens for clients."""
    return SignedIn(
        tokens.access.reveal(),
        "bearer",
        tokens.expires_in,
        tokens.refresh.reveal(),
        tokens.refresh_expires_in,
        user_info(user),
    )


def me(principal: Principal, user: User) -> Me:
    """The caller for clients."""
    scopes = None if principal.scopes is None else sorted(principal.scopes)
    return Me(user_info(user), principal.via, principal.key_id, scopes)


def key_info(key: ApiKey) -> KeyInfo:
    """A key for clients."""
    return KeyInfo(**_key_fields(key))


def key_list(keys: Iterable[ApiKey]) -> KeyList:
    """Keys for clients."""
    return KeyList([key_info(key) for key in keys])


def new_key(key: ApiKey, secret: Sealed[str]) -> NewKey:
    """A key with its secret, for the one who made it."""
    return NewKey(**_key_fields(key), key=secret.reveal())


def _key_fields(key: ApiKey) -> dict[str, Any]:
    return key._asdict()
