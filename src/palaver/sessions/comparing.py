"""What is different between two points of a session: messages only one of them has, and files; it moves nothing."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message
from palaver.files.differences import FileChange
from palaver.files.snapshots import Snapshots
from palaver.sessions import store, targets, tree
from palaver.sessions.checkpoints import CHECKPOINT
from palaver.sessions.store import Kept
from palaver.sessions.targets import Files
from palaver.sessions.tree import Place, Reach
from palaver.storage.port import Database
from palaver.storage.script import Script


class Branch(msgspec.Struct, frozen=True):
    """Messages that only one side has, the first of them; `count` says how many there are."""

    items: Sequence[Message]
    count: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """From one point to another: `common` messages are on both ways; files tell how the first became the second."""

    common: int
    only_from: Branch
    only_to: Branch
    files: Sequence[FileChange]


class _Point(NamedTuple):
    place: Place | None
    files: Files


class Comparing:
    """Compares points of a session; at most `most` messages of each side are told."""

    def __init__(self, database: Database, snapshots: Snapshots, *, most: int) -> None:
        self._database = database
        self._snapshots = snapshots
        self._most = most

    async def compare(self, user_id: UserId, session_id: SessionId, points: tuple[str, str]) -> Comparison:
        """What is different from the first of these messages or checkpoints to the second."""
        found = await self._database.scan(_compare(user_id, session_id, points, self._most))
        kept_files, common, only_from, only_to = found
        files = await asyncio.to_thread(self._files, session_id, kept_files)
        return Comparison(common=common, only_from=only_from, only_to=only_to, files=files)

    def _files(self, session_id: SessionId, sides: tuple[Files, Files]) -> list[FileChange]:
        if sides[0] == sides[1]:
            return []
        now = self._snapshots.take(session_id) if sides[0].now or sides[1].now else None
        there = now.root if now else None
        roots = [there if side.now else side.root for side in sides]
        return self._snapshots.diff(roots[0], roots[1])


def _compare(
    user_id: UserId, session_id: SessionId, points: tuple[str, str], most: int
) -> Script[tuple[tuple[Files, Files], int, Branch, Branch]]:
    kept = yield from store.find(session_id, user_id)
    one, other = (yield from _point(kept, points[0])), (yield from _point(kept, points[1]))
    ways = tree.path(kept.tree, one.place), tree.path(kept.tree, other.place)
    common = tree.common(*ways)
    return (
        (one.files, other.files),
        common,
        (yield from _beyond(kept, ways[0], range(common, common + most), user_id)),
        (yield from _beyond(kept, ways[1], range(common, common + most), user_id)),
    )


def _beyond(kept: Kept, way: tuple[Reach, ...], depths: range, reader: UserId) -> Script[Branch]:
    items: list[Message] = []
    for reach in tree.window(way, depths.start, depths.stop):
        items += [one.message(reader=reader) for one in (yield from store.stretch(reach, kept.session.id))]
    return Branch(items, (way[-1].end if way else 0) - depths.start)


def _point(kept: Kept, named: str) -> Script[_Point]:
    if named.startswith(f"{CHECKPOINT}_"):
        target = yield from targets.target(kept, named)
        return _Point(target.place, Files(target.root))
    found = yield from store.in_session(kept, MessageId(named))
    return _Point(found.place, (yield from targets.files_after(kept, found)))
