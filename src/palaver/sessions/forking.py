"""Sessions that go on from a message of another one: they share what was said until there, and copy none of it.

What a fork costs does not grow with what was said, only with how often it branched off on the way (docs/decisions).
"""

import asyncio
from typing import NamedTuple, Protocol

import msgspec

from palaver.core.errors import SessionBusy
from palaver.core.ids import SESSION, MessageId, SessionId, UserId
from palaver.core.permissions import PermissionMode
from palaver.core.usage import Usage
from palaver.files.snapshots import Snapshots
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.sessions import checkpoints_store, shares_store, shown, store, tree
from palaver.sessions.hearing import NOBODY, Hears, begin
from palaver.sessions.session import Origin, Session
from palaver.sessions.store import Kept
from palaver.sessions.targets import Files, files_after
from palaver.storage.port import Database
from palaver.storage.script import Script


class Inherits(Protocol):
    """Writes down what somebody else keeps of a session for its fork too, in the unit of work that makes it."""

    def __call__(self, origin: SessionId, new: SessionId, /) -> Script[None]: ...


def _nothing_else(origin: SessionId, new: SessionId) -> Script[None]:
    yield from ()


class Wish(NamedTuple):
    """What a person wants to fork; without `message_id`, at the session's head."""

    session_id: SessionId
    message_id: MessageId | None = None
    title: str | None = None


class _Standing(NamedTuple):
    """Where the session that is forked stood when it was decided which files the fork begins with."""

    head: MessageId | None
    files: Files


_TRIES = 3  # as often as a session may have moved on while its files were kept


class Forking:
    """Makes forks."""

    def __init__(
        self, database: Database, clock: Clock, snapshots: Snapshots | None = None, *, hears: Hears = NOBODY
    ) -> None:
        self._hears = hears
        self.inherits: Inherits = _nothing_else  # whoever else keeps something of a session that its fork takes over
        self._database = database
        self._clock = clock
        self._snapshots = snapshots

    async def mode(self, user_id: UserId, session_id: SessionId) -> PermissionMode:
        """How freely agents may act in a session, and so in its forks."""
        kept = await self._database.read(store.find(session_id, user_id))
        return kept.session.permission_mode if kept.role == "owner" else "default"

    async def fork(self, user_id: UserId, wish: Wish) -> Session:
        """A new session that goes on from there; the other one stays as it is."""
        for _ in range(_TRIES):
            new = SessionId(new_id(SESSION))
            standing = await self._database.read(_standing(user_id, wish))
            files = standing.files
            if self._snapshots and (files.now or files.root):
                await asyncio.to_thread(_lay_out, self._snapshots, wish.session_id, new, files)
            made = await self._database.write(self._fork(user_id, wish, new, standing))
            if made is not None:
                return made
        raise SessionBusy("This session does not stand still long enough to be forked; try again in a moment.")

    def _fork(self, user_id: UserId, wish: Wish, new: SessionId, standing: _Standing) -> Script[Session | None]:
        """None where the session moved on meanwhile: its messages would not belong to the files that were kept."""
        kept = yield from store.find(wish.session_id, user_id, to_change=True, act="read")
        yield from _refuse_in_rewind(wish.session_id)
        if kept.session.head_message_id != standing.head:
            return None
        place, message_id = yield from self._spot(kept, wish.message_id)
        shape = tree.fork(kept.tree, place, new)
        session = forked(kept.session, new, now=stamp(self._clock.now()))
        if kept.role != "owner":  # the fork is theirs: it takes what was said, and nothing of how its owner keeps it
            session = msgspec.structs.replace(session, project_id=None, tags=(), settings={}, permission_mode="default")
        session = msgspec.structs.replace(
            session,
            parent=Origin(wish.session_id, message_id),
            head_message_id=shown.shown(message_id, new) if message_id else None,
            message_count=place.depth + 1 if place else 0,
        )
        if wish.title:
            session = msgspec.structs.replace(session, title=wish.title, title_source="user")
        made = Kept(session, shape, place, room=kept.room)
        yield from begin(self._hears, made, user_id)
        yield from shares_store.share(new, shape, wish.session_id)
        if kept.role == "owner":
            yield from self.inherits(wish.session_id, new)
        return made.seen

    def _spot(self, kept: Kept, message_id: MessageId | None) -> Script[tuple[tree.Place | None, MessageId | None]]:
        if message_id is None:
            return kept.head, kept.session.head_message_id
        found = yield from store.in_session(kept, message_id)
        return found.place, found.message().id


def _standing(user_id: UserId, wish: Wish) -> Script[_Standing]:
    kept = yield from store.find(wish.session_id, user_id)
    yield from _refuse_in_rewind(wish.session_id)
    head = kept.session.head_message_id
    message_id = wish.message_id or head
    if message_id is None:
        return _Standing(head, Files(now=True))
    return _Standing(head, (yield from files_after(kept, (yield from store.in_session(kept, message_id)))))


def _refuse_in_rewind(session_id: SessionId) -> Script[None]:
    """Half way through a rewind the files are those of one place already, and the messages of another one still."""
    if (yield from checkpoints_store.is_under_way(session_id)):
        raise SessionBusy("This session is being rewound; try again in a moment.")


def _lay_out(snapshots: Snapshots, origin: SessionId, new: SessionId, files: Files) -> None:
    """Before the fork is there: what it begins with is laid beside its workspace, and becomes that when it is used."""
    taken = snapshots.take(origin) if files.now else None
    root = taken.root if taken else files.root
    if root is not None:
        snapshots.seed(new, root)


def forked(session: Session, new: SessionId, *, now: str) -> Session:
    """A session like this one in which nothing was said, asked and paid yet."""
    return msgspec.structs.replace(
        session,
        id=new,
        pinned=False,
        archived=False,
        parent=None,
        head_message_id=None,
        active_run_id=None,
        run_id=None,
        status="idle",
        message_count=0,
        turn_count=0,
        usage=Usage(),
        cost=None,
        created_at=now,
        updated_at=now,
        last_message_at=None,
        human=msgspec.UNSET,
    )
