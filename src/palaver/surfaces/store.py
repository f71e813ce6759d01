"""Every query about histories of other protocols; what a mark is, is `history.py`'s."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.storage.script import Script, Statement, first
from palaver.surfaces.tables import threads

_MINE = (threads.c.user_id == bindparam("user"), threads.c.mark == bindparam("of"))
_FIND = Statement(select(threads.c.session_id, threads.c.message_id).where(*_MINE))
_LEADS = Statement(
    select(threads.c.mark).where(threads.c.session_id == bindparam("session"), threads.c.user_id == bindparam("user"))
)
_FORGET = Statement(delete(threads).where(*_MINE))
_FORGET_ALL = Statement(delete(threads).where(threads.c.user_id == bindparam("user")))
_PUT = Statement(insert(threads))


class Thread(NamedTuple):
    """Where a history goes on: below this message of this session."""

    session_id: SessionId
    message_id: MessageId


def find(user_id: UserId, marks: Sequence[str]) -> Script[tuple[int, Thread] | None]:
    """The last of these marks that is known, and where it leads."""
    for at in range(len(marks) - 1, -1, -1):
        row = yield from first(_FIND(user=user_id, of=marks[at]))
        if row is not None:
            return at, Thread(row[0], row[1])
    return None


def leads_to(user_id: UserId, session_id: SessionId) -> Script[bool]:
    """Whether a history of this person goes on in that session."""
    return (yield from first(_LEADS(user=user_id, session=session_id))) is not None


def put(user_id: UserId, mark: str, thread: Thread) -> Script[None]:
    """From now on a history with this mark goes on there; what it led to before is forgotten."""
    yield _FORGET(user=user_id, of=mark)
    yield _PUT(user_id=user_id, mark=mark, session_id=thread.session_id, message_id=thread.message_id)


def add(user_id: UserId, mark: str, thread: Thread) -> Script[None]:
    """The same, where the mark leads nowhere yet; UniqueViolated where it does."""
    yield _PUT(user_id=user_id, mark=mark, session_id=thread.session_id, message_id=thread.message_id)


def forget_user(user_id: UserId) -> Script[None]:
    """Whose histories go on nowhere any more."""
    yield _FORGET_ALL(user=user_id)
