"""What can be done with the files of a session, and with files that are brought in for messages.

A project has a workspace too, with its id in the place of a session's. Whose they are, is asked above. Nothing here
holds a file in memory.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import msgspec

from palaver.core.errors import Invalid
from palaver.core.ids import SessionId, UserId
from palaver.files import index_store, store
from palaver.files.blobs import Blobs
from palaver.files.drafts import Bound, Draft
from palaver.files.hashes import Hashes
from palaver.files.incoming import Drafts, Form
from palaver.files.media import HEAD, media_type_of
from palaver.files.placing import OnConflict, move, place, refuse_impossible, refuse_taken, writable
from palaver.files.showing import Showing
from palaver.files.snapshots import Snapshots
from palaver.files.store import Upload
from palaver.files.workspace import Entry, Workspace
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.storage.port import Database
from palaver.storage.script import Script

_LATEST = 253_402_300_799  # the last second of the year 9999


class FileInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of a session; `path` is where it stands in the workspace, `size` is bytes.

    A folder has `kind` "folder", no size and no hash. `sha256` is that of the bytes in hexadecimal digits.
    """

    path: str
    size: int
    media_type: str
    modified_at: str
    sha256: str | None = None
    kind: str = "file"


class UploadInfo(msgspec.Struct, frozen=True):
    """A file that was brought in for messages; parts of messages name it by `id`."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Home:
    """Where files are."""

    workspaces: Workspaces
    blobs: Blobs
    snapshots: Snapshots


class Files:
    """Files of sessions and uploads; every method waits for the disk in a thread."""

    def __init__(self, database: Database, home: Home, clock: Clock) -> None:
        self.home = home
        self._database = database
        self._workspaces = home.workspaces
        self._settings = home.workspaces.settings
        self._clock = clock
        self.hashes = Hashes(clock)
        self.showing = Showing(home.blobs, self._settings.remembered_bytes)

    async def put(
        self, user_id: UserId, session_id: SessionId, path: str, *, body: AsyncIterator[bytes], on_conflict: OnConflict
    ) -> FileInfo:
        """Bring one file in as it comes; what breaks off leaves nothing."""
        drafts = Drafts(partial(self._draft, user_id, session_id), writable)
        try:
            await drafts.take_one(path, body)
            (info,) = await self._place(user_id, session_id, drafts, on_conflict)
            return info
        finally:
            drafts.drop()

    async def put_form(
        self, user_id: UserId, session_id: SessionId, form: Form, *, on_conflict: OnConflict
    ) -> list[FileInfo]:
        """Bring in every file of a form: all of them, or none if it breaks off."""
        above = f"{form.folder}/" if form.folder else ""
        drafts = Drafts(partial(self._draft, user_id, session_id), lambda name: writable(above + name))
        try:
            await drafts.take(form)
            return await self._place(user_id, session_id, drafts, on_conflict)
        finally:
            drafts.drop()

    async def remove(self, user_id: UserId, session_id: SessionId, path: str) -> None:
        """Delete a file, or a folder with everything in it."""
        workspace = self._workspaces.of(session_id)
        await asyncio.to_thread(workspace.remove, writable(path))
        workspace.measure_again()
        await self.weigh(user_id, session_id)

    async def move(self, session_id: SessionId, path: str, to: str, on_conflict: OnConflict) -> FileInfo:
        """Give a file or folder another path."""
        workspace = self._workspaces.of(session_id)

        def moved() -> FileInfo:
            return self.about(workspace, workspace.stat(move(workspace, path, to, on_conflict)))

        return await asyncio.to_thread(moved)

    async def make_folder(self, session_id: SessionId, path: str) -> FileInfo:
        """Make a folder; one that is there already is fine."""
        workspace = self._workspaces.of(session_id)

        def made() -> FileInfo:
            workspace.make_folder(writable(path))
            return self.about(workspace, workspace.stat(path))

        return await asyncio.to_thread(made)

    async def session_removed(self, session_id: SessionId) -> None:
        """Remove the files of a session that was deleted; contents that nothing else needs go with the next sweep."""
        await asyncio.to_thread(self._workspaces.forget, session_id)
        await self._database.write(_forgotten(session_id), durable=False)

    def about(self, workspace: Workspace, entry: Entry) -> FileInfo:
        """What clients are told of something in a workspace; its content is looked at."""
        # Commands can give a file any time at all, also one that no calendar has.
        modified = stamp(datetime.fromtimestamp(min(max(entry.modified, 0), _LATEST), UTC))
        if entry.kind == "folder":
            return FileInfo(entry.path, 0, "inode/directory", modified, None, "folder")
        name = entry.path.rpartition("/")[2]
        try:
            with workspace.open(entry.path) as file:
                kind = media_type_of(name, file.read(HEAD))
                file.seek(0)
                return FileInfo(entry.path, entry.size, kind, modified, self.hashes.of(file))
        except (Invalid, OSError):  # what may not be opened is still there
            return FileInfo(entry.path, entry.size, media_type_of(name), modified)

    async def upload(self, user_id: UserId, form: Form) -> list[UploadInfo]:
        """Bring in files for messages; all of them, or none if the form breaks off."""
        drafts = Drafts(partial(self._draft, user_id, None), _name)
        try:
            await drafts.take(form)
            uploads = [await asyncio.to_thread(self._kept, user_id, name, draft) for name, draft in drafts.taken]
            await self._database.write(store.add_uploads(uploads))
            return [told(one) for one in uploads]
        finally:
            drafts.drop()

    async def find_upload(self, user_id: UserId, upload_id: str) -> Upload:
        """An upload of this person; NotFound otherwise."""
        return await self._database.read(store.upload(upload_id, user_id))

    async def uploads(self, user_id: UserId, prior_to: str | None, most: int) -> list[Upload]:
        """A person's uploads, newest first."""
        return await self._database.read(store.uploads_of(user_id, prior_to, most))

    async def remove_upload(self, user_id: UserId, upload_id: str) -> None:
        """Delete an upload; its content goes with the next sweep if nothing else has it."""
        await self._database.write(store.remove_upload(upload_id, user_id))

    def _kept(self, user_id: UserId, name: str, draft: Draft) -> Upload:
        self.home.blobs.take_over(draft.path, draft.sha)
        kind = media_type_of(name, draft.head)
        at = stamp(self._clock.now())
        return Upload(new_id("fil"), user_id, name, kind, draft.size, draft.sha, at)

    async def take(self, user_id: UserId, upload_id: str, name: str, draft: Draft) -> UploadInfo:
        """Keep a file that came another way, under an id that was given before."""
        one = (await asyncio.to_thread(self._kept, user_id, _name(name), draft))._replace(id=upload_id)
        await self._database.write(store.add_upload(one))
        return told(one)

    async def keep(self, user_id: UserId, name: str, content: bytes) -> UploadInfo:
        """Keep what came inside of another body; the same content of the same name is kept once."""
        sha = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        found = await self._database.read(store.upload_like(user_id, sha, _name(name)))
        if found is not None:
            return told(found)
        draft = await self._draft(user_id, None, 0)
        try:
            await asyncio.to_thread(lambda: (draft.write(content), draft.finish()))
            return await self.take(user_id, new_id("fil"), name, draft)
        finally:
            draft.drop()

    async def _draft(self, user_id: UserId, session_id: SessionId | None, coming: int) -> Draft:
        bound = await self.bound(user_id, session_id, coming)
        return await asyncio.to_thread(Draft, self._workspaces.drafts, bound)

    async def bound(self, user_id: UserId, session_id: SessionId | None, coming: int) -> Bound:
        """How large a file may be, beside as many bytes; of the limits, the one that is reached first is told."""
        settings = self._settings
        held = coming + await self._database.read(store.held(user_id, session_id))
        used = coming + await asyncio.to_thread(self._workspaces.of(session_id).weight) if session_id else 0
        held += used - coming if session_id else 0
        said = f"All your files together may have {settings.user_bytes:,} bytes; {held:,} are used."
        bounds = [
            Bound(settings.upload_bytes, f"A file may have {settings.upload_bytes:,} bytes."),
            Bound(settings.user_bytes - held, said),
        ]
        if session_id:
            most = settings.workspace_bytes
            said = f"The files of this {_noun(session_id)} may have {most:,} bytes together; {used:,} are used."
            bounds.append(Bound(most - used, said))
        return min(bounds)

    async def _place(
        self, user_id: UserId, session_id: SessionId, drafts: Drafts, on_conflict: OnConflict
    ) -> list[FileInfo]:
        workspace = self._workspaces.of(session_id)

        def placed() -> list[FileInfo]:
            paths = [path for path, _ in drafts.taken]
            if on_conflict == "refuse":
                refuse_taken(workspace, paths)
            refuse_impossible(workspace, paths, on_conflict)
            return [self._placed(workspace, draft, path, on_conflict) for path, draft in drafts.taken]

        infos = await asyncio.to_thread(placed)
        await self.weigh(user_id, session_id)
        return infos

    def _placed(self, workspace: Workspace, draft: Draft, path: str, on_conflict: OnConflict) -> FileInfo:
        path = place(workspace, draft.path, path, on_conflict)
        with workspace.open(path) as file:
            self.hashes.learn(os.fstat(file.fileno()), draft.sha)
        return self.about(workspace, workspace.stat(path))

    async def weigh(self, user_id: UserId, session_id: SessionId) -> None:
        """Write down how much a session or project holds now."""
        size = await asyncio.to_thread(self._workspaces.of(session_id).weight)
        await self._database.write(store.holds(session_id, user_id, size), durable=False)


def _noun(session_id: SessionId) -> str:
    return "project" if session_id.startswith("prj_") else "session"


def _forgotten(session_id: SessionId) -> Script[None]:
    yield from store.forget(session_id)
    yield from index_store.forget(session_id)


def told(upload: Upload) -> UploadInfo:
    """An upload as clients see it."""
    return UploadInfo(upload.id, upload.name, upload.media_type, upload.bytes, upload.sha256, upload.created_at)


def _name(name: str) -> str:
    path = writable(name)
    if "/" in path:
        raise Invalid("The name of a file has a “/” in it.")
    return path
