"""Who else hears of what becomes of sessions, in the unit of work in which it does; it tells nobody itself."""

from typing import Protocol

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.sessions import store
from palaver.sessions.neighbours import Beside
from palaver.sessions.session import Session
from palaver.storage.script import Script


class Hears(Protocol):
    """Somebody who may write more in the same transaction; what runs do in sessions is heard of in `runs.journal`."""

    def begun(self, user_id: UserId, session: Session) -> Script[None]:
        """A session is there, without a run."""
        ...

    def titled(self, user_id: UserId, session_id: SessionId, title: str | None) -> Script[None]:
        """A session is called something else."""
        ...

    def edited(self, user_id: UserId, session_id: SessionId, message_id: MessageId) -> Script[None]:
        """A message stands in a session that nobody was asked about."""
        ...

    def removed(self, user_id: UserId, session: Session) -> Script[None]:
        """A session is gone, with all that belonged to it."""
        ...


class _Nobody:
    def begun(self, user_id: UserId, session: Session) -> Script[None]:
        yield from ()

    def titled(self, user_id: UserId, session_id: SessionId, title: str | None) -> Script[None]:
        yield from ()

    def edited(self, user_id: UserId, session_id: SessionId, message_id: MessageId) -> Script[None]:
        yield from ()

    def removed(self, user_id: UserId, session: Session) -> Script[None]:
        yield from ()


NOBODY: Hears = _Nobody()


def begin(hears: Hears, kept: store.Kept, user_id: UserId, beside: Beside | None = None) -> Script[None]:
    """Write a new session down, with what belongs beside it, and let it be heard."""
    yield from store.create(kept, user_id)
    if beside is not None:
        yield from beside(kept.session.id)
    yield from hears.begun(user_id, kept.session)
