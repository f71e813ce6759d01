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
from palaver.core.messages import Message
from palaver.core.principal import Principal
from palaver.files.settings import FileSettings
from palaver.files.workspaces import Workspaces
from palaver.kit.ids import new_id
from palaver.sessions import import_store, store
from palaver.sessions.formats.brought import Planted
from palaver.sessions.formats.telling import Form, planted
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
    """What an upload brought. `items` names the first thousand; `notes` say what could not be kept."""

    sessions: int
    messages: int
    files: int
    items: list[ImportedSession]
    notes: list[str]


class Importing:
    """`receive` an upload to the disk, then `take` it in."""

    def __init__(
        self, database: Database, sessions: Sessions, workspaces: Workspaces, folder: Path, *, files: FileSettings
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._workspaces = workspaces
        self._folder = folder
        self.knows_project: Projects = _no_project  # whether a project is a person's
        self._bounds = Bounds(
            conversation=sessions.settings.import_session_bytes,
            file=files.file_bytes,
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

    async def take(self, principal: Principal, path: Path) -> Imported:
        """All that an upload holds, with new ids; `Invalid` says where it is broken, and then nothing was imported."""
        with ExitStack() as stack:
            upload = await asyncio.to_thread(stack.enter_context, opened(path, self._bounds))
            forked_at = await asyncio.to_thread(_check, upload)
            taken = _Taken(principal, UserId(new_id(import_store.NOBODY)), forked_at)
            try:
                await self._write(upload, taken)
                await self._database.write(import_store.give(taken.nobody, principal.user_id))
            except BaseException:
                await asyncio.shield(self._forget([(taken.nobody, one) for one in taken.ids.values()]))
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
            await asyncio.to_thread(self._workspaces.forget, session_id)

    async def _write(self, upload: Upload, taken: "_Taken") -> None:
        documents = upload.documents()
        while (document := await asyncio.to_thread(next, documents, None)) is not None:
            session_id = SessionId(new_id(SESSION))
            made = await asyncio.to_thread(planted, document.brought, session_id, _fresh, said=document.said)
            session = await self._fitting(taken, made.session)
            await self._database.write(store.create(Kept(session, made.tree, made.head), taken.nobody))
            taken.add(document, made, session)
            for batch in _batches(made):
                await self._database.write(_put(batch, taken.principal.user_id), durable=False)
            for file in document.files:
                content = await asyncio.to_thread(upload.content, file)
                await asyncio.to_thread(self._workspaces.of(session_id).write, file.path, content)

    async def _fitting(self, taken: "_Taken", session: Session) -> Session:
        """The session as this house can have it."""
        try:
            self._sessions.check_mode(taken.principal, session.permission_mode)
        except Forbidden:
            taken.notes.append(f"{session.id}: the permission mode {session.permission_mode} is not open to you.")
            session = msgspec.structs.replace(session, permission_mode="default")
        project = session.project_id
        if project and not await self.knows_project(taken.principal.user_id, project):
            session = msgspec.structs.replace(session, project_id=None)
            taken.notes.append(f"{session.id}: the project {project} is none of yours; the session is in no project.")
        return msgspec.structs.replace(session, parent=taken.origin(session.parent))


class _Taken:
    """What came of an upload so far."""

    def __init__(self, principal: Principal, nobody: UserId, forked_at: set[MessageId]) -> None:
        self.principal = principal
        self.nobody = nobody
        self.ids: dict[str, SessionId] = {}
        self._forked_at = forked_at
        self._message_ids: dict[MessageId, MessageId] = {}  # of those at which others were forked
        self.notes: list[str] = []
        self._items: list[ImportedSession] = []
        self._messages = self._files = self._sessions = 0

    def origin(self, parent: Origin | None) -> Origin | None:
        """Where a session was forked from, where that came along before it."""
        if parent is None or parent.session_id not in self.ids:
            return None
        at = None if parent.message_id is None else self._message_ids.get(parent.message_id)
        return Origin(self.ids[parent.session_id], at) if at or parent.message_id is None else None

    def add(self, document: Document, made: Planted, session: Session) -> None:
        """One more session was begun."""
        for old, (new, _) in zip(document.brought.messages, made.messages, strict=True):
            if old.id in self._forked_at:
                self._message_ids[old.id] = new.id
        source = document.brought.session.id
        self.ids[source if source not in self.ids else session.id] = session.id
        self._sessions += 1
        self._messages += session.message_count
        self._files += len(document.files)
        if len(self._items) < TOLD:
            item = ImportedSession(session.id, source, session.title, document.form, session.message_count)
            self._items.append(item)

    def told(self) -> Imported:
        """As the client hears of it."""
        return Imported(self._sessions, self._messages, self._files, self._items, self.notes[:TOLD])


def _check(upload: Upload) -> set[MessageId]:
    """All of it can be taken in; the messages at which its sessions were forked."""
    upload.check()
    count = itertools.count()
    forked_at: set[MessageId] = set()
    for document in upload.documents():
        planted(document.brought, SessionId("ses"), lambda: f"msg_{next(count)}", said=document.said)
        parent = document.brought.session.parent
        if parent is not None and parent.message_id is not None:
            forked_at.add(parent.message_id)
    return forked_at


def _fresh() -> str:
    return new_id(MESSAGE)


def _batches(made: Planted) -> list[Batch]:
    return [made.messages[at : at + BATCH] for at in range(0, len(made.messages), BATCH)]


def _put(batch: Batch, user_id: UserId) -> Script[None]:
    for message, place in batch:
        yield from store.put_message(message, place, user_id)
        if message.metadata:
            yield from store.set_metadata(message.id, _encode(message.metadata))


async def _no_project(user_id: UserId, project_id: str) -> bool:
    return False
