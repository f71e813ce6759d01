"""Every query about making an account of one's own, and about links that bring back into it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, update

from palaver.core.ids import UserId
from palaver.identity import store as people
from palaver.identity.inviting import store as invitations
from palaver.identity.refusals import InvitationRefused
from palaver.identity.store import User
from palaver.identity.tables import users
from palaver.storage.script import Script, Statement

_VERIFY = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.verified_at.is_(None))
    .values(verified_at=bindparam("at"))
)


def register(values: Mapping[str, Any], invitation: str | None, *, trusted: bool, now: str) -> Script[None]:
    """A new user, by the invitation of this hash where there is one; both or neither.

    Raises InvitationRefused, or UniqueViolated where the address is taken; the invitation is as it was then.
    """
    if invitation is not None:
        accepted = yield from invitations.use(invitation, values["subject"], now)
        if accepted is None:
            raise InvitationRefused
        values = {**values, "role": accepted.role}
    if trusted:
        values = {**values, "verified_at": now}
    yield from people.add_user(values)


def verify(token_hash: str, now: str) -> Script[User | None]:
    """Whose address it is; the link is used up."""
    bearer = yield from people.use_one_time(token_hash, "verify", now)
    if bearer is None:
        return None
    yield from mark_verified(bearer.user_id, now)
    return (yield from people.user(bearer.user_id))


def mark_verified(user_id: UserId, now: str) -> Script[bool]:
    """The address is known to be theirs; whether that is new."""
    return (yield _VERIFY(user_id=user_id, at=now)).count == 1


def reset(token_hash: str, password_hash: str, now: str) -> Script[User | None]:
    """The new password counts, everything that was open is closed, and the link is used up."""
    bearer = yield from people.use_one_time(token_hash, "reset", now)
    if bearer is None:
        return None
    yield from people.set_password(bearer.user_id, password_hash, now)
    yield from mark_verified(bearer.user_id, now)
    return (yield from people.user(bearer.user_id))
