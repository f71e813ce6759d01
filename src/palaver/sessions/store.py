"""Every query about sessions and their messages, and the one place that decides who may see them.

All of them are scripts (`storage.script`). A session that is not the user's is not found, and so are its messages.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, insert, select, text, tuple_, update
from sqlalchemy.sql import Executable
from sqlalchemy.sql.elements import ColumnElement

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message, Siblings
from palaver.sessions.record import body_of, message_of, rendered, session_body, session_of, tree_body, tree_of
from palaver.sessions.session import Session
from palaver.sessions.tables import messages, sessions
from palaver.sessions.tree import Place, Reach, Tree
from palaver.storage.script import Row, Script, Statement, changed, first, rows


class Kept(NamedTuple):
    """A session with what clients do not see of it."""

    session: Session
    tree: Tree
    head: Place | None


class Found(NamedTuple):
    """A message as it stands in the database, and where."""

    place: Place
    session_id: SessionId
    text: str
    body: bytes
    metadata: bytes | None

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
_MESSAGE_COLUMNS = (
    messages.c.line,
    messages.c.depth,
    messages.c.session_id,
    messages.c.text,
    messages.c.body,
    messages.c.metadata,
)
_MESSAGE = Statement(
    select(*_MESSAGE_COLUMNS)
    .join(sessions, sessions.c.id == messages.c.session_id)
    .where(and_(messages.c.id == bindparam("id"), visible_to()))
)
_STRETCH = Statement(
    select(*_MESSAGE_COLUMNS)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
    )
    .order_by(messages.c.depth)
)
_DELETE_STRETCH = Statement(
    delete(messages)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
    )
    .returning(messages.c.id)
)
_SET_METADATA = Statement(
    update(messages).where(messages.c.id == bindparam("key")).values(metadata=bindparam("metadata"))
)


def find(session_id: SessionId, user_id: UserId, *, to_change: bool = False) -> Script[Kept]:
    """The session, if it is this user's; NotFound otherwise. With `to_change` it is held until the transaction ends."""
    row = yield from first((_OWNED if to_change else _SEEN)(id=session_id, user_id=user_id))
    if row is None:
        raise NotFound("There is no such session.")
    return Kept(session_of(row[0]), tree_of(row[1]), None if row[2] is None else Place(row[2], row[3]))


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
    )


def message(message_id: MessageId, user_id: UserId) -> Script[Found]:
    """One message of a session that this user may see."""
    row = yield from first(_MESSAGE(id=message_id, user_id=user_id))
    if row is None:
        raise NotFound("There is no such message.")
    return _found(row)


def stretch(reach: Reach) -> Script[Sequence[Found]]:
    """The messages of one stretch of a line, oldest first. Only for lines of a session that was found before."""
    found = yield from rows(_STRETCH(line=reach.line, start=reach.start, end=reach.end))
    return [_found(row) for row in found]


def erase(reaches: Sequence[Reach]) -> Script[list[MessageId]]:
    """Delete stretches of messages; which ones went."""
    gone: list[MessageId] = []
    for reach in reaches:
        found = yield from rows(_DELETE_STRETCH(line=reach.line, start=reach.start, end=reach.end))
        gone += [row[0] for row in found]
    return gone


def set_metadata(message_id: MessageId, metadata: bytes | None) -> Script[None]:
    """Change what a client keeps beside a message."""
    yield _SET_METADATA(key=message_id, metadata=metadata)


class Filter(NamedTuple):
    """What narrows a list of sessions; None means no matter."""

    archived: bool = False
    tag: str | None = None
    project_id: str | None = None
    match: str | None = None  # a full-text expression, see search_store.py
    title: str | None = None  # a LIKE pattern over case-folded titles


class Position(NamedTuple):
    """Where a page of sessions begins: after this one."""

    activity: str
    id: str


START = Position("~", "")  # sorts after every instant

_WORDS_MATCH = text("messages.n in (select rowid from message_search where message_search match :match)")
_lists: dict[tuple[bool, bool, bool], Statement] = {}


def page(user_id: UserId, narrowed: Filter, after: Position, limit: int) -> Script[Sequence[Row]]:
    """(body, activity, id) of one page, newest activity first."""
    shape = (narrowed.tag is not None, narrowed.project_id is not None, narrowed.match is not None)
    statement = _lists.get(shape) or _lists.setdefault(shape, Statement(_list(*shape)))
    values = {"tag": _tag_pattern(narrowed.tag or ""), "project_id": narrowed.project_id}
    values |= {"match": narrowed.match, "title": narrowed.title}
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
        said = select(messages.c.session_id).where(messages.c.user_id == bindparam("user_id"), _WORDS_MATCH)
        query = query.where(sessions.c.title.like(bindparam("title"), escape="\\") | sessions.c.id.in_(said))
    return query


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


def _found(row: Row) -> Found:
    return Found(Place(row[0], row[1]), row[2], row[3], row[4], row[5])
