"""Sessions to take away, piece by piece: one as JSON, all of a person's with their files as a zip; it changes nothing.

However long a session is, a page of it is held.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack

import msgspec

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import Siblings
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import Clock, stamp
from palaver.sessions import import_store, store, tree
from palaver.sessions.archive import Archive
from palaver.sessions.formats.ours import FORMAT
from palaver.sessions.record import session_body
from palaver.sessions.store import Found, Kept
from palaver.sessions.tree import Reach, Tree
from palaver.storage.port import Database
from palaver.storage.script import Script

PAGE = 200  # messages that are read at a time
PIECE = 256 * 1024  # bytes of a file that are read at a time


class Taking:
    """What somebody may take away of their own."""

    def __init__(self, database: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._database = database
        self._workspaces = workspaces
        self._clock = clock

    async def session(self, user_id: UserId, session_id: SessionId) -> AsyncIterator[bytes]:
        """One session with all its branches, as the pieces of one JSON document; `NotFound` before the first."""
        return self._whole(await self._database.read(store.find(session_id, user_id)))

    async def everything(self, user_id: UserId) -> AsyncIterator[bytes]:
        """All sessions and their files, as the pieces of one zip; sessions in which subagents worked are left out."""
        archive = Archive(stamp(self._clock.now()))
        after = ""
        while ids := await self._database.scan(import_store.ids_after(user_id, after, PAGE)):
            for session_id in ids:
                async for piece in self._packed(archive, user_id, session_id):
                    yield piece
            after = ids[-1]
        for piece in archive.end():
            yield piece

    async def _packed(self, archive: Archive, user_id: UserId, session_id: SessionId) -> AsyncIterator[bytes]:
        try:
            whole = await self.session(user_id, session_id)
        except NotFound:
            return  # deleted meanwhile
        async for piece in archive.pieces_of(f"sessions/{session_id}.json", whole):
            yield piece
        if not self._workspaces.exists(session_id):
            return
        workspace = self._workspaces.of(session_id)
        for entry in await asyncio.to_thread(lambda: list(workspace.walk())):
            if entry.kind == "file":
                content = self._content(session_id, entry.path)
                async for piece in archive.pieces_of(f"files/{session_id}/{entry.path}", content):
                    yield piece

    async def _content(self, session_id: SessionId, path: str) -> AsyncIterator[bytes]:
        with ExitStack() as opened:
            file = await asyncio.to_thread(opened.enter_context, self._workspaces.of(session_id).open(path))
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece

    async def _whole(self, kept: Kept) -> AsyncIterator[bytes]:
        begins: dict[str, bytes] = {}
        branch = tree.path(kept.tree, kept.head)
        yield b'{"format":"' + FORMAT.encode() + b'","session":' + session_body(kept.session) + b',"messages":['
        async for piece in self._messages(kept, branch, begins):
            yield piece
        yield b'],"others":['
        async for piece in self._messages(kept, _others(kept.tree, branch), begins):
            yield piece
        several = len(kept.tree.lines) > 1
        lines = [begins[line.id] for line in kept.tree.lines if line.id in begins] if several else []
        yield b'],"lines":[' + b",".join(lines) + b"]}"

    async def _messages(self, kept: Kept, reaches: Iterable[Reach], begins: dict[str, bytes]) -> AsyncIterator[bytes]:
        starts = {line.id: line.start for line in kept.tree.lines}
        comma = b""
        for reach in reaches:
            for start in range(reach.start, reach.end, PAGE):
                page = msgspec.structs.replace(reach, start=start, end=min(start + PAGE, reach.end))
                found = await self._database.scan(_page(page, kept.session.id))
                for one in found:
                    if one.place.depth == starts[one.place.line]:
                        begins[one.place.line] = msgspec.json.encode(one.message().id)
                if found:
                    yield comma + b",".join(one.json(_siblings(kept.tree, one)) for one in found)
                    comma = b","


def _page(reach: Reach, session_id: SessionId) -> Script[list[Found]]:
    return list((yield from store.stretch(reach, session_id)))


def _others(shape: Tree, branch: tuple[Reach, ...]) -> list[Reach]:
    """What stands beside a branch, line by line, so that a message comes after its parent."""
    shown = {reach.line: reach.end for reach in branch}
    found = [Reach(line.id, shown.get(line.id, line.start), line.end, line.shared) for line in shape.lines]
    return [reach for reach in found if reach.start < reach.end]


def _siblings(shape: Tree, found: Found) -> Siblings | None:
    if len(shape.lines) == 1:
        return None
    family = tree.siblings(shape, found.place)
    return Siblings(len(family), family.index(found.place))
