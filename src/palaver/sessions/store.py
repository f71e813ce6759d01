"""Every query about sessions and their messages, and the one place that decides who may see them.

All of them are scripts (`storage.script`). A session that is not the user's is not found, and so are its messages.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, or_, select, text, tuple_, update
from sqlalchemy.sql import Executable
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, Siblings
from palaver.sessions import shares_store, shown
from palaver.sessions.record import body_of, message_of, rendered, session_body, session_of, tree_body, tree_of
from palaver.sessions.search_store import Try, worth
from palaver.sessions.session import Session
from palaver.sessions.tables import messages, sessions
from palaver.sessions.tree import Line, Place, Reach, Tree
from palaver.storage.script import Row, Script, Statement, changed, first, rows


class Kept(NamedTuple):
    """A session with what clients do not see of it."""

    session: Session
    tree: Tree
    head: Place | None


class Found(NamedTuple):
    """A message as a session has it, and where."""

    place: Place
    session_id: SessionId
    text: str
    body: bytes
    metadata: bytes | None
    shared: bool = False

    def message(self, siblings: Siblings | None = None) -> Message:
        """The message as a value."""
        return message_of(self.body, self.text, self.metadata, siblings)

    def json(self, siblings: Siblings | None = None) -> bytes:
        """The message as clients see it."""
        return rendered(self.body, self.text, self.metadata, siblings)


def visible_to() -> ColumnElement[bool]:
    """Which sessions someone may see: their own."""
    return sessions.c.user_id == bindparam("user_id")


_OWNED = Statement(
    select(sessions.c.body, sessions.c.tree, sessions.c.head_line, sessions.c.head_depth)
    .where(and_(sessions.c.id == bindparam("id"), visible_to()))
    .with_for_update()
)
_SEEN = Statement(
    select(sessions.c.body, sessions.c.tree, sessions.c.head_line, sessions.c.head_depth).where(
        and_(sessions.c.id == bindparam("id"), visible_to())
    )
)
_BODY = Statement(select(sessions.c.body).where(and_(sessions.c.id == bindparam("id"), visible_to())))
_INSERT = Statement(insert(sessions))
_CHANGING = (
    "activity",
    "archived",
    "running",
    "project_id",
    "tags",
    "title",
    "tree",
    "head_line",
    "head_depth",
    "body",
)
_UPDATE = Statement(
    update(sessions).where(sessions.c.id == bindparam("key")).values({name: bindparam(name) for name in _CHANGING})
)
_DELETE = Statement(delete(sessions).where(and_(sessions.c.id == bindparam("id"), visible_to())))
_INSERT_MESSAGE = Statement(insert(messages).values({c.name: bindparam(c.name) for c in messages.c if c.name != "n"}))
_MOVE = Statement(
    update(messages)
    .where(messages.c.id == bindparam("key"))
    .values(line=bindparam("line"), depth=bindparam("depth"), body=bindparam("body"))
)
_MESSAGE_COLUMNS = (
    messages.c.line,
    messages.c.depth,
    messages.c.session_id,
    messages.c.text,
    messages.c.body,
    messages.c.metadata,
)
_MESSAGE = Statement(
    select(*_MESSAGE_COLUMNS, sessions.c.tree)
    .join(sessions, sessions.c.id == messages.c.session_id)
    .where(and_(messages.c.id == bindparam("id"), visible_to()))
)
_ROW = Statement(select(*_MESSAGE_COLUMNS).where(messages.c.id == bindparam("id")))
_STRETCH = Statement(
    select(*_MESSAGE_COLUMNS)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
    )
    .order_by(messages.c.depth)
)
_SUMMARIES = Statement(
    select(*_MESSAGE_COLUMNS)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
        messages.c.role == "system",
    )
    .order_by(messages.c.depth)
)
_SET_METADATA = Statement(
    update(messages).where(messages.c.id == bindparam("key")).values(metadata=bindparam("metadata"))
)


def find(session_id: SessionId, user_id: UserId, *, to_change: bool = False) -> Script[Kept]:
    """The session, if it is this user's; NotFound otherwise. With `to_change` it is held until the transaction ends."""
    row = yield from first((_OWNED if to_change else _SEEN)(id=session_id, user_id=user_id))
    if row is None:
        raise NotFound("There is no such session.")
    return _kept(row)


def body(session_id: SessionId, user_id: UserId) -> Script[bytes]:
    """The session as clients see it, in JSON."""
    row = yield from first(_BODY(id=session_id, user_id=user_id))
    if row is None:
        raise NotFound("There is no such session.")
    return row[0]


def create(kept: Kept, user_id: UserId) -> Script[None]:
    """Write a new session down."""
    yield _INSERT(id=kept.session.id, user_id=user_id, run_id=kept.session.run_id, **_columns(kept))


def save(kept: Kept) -> Script[None]:
    """Write down what became of a session that was found `to_change`."""
    yield _UPDATE(key=kept.session.id, **_columns(kept))


def remove(session_id: SessionId, user_id: UserId) -> Script[bool]:
    """Delete a session with all its messages."""
    return (yield from changed(_DELETE(id=session_id, user_id=user_id))) == 1


def put_message(message: Message, place: Place, user_id: UserId) -> Script[None]:
    """Write a new message down."""
    usage = message.usage
    yield _INSERT_MESSAGE(
        id=message.id,
        session_id=message.session_id,
        user_id=user_id,
        line=place.line,
        depth=place.depth,
        role=message.role,
        created_at=message.created_at,
        text=message.text,
        body=body_of(message),
        metadata=None,
        model=message.model,
        provider=message.provider,
        status=message.status,
        input_tokens=usage.input_tokens if usage else None,
        output_tokens=usage.output_tokens if usage else None,
        cost_usd=usage.cost_usd if usage else None,
        latency_ms=message.latency_ms,
        cached_tokens=usage.cached_tokens if usage else None,
    )


def move(message: Message, place: Place) -> Script[None]:
    """Let a message stand elsewhere, below another one."""
    yield _MOVE(key=message.id, line=place.line, depth=place.depth, body=body_of(message))


def message(message_id: MessageId, user_id: UserId) -> Script[Found]:
    """One message of a session that this user may see; its id says which session that is, see `shown.py`."""
    base, session_id = shown.written(message_id)
    if session_id is not None:
        row = yield from first(_SEEN(id=session_id, user_id=user_id))
        if row is None:
            raise NotFound("There is no such message.")
        return (yield from in_session(_kept(row), message_id))
    row = yield from first(_MESSAGE(id=base, user_id=user_id))
    if row is None or tree_of(row[-1]).line(row[0]).shared:  # shown by others only: the session that wrote it is gone
        raise NotFound("There is no such message.")
    return _found(row)


def in_session(kept: Kept, message_id: MessageId) -> Script[Found]:
    """One message of this session; where it is shared, the id under which it was written names it as well."""
    base, session_id = shown.written(message_id)
    row = yield from first(_ROW(id=base))
    line = _line(kept.tree, Place(row[0], row[1])) if row is not None else None
    if row is None or line is None or session_id not in {None, kept.session.id if line.shared else None}:
        raise NotFound("There is no such message in this session.")
    return (yield from _shared(row, kept.session.id)) if line.shared else _found(row)


def stretch(reach: Reach, session_id: SessionId) -> Script[Sequence[Found]]:
    """The messages of one stretch of a line of this session, which was found before; oldest first."""
    found = yield from rows(_STRETCH(line=reach.line, start=reach.start, end=reach.end))
    if not reach.shared:
        return [_found(row) for row in found]
    notes = yield from shares_store.notes(session_id, reach)
    return [_as_shown(row, session_id, notes) for row in found]


def summaries(reach: Reach, session_id: SessionId) -> Script[Sequence[Found]]:
    """The summaries in one stretch of a line of this session, which was found before; oldest first."""
    found = yield from rows(_SUMMARIES(line=reach.line, start=reach.start, end=reach.end))
    return [_as_shown(row, session_id, {}) if reach.shared else _found(row) for row in found]


def set_metadata(message_id: MessageId, metadata: bytes | None) -> Script[None]:
    """Change what a client keeps beside a message that was just written."""
    yield _SET_METADATA(key=message_id, metadata=metadata)


def change_metadata(found: Found, metadata: bytes | None) -> Script[None]:
    """Change what a client keeps beside a message, for its session and no other one."""
    if found.shared:
        yield from shares_store.note(found.session_id, found.place, metadata)
    else:
        yield from shares_store.note_what_was(found.place, found.metadata)
        yield from set_metadata(found.message().id, metadata)


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
_lists: dict[tuple[bool, bool, bool], Statement] = {}


def page(user_id: UserId, narrowed: Filter, after: Position, limit: int) -> Script[Sequence[Row]]:
    """(body, activity, id) of one page, newest activity first."""
    shape = (narrowed.tag is not None, narrowed.project_id is not None, bool(narrowed.match))
    statement = _lists.get(shape) or _lists.setdefault(shape, Statement(_list(*shape)))
    values = {"tag": _tag_pattern(narrowed.tag or ""), "project_id": narrowed.project_id}
    values |= {"said": (yield from _saying(narrowed.match)) if narrowed.match else None, "title": narrowed.title}
    return (
        yield from rows(
            statement(
                user_id=user_id,
                archived=int(narrowed.archived),
                activity=after.activity,
                after_id=after.id,
                limit=limit,
                **values,
            )
        )
    )


def _list(tagged: bool, in_project: bool, searched: bool) -> Executable:
    query = (
        select(sessions.c.body, sessions.c.activity, sessions.c.id)
        .where(visible_to(), sessions.c.archived == bindparam("archived"), sessions.c.run_id.is_(None))
        .where(tuple_(sessions.c.activity, sessions.c.id) < tuple_(bindparam("activity"), bindparam("after_id")))
        .order_by(sessions.c.activity.desc(), sessions.c.id.desc())
        .limit(bindparam("limit"))
    )
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


def _columns(kept: Kept) -> dict[str, object]:
    session = kept.session
    return {
        "activity": session.last_message_at or session.created_at,
        "archived": int(session.archived),
        "running": int(session.active_run_id is not None),
        "project_id": session.project_id,
        "tags": "\n" + "\n".join(session.tags) + "\n" if session.tags else "",
        "title": (session.title or "").casefold(),
        "tree": tree_body(kept.tree),
        "head_line": kept.head.line if kept.head else None,
        "head_depth": kept.head.depth if kept.head else None,
        "body": session_body(session),
    }


def _kept(row: Row) -> Kept:
    return Kept(session_of(row[0]), tree_of(row[1]), None if row[2] is None else Place(row[2], row[3]))


def _line(shape: Tree, place: Place) -> Line | None:
    """The line that this place stands in, if the tree holds the place."""
    for line in shape.lines:
        if line.id == place.line:
            return line if line.start <= place.depth < line.end else None
    return None


def _found(row: Row) -> Found:
    return Found(Place(row[0], row[1]), row[2], row[3], row[4], row[5])


def _shared(row: Row, session_id: SessionId) -> Script[Found]:
    notes = yield from shares_store.notes(session_id, Reach(row[0], row[1], row[1] + 1))
    return _as_shown(row, session_id, notes)


def _as_shown(row: Row, session_id: SessionId, notes: Mapping[int, bytes | None]) -> Found:
    body, metadata = shown.as_shown(row[4], session_id), notes.get(row[1], row[5])
    return Found(Place(row[0], row[1]), session_id, row[3], body, metadata, shared=True)
