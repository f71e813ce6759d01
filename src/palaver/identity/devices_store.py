"""Every query about where somebody is signed in; all scripts."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, union_all, update

from palaver.core.ids import UserId
from palaver.identity.tables import browser_sessions, refresh_tokens, token_families
from palaver.storage.script import Script, Statement

_OWN = (browser_sessions.c.user_id == bindparam("owner"), browser_sessions.c.expires_at > bindparam("now"))
_OWN_TOKENS = (
    token_families.c.user_id == bindparam("owner"),
    token_families.c.expires_at > bindparam("now"),
    token_families.c.revoked_at.is_(None),
)
_REFRESHED = (
    select(func.max(refresh_tokens.c.created_at))
    .where(refresh_tokens.c.family_id == token_families.c.id)
    .scalar_subquery()
)
_DEVICES = Statement(
    union_all(
        select(*(browser_sessions.c[name] for name in ("device_id", "agent", "address", "created_at")))
        .add_columns(browser_sessions.c.last_used_at, browser_sessions.c.expires_at)
        .where(*_OWN),
        select(*(token_families.c[name] for name in ("device_id", "agent", "address", "created_at")))
        .add_columns(func.coalesce(_REFRESHED, token_families.c.created_at), token_families.c.expires_at)
        .where(*_OWN_TOKENS),
    )
)
_OF_COOKIE = Statement(select(browser_sessions.c.device_id).where(browser_sessions.c.hash == bindparam("of")))
_OF_FAMILY = Statement(select(token_families.c.device_id).where(token_families.c.id == bindparam("of")))
_END_COOKIE = Statement(delete(browser_sessions).where(*_OWN, browser_sessions.c.device_id == bindparam("device")))
_END_TOKENS = Statement(
    update(token_families)
    .where(*_OWN_TOKENS, token_families.c.device_id == bindparam("device"))
    .values(revoked_at=bindparam("at"))
)


class Opened(NamedTuple):
    """A cookie or a family of tokens, as a device has it."""

    device_id: str
    agent: str
    address: str
    created_at: str
    used_at: str
    expires_at: str


def opened(user_id: UserId, now: str) -> Script[Sequence[Opened]]:
    """Everything that is open of a user."""
    return [Opened(*row) for row in (yield _DEVICES(owner=user_id, now=now)).rows]


def device_of(cookie_hash: str | None, family_id: str | None) -> Script[str | None]:
    """The device that a cookie or an access token belongs to."""
    if cookie_hash is None and family_id is None:
        return None
    row = (yield (_OF_COOKIE(of=cookie_hash) if cookie_hash else _OF_FAMILY(of=family_id))).first()
    return row[0] if row else None


def end(user_id: UserId, device_id: str, now: str) -> Script[bool]:
    """End what is open of a device; False where the user has no such device."""
    cookies = (yield _END_COOKIE(owner=user_id, device=device_id, now=now)).count
    tokens = (yield _END_TOKENS(owner=user_id, device=device_id, now=now, at=now)).count
    return cookies + tokens > 0
