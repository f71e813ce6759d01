"""Going back to a checkpoint: the head moves, the files become what they were, and nothing is deleted.

It is written down first where the session is to go; then the files are changed, then the head, and the note is taken
away with it. A process that dies on the way leaves the session as it was, or with a note that the next one carries out.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Literal, NamedTuple

import msgspec

from palaver.core.errors import NotFound, PalaverError, SessionBusy
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.files.snapshots import Restored, Snapshot, Snapshots
from palaver.kit.clock import Clock, stamp
from palaver.sessions import checkpoints_store, effects_store, store, targets, tree
from palaver.sessions.access import Act
from palaver.sessions.checkpointing import here, idle
from palaver.sessions.checkpoints_store import Under
from palaver.sessions.effects_store import Effect, Since
from palaver.sessions.store import Kept
from palaver.sessions.targets import Target
from palaver.storage.port import Database, StorageUnavailable
from palaver.storage.script import Script

log = logging.getLogger(__name__)

AGAIN = timedelta(seconds=1)  # how soon to try again to write down that a rewind is done

What = Literal["messages", "files"]
Write = Callable[[Callable[[], Script[None]]], Awaitable[None]]


class Moved(msgspec.Struct, frozen=True):
    """Where the session's head stands now, and how many messages lie behind it on another branch."""

    head_message_id: MessageId | None
    left: int


class RestoredFiles(msgspec.Struct, frozen=True):
    """What became of which files; folders end with `/`."""

    created: Sequence[str] = ()
    changed: Sequence[str] = ()
    deleted: Sequence[str] = ()


class WhatWas(msgspec.Struct, frozen=True):
    """What was restored; None for what was not to be."""

    messages: Moved | None
    files: RestoredFiles | None


class Rewound(msgspec.Struct, frozen=True, kw_only=True):
    """What a rewind did, or would do (`preview`). `checkpoint_id` takes it back.

    `not_undone` are calls that reached outside since then: what they did there cannot be taken back from here.
    """

    restored: WhatWas
    checkpoint_id: str | None
    not_undone: Sequence[Effect]
    preview: bool = False


class Wish(NamedTuple):
    """Where somebody wants to go back to, and with what."""

    session_id: SessionId
    checkpoint_id: str
    restore: frozenset[What]


class Rewinding:
    """Rewinds sessions. Whoever begins turns asks `held`, which sessions are being rewound, and begins none there."""

    def __init__(self, database: Database, snapshots: Snapshots, clock: Clock, *, held: set[SessionId]) -> None:
        self._database = database
        self._snapshots = snapshots
        self._clock = clock
        self._held = held

    async def preview(self, user_id: UserId, wish: Wish) -> Rewound:
        """What a rewind would do, and what it could not undo; nothing is changed."""
        kept, target, effects = await self._database.scan(_found(user_id, wish))
        now = await asyncio.to_thread(self._snapshots.take, wish.session_id) if "files" in wish.restore else None
        files = await asyncio.to_thread(self._difference, now, target) if "files" in wish.restore else None
        moved = _moved(kept, target) if "messages" in wish.restore else None
        return Rewound(restored=WhatWas(moved, files), checkpoint_id=None, not_undone=effects, preview=True)

    async def rewind(self, user_id: UserId, wish: Wish) -> Rewound:
        """Go back there; SessionBusy while an answer is on its way."""
        async with self._hold(wish.session_id):
            kept, target, effects = await self._database.scan(_found(user_id, wish, "write"))
            idle(kept)
            now = await asyncio.to_thread(self._snapshots.take, wish.session_id)
            under = await self._database.write(self._begin(user_id, wish, target, now))
            files = await self._carry_out(under, self._surely) if "files" in wish.restore else None
            moved = _moved(kept, target) if "messages" in wish.restore else None
            return Rewound(restored=WhatWas(moved, files), checkpoint_id=under.undo_id, not_undone=effects)

    async def recover(self) -> int:
        """Carry out what a process that died had begun; how many rewinds that were. Call it before turns begin.

        One that cannot be carried out hinders no start: it is taken back, or its session waits for the next one.
        """
        begun = await self._database.read(checkpoints_store.under_way())
        for under in begun:
            try:
                await self._carry_out(under, self._once)
            except PalaverError as error:
                log.warning("A rewind was not carried out: %s", error.detail, extra={"session_id": under.session_id})
                if isinstance(error, StorageUnavailable):
                    self._held.add(under.session_id)
        return len(begun)

    @asynccontextmanager
    async def _hold(self, session_id: SessionId) -> AsyncGenerator[None]:
        if session_id in self._held:
            raise SessionBusy("This session is being rewound already.")
        self._held.add(session_id)
        try:
            yield
        finally:
            self._held.discard(session_id)

    def _begin(self, user_id: UserId, wish: Wish, target: Target, now: Snapshot | None) -> Script[Under]:
        kept = yield from store.find(wish.session_id, user_id, to_change=True)
        idle(kept)
        undo = here(kept, now, kind="rewind", label=None, now=stamp(self._clock.now()))
        yield from checkpoints_store.put(undo)
        moves = "messages" in wish.restore
        under = Under(wish.session_id, user_id, undo.id, target.root, int(moves), target.message_id)
        if "files" in wish.restore:
            yield from checkpoints_store.begin(under)
        elif moves:
            yield from self._move(kept, target.message_id)
        return under

    async def _carry_out(self, under: Under, write: Write) -> RestoredFiles:
        try:
            restored = await asyncio.to_thread(self._snapshots.restore, under.session_id, under.root)
        except PalaverError:
            if not await asyncio.to_thread(self._will_be, under):
                await write(partial(_take_back, under))
                raise
            restored = Restored()  # the files become so when they are next used
        await write(partial(self._end, under))
        return RestoredFiles(restored.created, restored.changed, restored.deleted)

    async def _once(self, script: Callable[[], Script[None]]) -> None:
        await self._database.write(script())

    async def _surely(self, script: Callable[[], Script[None]]) -> None:
        """Until this is written down nobody may begin anything in the session: the next start would rewind it again."""
        while True:
            try:
                return await self._once(script)
            except StorageUnavailable:
                await self._clock.sleep(AGAIN)

    def _will_be(self, under: Under) -> bool:
        """Whether the files are, or are bound to become, what they were to be."""
        now = self._snapshots.take(under.session_id)
        return now is not None and now.root == under.root

    def _end(self, under: Under) -> Script[None]:
        kept = yield from store.held(under.session_id)
        if under.moves:
            with suppress(NotFound):  # the message was deleted meanwhile: the head stays where that left it
                yield from self._move(kept, under.message_id)
        yield from checkpoints_store.end(under.session_id)

    def _move(self, kept: Kept, message_id: MessageId | None) -> Script[None]:
        place = (yield from store.in_session(kept, message_id)).place if message_id else None
        session = msgspec.structs.replace(
            kept.session, head_message_id=message_id, updated_at=stamp(self._clock.now()), status="idle"
        )
        yield from store.save(kept._replace(session=session, head=place))

    def _difference(self, now: Snapshot | None, target: Target) -> RestoredFiles:
        changes = self._snapshots.diff(now.root if now else None, target.root)
        created = [one.path for one in changes if one.kind in {"created", "renamed"}]
        changed = [one.path for one in changes if one.kind in {"changed", "mode"}]
        deleted = [one.from_path or one.path for one in changes if one.kind in {"deleted", "renamed"}]
        return RestoredFiles(sorted(created), sorted(changed), sorted(deleted))


def _found(user_id: UserId, wish: Wish, act: Act = "read") -> Script[tuple[Kept, Target, list[Effect]]]:
    kept = yield from store.find(wish.session_id, user_id, act=act)
    target = yield from targets.target(kept, wish.checkpoint_id)
    reaches = tree.window(tree.path(kept.tree, kept.head), target.place.depth + 1 if target.place else 0, 1 << 40)
    since = Since(target.at, [reach for reach in reaches if reach.shared])
    return kept, target, (yield from effects_store.left_behind(wish.session_id, since))


def _moved(kept: Kept, target: Target) -> Moved:
    shared = tree.common(tree.path(kept.tree, kept.head), tree.path(kept.tree, target.place))
    return Moved(target.message_id, (kept.head.depth + 1 if kept.head else 0) - shared)


def _take_back(under: Under) -> Script[None]:
    yield from checkpoints_store.end(under.session_id)
    yield from checkpoints_store.drop(under.undo_id)
