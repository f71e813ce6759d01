"""Every query about which groups sessions are shared with; all scripts. Who may see what is `sessions.store`'s."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.core.ids import SessionId, UserId
from palaver.core.room import MemberRole
from palaver.identity.groups.tables import group_members, groups
from palaver.sessions.members_tables import members
from palaver.sessions.sharing.tables import session_groups
from palaver.sessions.tables import sessions
from palaver.storage.script import Script, Statement, changed, rows


class Shared(NamedTuple):
    """A group or an organisation that a session is shared with."""

    id: str
    kind: str
    name: str
    role: MemberRole
    added_at: str


_IT = (session_groups.c.session_id == bindparam("session"), session_groups.c.group_id == bindparam("group"))
_ADD = insert_or(session_groups).values({c.name: bindparam(c.name) for c in session_groups.c})
_PUT = Statement(
    _ADD.on_conflict_do_update(index_elements=["group_id", "session_id"], set_={"role": _ADD.excluded.role})
)
_TAKE = Statement(delete(session_groups).where(*_IT))
_ALL = Statement(
    select(groups.c.id, groups.c.kind, groups.c.name, session_groups.c.role, session_groups.c.added_at)
    .join_from(session_groups, groups, groups.c.id == session_groups.c.group_id)
    .where(session_groups.c.session_id == bindparam("session"))
    .order_by(session_groups.c.added_at, groups.c.id)
)
_OTHER, _THEIRS = session_groups.alias(), group_members.alias()
# Who belongs to a group, and sees the session by nothing else.
_ONLY_THEREBY = Statement(
    select(group_members.c.user_id).where(
        group_members.c.group_id == bindparam("group"),
        group_members.c.user_id != bindparam("owner"),
        ~select(members.c.role)
        .where(members.c.session_id == bindparam("session"), members.c.user_id == group_members.c.user_id)
        .exists(),
        ~select(_OTHER.c.role)
        .join_from(_OTHER, _THEIRS, _THEIRS.c.group_id == _OTHER.c.group_id)
        .where(_OTHER.c.session_id == bindparam("session"), _THEIRS.c.user_id == group_members.c.user_id)
        .exists(),
    )
)
# What is shared with a group that somebody left, and that they see by nothing else.
_LOST = Statement(
    select(session_groups.c.session_id)
    .join_from(session_groups, sessions, sessions.c.id == session_groups.c.session_id)
    .where(
        session_groups.c.group_id == bindparam("group"),
        sessions.c.user_id != bindparam("user"),
        ~select(members.c.role)
        .where(members.c.session_id == session_groups.c.session_id, members.c.user_id == bindparam("user"))
        .exists(),
        ~select(_OTHER.c.role)
        .join_from(_OTHER, _THEIRS, _THEIRS.c.group_id == _OTHER.c.group_id)
        .where(_OTHER.c.session_id == session_groups.c.session_id, _THEIRS.c.user_id == bindparam("user"))
        .exists(),
    )
)


class Listed(NamedTuple):
    """What lists need of a session."""

    activity: str
    archived: int


_LISTED = Statement(select(sessions.c.activity, sessions.c.archived).where(sessions.c.id == bindparam("session")))


def put(session_id: SessionId, group_id: str, role: MemberRole, now: str) -> Script[None]:
    """A session is shared with a group from now on, or in another role."""
    (listed,) = yield from rows(_LISTED(session=session_id))
    yield _PUT(
        group_id=group_id, session_id=session_id, role=role, activity=listed[0], archived=listed[1], added_at=now
    )


def take(session_id: SessionId, group_id: str) -> Script[bool]:
    """It is shared with the group no more; False where it was not."""
    return (yield from changed(_TAKE(session=session_id, group=group_id))) == 1


def everyone(session_id: SessionId) -> Script[list[Shared]]:
    """With which groups it is shared, in the order in which it was."""
    return [Shared(*row) for row in (yield from rows(_ALL(session=session_id)))]


def only_thereby(session_id: SessionId, group_id: str, owner: UserId) -> Script[list[UserId]]:
    """Who of a group sees a session no more, once it is not shared with that."""
    found = yield from rows(_ONLY_THEREBY(session=session_id, group=group_id, owner=owner))
    return [UserId(row[0]) for row in found]


def lost(user_id: UserId, group_ids: Sequence[str]) -> Script[list[SessionId]]:
    """What somebody sees no more who left these groups."""
    found: dict[SessionId, None] = {}
    for group_id in group_ids:
        for row in (yield from rows(_LOST(group=group_id, user=user_id))):
            found[SessionId(row[0])] = None
    return list(found)
