"""Who of a group can be called now: the queries; it decides nothing."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from palaver.identity.groups.tables import group_members
from palaver.identity.tables import users
from palaver.storage.script import Row, Script, Statement, rows

MOST = 200  # people of one group who are called: more than that are not on call, they are everybody


class Answerer(NamedTuple):
    """Somebody who may be called; `email` only where it is known to be theirs."""

    id: str
    email: str | None


_WHO = (users.c.id, users.c.email, users.c.verified_at)
_HERE = (users.c.disabled_at.is_(None), users.c.removing_at.is_(None))
_OF_ROLE = Statement(
    select(*_WHO).where(users.c.role == bindparam("role"), *_HERE).order_by(users.c.id).limit(bindparam("most"))
)
_OF_GROUP = Statement(
    select(*_WHO)
    .join(group_members, group_members.c.user_id == users.c.id)
    .where(
        group_members.c.group_id == bindparam("group"),
        or_(users.c.role == "counsellor", users.c.role == "admin"),
        *_HERE,
    )
    .order_by(users.c.id)
    .limit(bindparam("most"))
)


def of_role(role: str) -> Script[list[Answerer]]:
    """Everybody with a role who can sign in."""
    return _people((yield from rows(_OF_ROLE(role=role, most=MOST))))


def of_group(group_id: str) -> Script[list[Answerer]]:
    """Who of a group may answer: counsellors and administrators."""
    return _people((yield from rows(_OF_GROUP(group=group_id, most=MOST))))


def _people(found: Sequence[Row]) -> list[Answerer]:
    return [Answerer(who, email if verified else None) for who, email, verified in found]
