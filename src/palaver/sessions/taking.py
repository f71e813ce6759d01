"""Sessions to take away, piece by piece: one as JSON, or with its files as a zip; all of a person's, with projects.

However long a session is, a page of it is held. It changes nothing.
"""

from collections.abc import AsyncIterator, Iterable

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import NotFound
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import Siblings
from palaver.kit.clock import Clock, stamp
from palaver.sessions import authors, export, import_store, projects_store, store, tree
from palaver.sessions.archive import Archive
from palaver.sessions.formats.ours import FORMAT, PROJECT_FORMAT
from palaver.sessions.packing import Packing
from palaver.sessions.record import session_body
from palaver.sessions.store import Found, Kept
from palaver.sessions.tree import Reach, Tree
from palaver.sessions.upload import PROJECTS, SESSIONS
from palaver.storage.port import Database
from palaver.storage.script import Script

PAGE = 200  # messages that are read at a time


class Taking:
    """What somebody may take away of their own."""

    def __init__(self, database: Database, packing: Packing, clock: Clock) -> None:
        self._database = database
        self._packing = packing
        self._clock = clock
        self.audit: Audit = unheard

    async def begun(self, user_id: UserId, form: str) -> None:
        """Somebody is about to take everything of theirs away."""
        await self.audit(SecurityEvent(kind="data.exported", actor_id=user_id, detail={"format": form}))

    async def session(self, user_id: UserId, session_id: SessionId) -> AsyncIterator[bytes]:
        """One session with all its branches, as the pieces of one JSON document; `NotFound` before the first."""
        return self._whole(await self._database.read(store.find(session_id, user_id)), {}, reader=user_id)

    async def archived(self, user_id: UserId, session_id: SessionId) -> AsyncIterator[bytes]:
        """One session with its files, as the pieces of a zip; `NotFound` before the first."""
        await self._database.read(store.find(session_id, user_id))
        return self._one(user_id, session_id)

    async def everything(self, user_id: UserId) -> AsyncIterator[bytes]:
        """All sessions and projects with their files, as the pieces of one zip."""
        archive, shown = self._archive(), dict[str, None]()
        after = ""
        while projects := await self._database.scan(projects_store.after(user_id, after, PAGE)):
            for project in projects:
                body = b'{"format":"' + PROJECT_FORMAT.encode() + b'","project":' + msgspec.json.encode(project) + b"}"
                async for piece in archive.pieces_of(f"{PROJECTS}{project.id}.json", _alone(body)):
                    yield piece
                async for piece in self._packing.files(archive, SessionId(project.id)):
                    yield piece
            after = projects[-1].id
        async for session_id in self._ids(user_id):
            async for piece in self._packed(archive, user_id, session_id, shown):
                yield piece
        async for piece in self._end(archive, user_id, shown):
            yield piece

    async def texts(self, user_id: UserId) -> AsyncIterator[bytes]:
        """All sessions as Markdown, as the pieces of one zip."""
        archive = self._archive()
        async for session_id in self._ids(user_id):
            try:
                kept = await self._database.read(store.find(session_id, user_id))
            except NotFound:
                continue  # deleted meanwhile
            name = export.file_name(kept.session, "markdown").removesuffix(".md")
            path = f"{name}-{session_id.removeprefix('ses_')}.md" if name != session_id else f"{session_id}.md"
            async for piece in archive.pieces_of(path, self._text(kept)):
                yield piece
        for piece in archive.end():
            yield piece

    async def documents(self, user_id: UserId) -> AsyncIterator[bytes]:
        """All sessions without their files, as the pieces of one JSON array."""
        opened = b"["
        async for session_id in self._ids(user_id):
            try:
                whole = await self.session(user_id, session_id)
            except NotFound:
                continue  # deleted meanwhile
            yield opened
            opened = b",\n"
            async for piece in whole:
                yield piece
        yield b"[]" if opened == b"[" else b"]"

    def _archive(self) -> Archive:
        return Archive(stamp(self._clock.now()))

    async def _one(self, user_id: UserId, session_id: SessionId) -> AsyncIterator[bytes]:
        archive, shown = self._archive(), dict[str, None]()
        async for piece in self._packed(archive, user_id, session_id, shown):
            yield piece
        async for piece in self._end(archive, user_id, shown):
            yield piece

    async def _ids(self, user_id: UserId) -> AsyncIterator[SessionId]:
        """All sessions, oldest first; those in which subagents worked are left out."""
        after = ""
        while ids := await self._database.scan(import_store.ids_after(user_id, after, PAGE)):
            for session_id in ids:
                yield session_id
            after = ids[-1]

    async def _packed(
        self, archive: Archive, user_id: UserId, session_id: SessionId, shown: dict[str, None]
    ) -> AsyncIterator[bytes]:
        files = dict[str, None]()
        try:
            kept = await self._database.read(store.find(session_id, user_id))
            whole = self._whole(kept, files, reader=user_id)
        except NotFound:
            return  # deleted meanwhile
        async for piece in archive.pieces_of(f"{SESSIONS}{session_id}.json", whole):
            yield piece
        shown.update(files)
        async for piece in self._packing.files(archive, session_id):
            yield piece

    async def _end(self, archive: Archive, user_id: UserId, shown: Iterable[str]) -> AsyncIterator[bytes]:
        async for piece in self._packing.uploads(archive, user_id, shown):
            yield piece
        for piece in archive.end():
            yield piece

    async def _text(self, kept: Kept) -> AsyncIterator[bytes]:
        yield export.heading(kept.session).encode()
        for reach in tree.path(kept.tree, kept.head):
            async for found in self._pages(kept, reach):
                by = await self._database.read(authors.of(kept.room, found))
                yield "".join(export.paragraph(one.message(None, authors.who(one, by))) for one in found).encode()

    async def _whole(self, kept: Kept, files: dict[str, None], *, reader: UserId) -> AsyncIterator[bytes]:
        """The document as `reader` may see it; `files` learns which files of messages it shows."""
        begins: dict[str, bytes] = {}
        branch = tree.path(kept.tree, kept.head)
        yield b'{"format":"' + FORMAT.encode() + b'","session":' + session_body(kept.session) + b',"messages":['
        async for piece in self._messages(kept, branch, begins, files, reader=reader):
            yield piece
        yield b'],"others":['
        async for piece in self._messages(kept, _others(kept.tree, branch), begins, files, reader=reader):
            yield piece
        several = len(kept.tree.lines) > 1
        lines = [begins[line.id] for line in kept.tree.lines if line.id in begins] if several else []
        yield b'],"lines":[' + b",".join(lines) + b"]}"

    async def _messages(
        self, kept: Kept, reaches: Iterable[Reach], begins: dict[str, bytes], files: dict[str, None], *, reader: UserId
    ) -> AsyncIterator[bytes]:
        starts = {line.id: line.start for line in kept.tree.lines}
        comma = b""
        for reach in reaches:
            async for found in self._pages(kept, reach):
                by = await self._database.read(authors.of(kept.room, found))
                told = [one.json(_siblings(kept.tree, one), authors.who(one, by), reader=reader) for one in found]
                for one, said in zip(found, told, strict=True):
                    if one.place.depth == starts[one.place.line]:
                        begins[one.place.line] = msgspec.json.encode(one.message().id)
                    if b'"file_id"' in said:
                        files.update(dict.fromkeys(export.files_of(one.message())))
                yield comma + b",".join(told)
                comma = b","

    async def _pages(self, kept: Kept, reach: Reach) -> AsyncIterator[list[Found]]:
        for start in range(reach.start, reach.end, PAGE):
            page = msgspec.structs.replace(reach, start=start, end=min(start + PAGE, reach.end))
            if found := await self._database.scan(_page(page, kept.session.id)):
                yield found


async def _alone(whole: bytes) -> AsyncIterator[bytes]:
    yield whole


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
