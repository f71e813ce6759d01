"""Queries about one API key by its id, for rotation and for leaks; lists and the door's look: `identity.store`."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from palaver.core.ids import KeyId, UserId
from palaver.identity.store import ADD_KEY, COUNT_KEYS, Values
from palaver.identity.tables import api_keys
from palaver.storage.script import Script, Statement


class Kept(NamedTuple):
    """A key as a row, with its hash."""

    id: KeyId
    user_id: UserId
    name: str
    hash: str
    scopes: str | None
    networks: str | None
    created_at: str
    expires_at: str | None
    replaces_id: KeyId | None


_KEPT = Statement(select(*(api_keys.c[name] for name in Kept._fields)).where(api_keys.c.id == bindparam("id")))
_FOLLOWER = Statement(
    select(api_keys.c.id).where(
        api_keys.c.user_id == bindparam("owner"), api_keys.c.replaces_id == bindparam("replaced")
    )
)
_END = Statement(update(api_keys).where(api_keys.c.id == bindparam("of")).values(expires_at=bindparam("at")))
_DELETE = Statement(delete(api_keys).where(api_keys.c.id == bindparam("of")))


def kept(key_id: str) -> Script[Kept | None]:
    """By id, whose ever it is."""
    row = (yield _KEPT(id=key_id)).first()
    return Kept(*row) if row else None


def delete_any(key_id: str) -> Script[bool]:
    """Whether it was there."""
    return (yield _DELETE(of=key_id)).count == 1


def replace(old: Kept, values: Values, ends: str, *, most: int, now: str) -> Script[bool | None]:
    """Add the next key and let the old one end. None where it has a follower already, False where no more fit.

    The one that the old key followed goes for good if its time is over, so that rotating for years leaves two.
    """
    if (yield _FOLLOWER(owner=old.user_id, replaced=old.id)).first():
        return None
    before = (yield from kept(old.replaces_id)) if old.replaces_id else None
    if before and before.expires_at is not None and before.expires_at <= now:
        yield _DELETE(of=before.id)
    if (yield COUNT_KEYS(owner=old.user_id)).rows[0][0] >= most:
        return False
    yield ADD_KEY(**values)
    yield _END(of=old.id, at=ends)
    return True
