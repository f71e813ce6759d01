"""Takes in what was exported, here or elsewhere: all of an upload or nothing of it; forms are read in `formats`.

An upload is read twice: to check all of it, and to write it down conversation by conversation, unseen until the end.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from palaver.core.errors import Forbidden, PayloadTooLarge
from palaver.core.ids import MESSAGE, SESSION, MessageId, SessionId, UserId
from palaver.core.messages import AudioPart, FilePart, ImagePart, Message, Part, ToolResultPart
from palaver.core.principal import Principal
from palaver.files import store as file_store
from palaver.files.settings import FileSettings
from palaver.kit.ids import new_id
from palaver.sessions import import_store, projects_store, store
from palaver.sessions.export import files_of
from palaver.sessions.formats.brought import Planted
from palaver.sessions.formats.telling import Form, planted
from palaver.sessions.import_files import ImportedFiles
from palaver.sessions.project import Project
from palaver.sessions.projects import PROJECT
from palaver.sessions.service import Sessions
from palaver.sessions.session import Origin, Session
from palaver.sessions.store import Kept
from palaver.sessions.tree import Place
from palaver.sessions.upload import Bounds, Document, Upload, opened
from palaver.storage.port import Database
from palaver.storage.script import Script

BATCH = 50  # messages in one unit of work: turns of others come in between
UNPACKED = 4  # times what an upload may have, once it is unpacked: texts become a quarter, bombs a thousandth
TOLD = 1_000  # sessions that an answer names one by one

_encode = msgspec.json.Encoder().encode

Batch = Sequence[tuple[Message, Place]]
Projects = Callable[[UserId, str], Awaitable[bool]]


class ImportedSession(msgspec.Struct, frozen=True):
    """A session that was brought; `source_id` is its id where it comes from."""

    id: SessionId
    source_id: str
    title: str | None
    form: Form
    message_count: int


class Imported(msgspec.Struct, frozen=True):
    """What an upload brought, or would bring (`dry_run`). `items` names the first thousand sessions.

    `files` are those of workspaces and of messages together; `notes` say what could not be kept.
    """

    sessions: int
    messages: int
    files: int
    items: list[ImportedSession]
    notes: list[str]
    projects: int = 0
    dry_run: bool = False


class Importing:
    """`receive` an upload to the disk, then `take` it in."""

    def __init__(
        self, database: Database, sessions: Sessions, files: ImportedFiles, folder: Path, *, bounds: FileSettings
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._files = files
        self._folder = folder
        self.knows_project: Projects = _no_project  # whether a project is a person's
        self._bounds = Bounds(
            conversation=sessions.settings.import_session_bytes,
            file=bounds.upload_bytes,
            whole=sessions.settings.import_bytes * UNPACKED,
        )

    async def receive(self, pieces: AsyncIterator[bytes]) -> Path:
        """Put an upload on the disk; one that breaks off or is too large leaves nothing."""
        most = self._sessions.settings.import_bytes
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        path = self._folder / new_id("upl")
        try:
            with await asyncio.to_thread(path.open, "xb") as file:
                size = 0
                async for piece in pieces:
                    size += len(piece)
                    if size > most:
                        raise PayloadTooLarge(f"An upload may have {most:,} bytes.")
                    await asyncio.to_thread(file.write, piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    async def take(self, principal: Principal, path: Path, *, dry_run: bool = False) -> Imported:
        """All that an upload holds, with new ids; `Invalid` says where it is broken, and then nothing was imported."""
        with ExitStack() as stack:
            upload = await asyncio.to_thread(stack.enter_context, opened(path, self._bounds))
            checked = await asyncio.to_thread(_check, upload)
            await self._files.check(principal.user_id, upload)
            if dry_run:
                return checked.told()
            taken = _Taken(principal, UserId(new_id(import_store.NOBODY)), checked.forked_at)
            try:
                await self._write(upload, taken)
                await self._database.write(_give(taken))
            except BaseException:
                await asyncio.shield(self._take_back(taken))
                raise
            return taken.told()

    async def sweep(self) -> None:
        """Remove what a server that was killed had begun to take in, before this one begins to."""
        await self._forget(await self._database.read(import_store.left_behind()))
        for left in await asyncio.to_thread(lambda: list(self._folder.glob("upl_*"))):
            left.unlink(missing_ok=True)

    async def _forget(self, left: Sequence[tuple[UserId, SessionId]]) -> None:
        for nobody, session_id in left:
            await self._sessions.remove(nobody, session_id)

    async def _take_back(self, taken: "_Taken") -> None:
        await self._forget([(taken.nobody, one) for one in taken.ids.values()])
        await self._files.forget([SessionId(one.id) for one in taken.projects.values()], taken.uploads.values())

    async def _write(self, upload: Upload, taken: "_Taken") -> None:
        user_id = taken.principal.user_id
        for project in await asyncio.to_thread(lambda: list(upload.projects())):
            new = taken.projects[project.id] = msgspec.structs.replace(project, id=new_id(PROJECT))
            taken.files += await self._files.lay(user_id, SessionId(new.id), upload, upload.files(project.id))
        taken.uploads = await self._files.keep(user_id, upload)
        taken.files += len(taken.uploads)
        documents = upload.documents()
        while (document := await asyncio.to_thread(next, documents, None)) is not None:
            session_id = SessionId(new_id(SESSION))
            made = await asyncio.to_thread(planted, document.brought, session_id, _fresh, said=document.said)
            session = await self._fitting(taken, made.session)
            await self._database.write(store.create(Kept(session, made.tree, made.head), taken.nobody))
            taken.add(document, made, session)
            for batch in _batches(made):
                await self._database.write(_put(batch, user_id, taken.uploads), durable=False)
            taken.files += await self._files.lay(user_id, session_id, upload, document.files)

    async def _fitting(self, taken: "_Taken", session: Session) -> Session:
        """The session as this house can have it."""
        try:
            self._sessions.check_mode(taken.principal, session.permission_mode)
        except Forbidden:
            taken.notes.append(f"{session.id}: the permission mode {session.permission_mode} is not open to you.")
            session = msgspec.structs.replace(session, permission_mode="default")
        project = session.project_id
        if project in taken.projects:
            session = msgspec.structs.replace(session, project_id=taken.projects[project].id)
        elif project and not await self.knows_project(taken.principal.user_id, project):
            session = msgspec.structs.replace(session, project_id=None)
            taken.notes.append(f"{session.id}: the project {project} is none of yours; the session is in no project.")
        return msgspec.structs.replace(session, parent=taken.origin(session.parent))


class _Taken:
    """What came of an upload so far."""

    def __init__(self, principal: Principal, nobody: UserId, forked_at: set[MessageId]) -> None:
        self.principal = principal
        self.nobody = nobody
        self.ids: dict[str, SessionId] = {}
        self.forked_at = forked_at
        self.projects: dict[str | None, Project] = {}  # as they will be, by their ids in the upload
        self.uploads: dict[str, str] = {}  # files of messages: new ids by old ones
        self.files = 0
        self._message_ids: dict[MessageId, MessageId] = {}  # of those at which others were forked
        self.notes: list[str] = []
        self._items: list[ImportedSession] = []
        self._messages = self._sessions = 0

    def origin(self, parent: Origin | None) -> Origin | None:
        """Where a session was forked from, where that came along before it."""
        if parent is None or parent.session_id not in self.ids:
            return None
        at = None if parent.message_id is None else self._message_ids.get(parent.message_id)
        return Origin(self.ids[parent.session_id], at) if at or parent.message_id is None else None

    def add(self, document: Document, made: Planted, session: Session) -> None:
        """One more session was begun."""
        for old, (new, _) in zip(document.brought.messages, made.messages, strict=True):
            if old.id in self.forked_at:
                self._message_ids[old.id] = new.id
        source = document.brought.session.id
        self.ids[source if source not in self.ids else session.id] = session.id
        self._sessions += 1
        self._messages += session.message_count
        if len(self._items) < TOLD:
            item = ImportedSession(session.id, source, session.title, document.form, session.message_count)
            self._items.append(item)

    def told(self) -> Imported:
        """As the client hears of it."""
        notes = self.notes[:TOLD]
        return Imported(self._sessions, self._messages, self.files, self._items, notes, len(self.projects))


class _Checked:
    """What an upload holds, all of which can be taken in."""

    def __init__(self) -> None:
        self.forked_at: set[MessageId] = set()  # the messages at which its sessions were forked
        self.sessions = self.messages = self.files = self.projects = 0
        self.items: list[ImportedSession] = []

    def add(self, document: Document, made: Planted) -> None:
        """One more session can be."""
        parent = document.brought.session.parent
        if parent is not None and parent.message_id is not None:
            self.forked_at.add(parent.message_id)
        session, count = document.brought.session, made.session.message_count
        self.sessions += 1
        self.messages += count
        self.files += sum(one.size is not None for one in document.files)
        if len(self.items) < TOLD:
            self.items.append(ImportedSession(session.id, session.id, session.title, document.form, count))

    def told(self) -> Imported:
        """As the client hears of it; the sessions have no ids of their own yet."""
        return Imported(self.sessions, self.messages, self.files, self.items, [], self.projects, dry_run=True)


def _check(upload: Upload) -> _Checked:
    """All of it can be taken in."""
    upload.check()
    checked, count = _Checked(), itertools.count()
    for project in upload.projects():
        checked.projects += 1
        checked.files += sum(one.size is not None for one in upload.files(project.id))
    checked.files += sum(1 for _ in upload.uploads())
    for document in upload.documents():
        made = planted(document.brought, SessionId("ses"), lambda: f"msg_{next(count)}", said=document.said)
        checked.add(document, made)
    return checked


def _give(taken: _Taken) -> Script[None]:
    """From now on all of it is the person's."""
    for project in taken.projects.values():
        yield from projects_store.put(project, taken.principal.user_id)
    yield from import_store.give(taken.nobody, taken.principal.user_id)


def _fresh() -> str:
    return new_id(MESSAGE)


def _batches(made: Planted) -> list[Batch]:
    return [made.messages[at : at + BATCH] for at in range(0, len(made.messages), BATCH)]


def _put(batch: Batch, user_id: UserId, uploads: dict[str, str]) -> Script[None]:
    ours = set(uploads.values())
    for one, place in batch:
        message = _with_files(one, uploads)
        yield from store.put_message(message, place, user_id)
        yield from file_store.use(message.id, [name for name in files_of(message) if name in ours])
        if message.metadata:
            yield from store.set_metadata(message.id, _encode(message.metadata))


async def _no_project(user_id: UserId, project_id: str) -> bool:
    return False


def _with_files(message: Message, uploads: dict[str, str]) -> Message:
    """The message with the new ids of the files that it shows."""
    if not uploads or not files_of(message):
        return message
    return msgspec.structs.replace(message, parts=tuple(_renamed(part, uploads) for part in message.parts))


def _renamed(part: Part, uploads: dict[str, str]) -> Part:
    match part:
        case ImagePart(file_id=str(known)) | FilePart(file_id=str(known)) | AudioPart(file_id=str(known)):
            return msgspec.structs.replace(part, file_id=uploads.get(known, known))
        case ToolResultPart():
            return msgspec.structs.replace(part, parts=tuple(_renamed(one, uploads) for one in part.parts))
        case _:
            return part
