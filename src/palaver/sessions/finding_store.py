"""The query that finds messages by their words, newest first; what search knows is kept by `search_store`."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, Text, and_, bindparam, column, exists, literal_column, or_, select, table, text
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.sessions.record import tree_of
from palaver.sessions.shares_tables import shares
from palaver.sessions.shown import shown
from palaver.sessions.store import owned_by, visible_to
from palaver.sessions.tables import messages, sessions
from palaver.storage.script import Row, Script, Statement, rows

NEWEST = 1 << 62  # before this one all messages stand
FROM, TO = "\x02", "\x03"  # what a match stands between in a snippet; no text holds these two for long
_WORDS = 24  # in a snippet

_MOST_SESSIONS = 1_000  # of a project that are looked at

_words = table("message_search", column("rowid"))
_SNIPPET: ColumnElement[str] = literal_column(f"snippet(message_search, 0, char(2), char(3), '…', {_WORDS})", Text())


class Narrowed(NamedTuple):
    """Where to look; None means no matter. Times are as they are stored."""

    match: str  # a full-text expression, see `search_store.within`
    session_id: SessionId | None = None
    project_id: str | None = None
    since: str | None = None
    until: str | None = None


class Hit(NamedTuple):
    """A message that was found; `n` is where a list goes on."""

    n: int
    message_id: MessageId
    session_id: SessionId
    session_title: str | None
    role: str
    created_at: str
    snippet: str


class _Titled(msgspec.Struct):
    title: str | None = None


_title = msgspec.json.Decoder(_Titled).decode
_TREE = Statement(select(sessions.c.tree).where(visible_to(), sessions.c.id == bindparam("id")))
_TREES = Statement(
    select(sessions.c.tree).where(owned_by(), sessions.c.project_id == bindparam("project_id")).limit(_MOST_SESSIONS)
)
_statements: dict[tuple[bool, ...], Statement] = {}


def hits(user_id: UserId, narrowed: Narrowed, before: int, limit: int) -> Script[list[Hit]]:
    """The newest messages before a place that hold the words; those in which subagents talked are left out."""
    shape = tuple(one is not None for one in narrowed[1:])
    statement = _statements.get(shape) or _statements.setdefault(shape, Statement(_query(narrowed)))
    asked = statement(user_id=user_id, before=before, limit=limit, **narrowed._asdict())
    return [_hit(row) for row in (yield from rows(asked))]


def lines_of(
    user_id: UserId, session_id: SessionId | None, project_id: str | None, most: int
) -> Script[list[str] | None]:
    """The lines of a session, or of all sessions of a project; None where there are more than can be named."""
    asked = _TREE(user_id=user_id, id=session_id) if session_id else _TREES(user_id=user_id, project_id=project_id)
    found = [line.id for row in (yield from rows(asked)) for line in tree_of(row[0]).lines]
    return found if len(found) <= most else None


def _query(narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            messages.c.n,
            messages.c.id,
            messages.c.session_id,
            messages.c.line,
            messages.c.role,
            messages.c.created_at,
            sessions.c.body,
            sessions.c.tree,
            _SNIPPET,
        )
        .select_from(
            _words.join(messages, messages.c.n == _words.c.rowid).join(sessions, sessions.c.id == messages.c.session_id)
        )
        .where(text("message_search match :match"), _words.c.rowid < bindparam("before"))
        .where(visible_to(), sessions.c.run_id.is_(None))
        .order_by(_words.c.rowid.desc())
        .limit(bindparam("limit"))
    )
    if narrowed.session_id is not None:
        query = query.where(_of_session())
    if narrowed.project_id is not None:
        query = query.where(sessions.c.project_id == bindparam("project_id"))
    if narrowed.since is not None:
        query = query.where(messages.c.created_at >= bindparam("since"))
    if narrowed.until is not None:
        query = query.where(messages.c.created_at < bindparam("until"))
    return query


def _of_session() -> ColumnElement[bool]:
    """Of that session, or shown by it."""
    shares_it = and_(
        shares.c.session_id == bindparam("session_id"),
        shares.c.line == messages.c.line,
        shares.c.upto > messages.c.depth,
    )
    return or_(messages.c.session_id == bindparam("session_id"), exists().where(shares_it))


def _hit(row: Row) -> Hit:
    n, message_id, session_id, line, role, created_at, body, shape, snippet = row
    shared = any(one.id == line and one.shared for one in tree_of(shape).lines)
    told = shown(MessageId(message_id), SessionId(session_id)) if shared else MessageId(message_id)
    return Hit(n, told, SessionId(session_id), _title(body).title, role, created_at, snippet)
