"""The queries behind lists of sessions: somebody's own, and those of others in which they take part."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Text, bindparam, literal_column, or_, select, text, tuple_
from sqlalchemy.sql import Executable
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.ids import UserId
from palaver.identity.groups.tables import group_members
from palaver.sessions import access, store
from palaver.sessions.members_tables import members
from palaver.sessions.search_store import Try, worth
from palaver.sessions.sharing.tables import session_groups
from palaver.sessions.tables import sessions
from palaver.storage.script import Row, Script, Statement, rows


class Filter(NamedTuple):
    """What narrows a list of sessions; None means no matter."""

    archived: bool = False
    tag: str | None = None
    project_id: str | None = None
    match: Sequence[Try] = ()  # full-text expressions, see search_store.py; the next where one finds little
    title: str | None = None  # a LIKE pattern over case-folded titles


class Position(NamedTuple):
    """Where a page of sessions begins: after this one."""

    activity: str
    id: str


class Listed(NamedTuple):
    """A session in a list: its document as that person sees it, and its place."""

    body: bytes
    activity: str
    id: str


START = Position("~", "")  # sorts after every instant

# Where a word stands in more messages than these, the newest say which sessions are meant: a list of a million is none.
MOST_SAYING = 1_000
_SAYING = Statement(
    text(
        "with said as materialized (select m.session_id, m.line, m.depth from message_search w "
        "join messages m on m.n = w.rowid where message_search match :match order by w.rowid desc limit :most) "
        "select session_id, count(*) from said group by session_id union all "
        "select s.session_id, 0 from said join shares s on s.line = said.line and s.upto > said.depth"
    )
)
_SAID = text("sessions.id in (select value from json_each(:said))")
Whose = Literal["own", "members", "groups"]
_Shape = tuple[Whose, bool, bool, bool]  # tagged, in a project, searched
_GROUPS = Statement(  # that somebody is in, and that anything is shared with
    select(group_members.c.group_id).where(
        group_members.c.user_id == bindparam("user_id"),
        select(session_groups.c.role).where(session_groups.c.group_id == group_members.c.group_id).exists(),
    )
)
_lists: dict[_Shape, Statement] = {}


def page(user_id: UserId, narrowed: Filter, after: Position, limit: int) -> Script[list[Listed]]:
    """One page, newest activity first: of somebody's own sessions, and of those of others in which they take part."""
    values: dict[str, object] = {
        "user_id": user_id,
        "archived": int(narrowed.archived),
        "activity": after.activity,
        "after_id": after.id,
        "limit": limit,
        "tag": _tag_pattern(narrowed.tag or ""),
        "project_id": narrowed.project_id,
        "said": (yield from _saying(narrowed.match)) if narrowed.match else None,
        "title": narrowed.title,
    }
    shape = (narrowed.tag is not None, narrowed.project_id is not None, bool(narrowed.match))
    own = yield from rows(_statement(("own", *shape))(**values))
    # Ranges of indexes, one after the other: of one query over all SQLite would look at every session.
    others = list((yield from rows(_statement(("members", *shape))(**values))))
    for group_id in (yield from groups_of(user_id)):
        others += yield from rows(_statement(("groups", *shape))(**values, group_id=group_id))
    found = _merged(own, others) if others else own
    return [Listed(store.seen_as(row[0], row[3], row[4]), row[1], row[2]) for row in found[:limit]]


def groups_of(user_id: UserId) -> Script[list[str]]:
    """The groups and organisations of somebody with which sessions are shared."""
    return [row[0] for row in (yield from rows(_GROUPS(user_id=user_id)))]


def _merged(own: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """All of them once, in the order of a list; what came by several ways in the highest role."""
    found: dict[str, Row] = {row[2]: row for row in own}
    for row in others:
        known = found.get(row[2])
        if known is None or access.higher(known[3], row[3]) != known[3]:
            found[row[2]] = row
    return sorted(found.values(), key=itemgetter(1, 2), reverse=True)


_ROLES = {"members": members.c.role, "groups": session_groups.c.role}
_MEANT = {
    "own": store.owned_by(),
    "members": members.c.user_id == bindparam("user_id"),
    "groups": session_groups.c.group_id == bindparam("group_id"),
}


def _statement(shape: _Shape) -> Statement:
    return _lists.get(shape) or _lists.setdefault(shape, Statement(_list(*shape)))


def _list(whose: Whose, tagged: bool, in_project: bool, searched: bool) -> Executable:
    role: ColumnElement[str] = literal_column("'owner'", Text()) if whose == "own" else _ROLES[whose]
    in_group = whose == "groups"  # there the place in the list stands beside the group
    table = session_groups if in_group else sessions
    id_ = session_groups.c.session_id if in_group else sessions.c.id
    query = (
        select(sessions.c.body, table.c.activity, id_, role, sessions.c.room)
        .where(_MEANT[whose], table.c.archived == bindparam("archived"), sessions.c.run_id.is_(None))
        .where(tuple_(table.c.activity, id_) < tuple_(bindparam("activity"), bindparam("after_id")))
        .order_by(table.c.activity.desc(), id_.desc())
        .limit(bindparam("limit"))
    )
    if whose == "members":
        query = query.join_from(members, sessions, sessions.c.id == members.c.session_id)
    if in_group:
        query = query.join_from(session_groups, sessions, sessions.c.id == session_groups.c.session_id)
    if tagged:
        query = query.where(sessions.c.tags.like(bindparam("tag"), escape="\\"))
    if in_project:
        query = query.where(sessions.c.project_id == bindparam("project_id"))
    if searched:
        query = query.where(or_(sessions.c.title.like(bindparam("title"), escape="\\"), _SAID))
    return query


def _saying(matches: Sequence[Try]) -> Script[str]:
    """The ids of sessions that hold or show the newest messages with some words, as JSON; the first that has enough."""
    ids: set[str] = set()
    for one in matches:
        if not (yield from worth(one)):
            break
        found = yield from rows(_SAYING(match=one.match, most=MOST_SAYING))
        ids = {row[0] for row in found}
        if sum(row[1] for row in found) == MOST_SAYING:
            break
    return msgspec.json.encode(sorted(ids)).decode()


def like(text: str) -> str:
    """`text` with the signs that LIKE reads as wildcards made plain; the escape sign is a backslash."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _tag_pattern(tag: str) -> str:
    return f"%\n{like(tag)}\n%"
