"""Every query about users who are being deleted; what they own elsewhere is not touched."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select, update

from palaver.core.ids import UserId
from palaver.identity import store as people
from palaver.identity.groups import store as groups
from palaver.identity.groups.directory import LastOwner
from palaver.identity.groups.tables import group_members
from palaver.identity.scim.tables import scim_users
from palaver.identity.store import User
from palaver.identity.tables import users
from palaver.identity.users.store import check_others
from palaver.storage.script import Script, Statement

ISSUER = "palaver:removed"  # no URL, so no issuer of ours can be called so

# The row that stays until all is gone says nothing of the person, and their address is free at once.
_MARK = Statement(
    update(users)
    .where(users.c.id == bindparam("of"))
    .values(
        issuer=ISSUER,
        subject=users.c.id,
        email=None,
        name=None,
        password_hash=None,
        disabled_at=func.coalesce(users.c.disabled_at, bindparam("now")),
        removing_at=bindparam("now"),
    )
)
_LEAVE = Statement(delete(group_members).where(group_members.c.user_id == bindparam("of")))
_UNKNOWN = Statement(delete(scim_users).where(scim_users.c.user_id == bindparam("of")))
_MARKED = Statement(select(users.c.id).where(users.c.removing_at.is_not(None)).order_by(users.c.removing_at))
_REMOVE = Statement(delete(users).where(users.c.id == bindparam("of"), users.c.removing_at.is_not(None)))


def mark(user_id: UserId, now: str) -> Script[User | None]:
    """Let somebody be nobody from now on, until their row goes; who they were, or None where there was nobody.

    Raises, and changes nothing, where they look after the house or an organisation alone.
    """
    user = yield from people.user(user_id)
    if user is None:
        return None
    if user.role == "admin" and user.disabled_at is None:
        yield from check_others(user_id)
    if alone := (yield from groups.owned_alone(user_id)):
        raise LastOwner(f"They own alone: {', '.join(alone)}. Make somebody else an owner first.")
    for statement in (_LEAVE, _UNKNOWN):
        yield statement(of=user_id)
    yield _MARK(of=user_id, now=now)
    return user


def marked() -> Script[Sequence[UserId]]:
    """Whose deletion was begun and is not done."""
    return [UserId(row[0]) for row in (yield _MARKED()).rows]


def remove(user_id: UserId) -> Script[None]:
    """The row of somebody who was marked, with all that hangs on it."""
    yield _REMOVE(of=user_id)
