"""Every query about checkpoints and about rewinds that are under way."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.sessions.checkpoints_tables import checkpoints, rewinds
from palaver.sessions.tables import messages
from palaver.sessions.tree import Reach
from palaver.storage.script import Row, Script, Statement, first, rows


class Set(NamedTuple):
    """A checkpoint that was set, as it is stored."""

    id: str
    session_id: SessionId
    kind: str
    label: str | None
    message_id: MessageId | None
    root: str | None
    files: int | None
    bytes: int | None
    created_at: str


class Under(NamedTuple):
    """A rewind that is under way."""

    session_id: SessionId
    user_id: UserId
    undo_id: str
    root: str | None
    moves: int
    message_id: MessageId | None


_SET = [checkpoints.c[name] for name in Set._fields]
_UNDER = [rewinds.c[name] for name in Under._fields]
_PUT = Statement(insert(checkpoints).values({name: bindparam(name) for name in Set._fields}))
_ONE = Statement(select(*_SET).where(checkpoints.c.session_id == bindparam("of"), checkpoints.c.id == bindparam("key")))
_DROP = Statement(delete(checkpoints).where(checkpoints.c.id == bindparam("key")))
_PAGE = Statement(
    select(*_SET)
    .where(checkpoints.c.session_id == bindparam("of"), checkpoints.c.id < bindparam("below"))
    .order_by(checkpoints.c.id.desc())
    .limit(bindparam("most"))
)
_ROOTS = Statement(select(checkpoints.c.root).where(checkpoints.c.root.is_not(None)).distinct())
_QUESTIONS = Statement(
    select(messages.c.depth, messages.c.id, messages.c.created_at)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
        messages.c.role == "user",
    )
    .order_by(messages.c.depth.desc())
    .limit(bindparam("most"))
)
_NEXT = Statement(
    select(messages.c.id)
    .where(
        messages.c.line == bindparam("line"),
        messages.c.depth >= bindparam("start"),
        messages.c.depth < bindparam("end"),
        messages.c.role == "user",
    )
    .order_by(messages.c.depth)
    .limit(1)
)
_BEGIN = Statement(insert(rewinds).values({name: bindparam(name) for name in Under._fields}))
_UNDER_WAY = Statement(select(*_UNDER).order_by(rewinds.c.session_id))
_OF_SESSION = Statement(select(rewinds.c.undo_id).where(rewinds.c.session_id == bindparam("of")))
_END = Statement(delete(rewinds).where(rewinds.c.session_id == bindparam("of")))


def put(one: Set) -> Script[None]:
    """Write a checkpoint down."""
    yield _PUT(**one._asdict())


def find(session_id: SessionId, checkpoint_id: str) -> Script[Set | None]:
    """A checkpoint of a session that was set."""
    row = yield from first(_ONE(of=session_id, key=checkpoint_id))
    return Set(*row) if row else None


def drop(checkpoint_id: str) -> Script[None]:
    """Forget a checkpoint."""
    yield _DROP(key=checkpoint_id)


def page(session_id: SessionId, below: str, most: int) -> Script[list[Set]]:
    """The checkpoints that were set in a session, newest first."""
    return [Set(*row) for row in (yield from rows(_PAGE(of=session_id, below=below, most=most)))]


def roots() -> Script[set[str]]:
    """The snapshots that checkpoints need."""
    return {row[0] for row in (yield from rows(_ROOTS()))}


def questions(reaches: Sequence[Reach], most: int) -> Script[list[tuple[Reach, Row]]]:
    """What people said on a way, (depth, id, time) each with its stretch, the last first."""
    found: list[tuple[Reach, Row]] = []
    for reach in reversed(reaches):
        if len(found) >= most:
            break
        left = most - len(found)
        asked = _QUESTIONS(line=reach.line, start=reach.start, end=reach.end, most=left)
        found += [(reach, row) for row in (yield from rows(asked))]
    return found


def next_question(reaches: Sequence[Reach]) -> Script[MessageId | None]:
    """The id under which the first thing that people said on a way was written."""
    for reach in reaches:
        row = yield from first(_NEXT(line=reach.line, start=reach.start, end=reach.end))
        if row is not None:
            return MessageId(row[0])
    return None


def begin(one: Under) -> Script[None]:
    """A rewind of files is under way from now on."""
    yield _BEGIN(**one._asdict())


def under_way() -> Script[list[Under]]:
    """The rewinds that are under way, of all sessions."""
    return [Under(*row) for row in (yield from rows(_UNDER_WAY()))]


def is_under_way(session_id: SessionId) -> Script[bool]:
    """Whether a session is being rewound."""
    return (yield from first(_OF_SESSION(of=session_id))) is not None


def end(session_id: SessionId) -> Script[None]:
    """The rewind of this session is done, or will not be."""
    yield _END(of=session_id)
