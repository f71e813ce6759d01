"""Checkpoints: set by hand, and listed with those that stand by themselves; going back to one is `rewinding.py`'s."""

import asyncio
from typing import Annotated, NamedTuple

import msgspec

from palaver.core.errors import Invalid, SessionBusy
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.files.snapshots import Snapshot, Snapshots
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.pages import BadCursor, cursor, position
from palaver.sessions import checkpoints_store, shown, store, targets, tree
from palaver.sessions.checkpoints import CHECKPOINT, Checkpoint, newest
from palaver.sessions.checkpoints_store import Set
from palaver.sessions.store import Kept
from palaver.storage.port import Database
from palaver.storage.script import Script

_Depth = Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
_AT_CURSOR = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
LAST = "chk~"  # sorts after every id


class CheckpointList(msgspec.Struct, frozen=True):
    """A page of checkpoints, newest first; `next_cursor` asks for the one after it."""

    items: list[Checkpoint]
    next_cursor: str | None


class Before(NamedTuple):
    """Where a page begins: questions above this depth, and checkpoints set before that one."""

    depth: int
    id: str


class Checkpointing:
    """Sets and lists checkpoints, at most `most` on a page."""

    def __init__(self, database: Database, snapshots: Snapshots, clock: Clock, *, most: int) -> None:
        self._database = database
        self._snapshots = snapshots
        self._clock = clock
        self._most = most

    async def page(self, user_id: UserId, session_id: SessionId, after: str | None, limit: int) -> CheckpointList:
        """Those on the branch of the session's head, and all that were set by hand or by a rewind."""
        before = _position(after) if after else Before(1 << 40, LAST)
        return await self._database.read(_page(user_id, session_id, before, min(limit, self._most)))

    async def set(self, user_id: UserId, session_id: SessionId, label: str | None) -> Checkpoint:
        """A checkpoint where the session stands now."""
        idle(await self._database.read(store.find(session_id, user_id, act="write")))
        snapshot = await asyncio.to_thread(self._snapshots.take, session_id)

        def write() -> Script[Checkpoint]:
            kept = yield from store.find(session_id, user_id, to_change=True)
            idle(kept)
            one = here(kept, snapshot, kind="named", label=label, now=stamp(self._clock.now()))
            yield from checkpoints_store.put(one)
            return targets.was_set(one)

        return await self._database.write(write())


def idle(kept: Kept) -> None:
    """SessionBusy while an answer is on its way or waits for a person."""
    if kept.session.active_run_id is not None:
        raise SessionBusy("An answer is on its way in this session; wait for it or interrupt it first.")


def here(kept: Kept, snapshot: Snapshot | None, *, kind: str, label: str | None, now: str) -> Set:
    """A checkpoint where a session stands."""
    return Set(
        id=new_id(CHECKPOINT),
        session_id=kept.session.id,
        kind=kind,
        label=label,
        message_id=kept.session.head_message_id,
        root=snapshot.root if snapshot else None,
        files=snapshot.files if snapshot else None,
        bytes=snapshot.bytes if snapshot else None,
        created_at=now,
    )


def _page(user_id: UserId, session_id: SessionId, before: Before, limit: int) -> Script[CheckpointList]:
    kept = yield from store.find(session_id, user_id)
    reaches = tree.window(tree.path(kept.tree, kept.head), 0, before.depth)
    depths: dict[str, int] = {}
    found: list[Checkpoint] = []
    for reach, (depth, written, created_at) in (yield from checkpoints_store.questions(reaches, limit + 1)):
        message_id = shown.shown(written, session_id) if reach.shared else MessageId(written)
        one = yield from targets.implied(session_id, message_id, created_at)
        depths[one.id] = depth
        found.append(one)
    found += map(targets.was_set, (yield from checkpoints_store.page(session_id, before.id, limit + 1)))
    items = newest(found, limit)
    if len(found) <= limit:
        return CheckpointList(items, None)
    depth = min((depths[one.id] for one in items if one.id in depths), default=before.depth)
    last = min((one.id for one in items if one.id not in depths), default=before.id)
    return CheckpointList(items, cursor(depth, last))


def _position(word: str) -> Before:
    try:
        return Before(*position(word, tuple[_Depth, str]))
    except BadCursor as error:
        raise Invalid("The cursor is not one of this list's.", errors=[_AT_CURSOR]) from error
