"""Files that messages carry: found, checked, and laid into the workspace where tools read them; no message is written.

Whose the session is, is asked above. What a model is told of such a file is `runs.conveying`'s.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from palaver.core.errors import Invalid, NotFound, PalaverError, PayloadTooLarge
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import FilePart, ImagePart, Part
from palaver.files import store
from palaver.files.blobs import PIECE
from palaver.files.drafts import Bound, Draft
from palaver.files.media import HEAD, media_type_of
from palaver.files.placing import place
from palaver.files.service import Files
from palaver.files.store import Upload
from palaver.files.workspace import Workspace
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.storage.port import Database

FOLDER = "uploads"  # of a workspace: where files of messages are laid

Named = ImagePart | FilePart


class Placed(NamedTuple):
    """Parts with their paths, and those paths that were not there before."""

    parts: tuple[Part, ...]
    new: tuple[str, ...] = ()


def files_in(parts: Sequence[Part]) -> list[str]:
    """The ids of the files that these parts show."""
    return [part.file_id for part in parts if isinstance(part, ImagePart | FilePart) and part.file_id]


def names_files(parts: Sequence[Part]) -> bool:
    """Whether a person's parts name files, by id or by path."""
    return any(isinstance(part, ImagePart | FilePart) and (part.file_id or part.path) for part in parts)


class Attachments:
    """Files on their way into messages."""

    def __init__(self, database: Database, files: Files, clock: Clock) -> None:
        self._database = database
        self._files = files
        self._showing = files.showing
        self._home = files.home
        self._settings = files.home.workspaces.settings
        self._clock = clock

    async def resolve(self, user_id: UserId, session_id: SessionId | None, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Parts with everything that is known of the files they name. What is in the workspace is kept as it is now."""
        if not names_files(parts):
            return parts
        if (count := sum(names_files((part,)) for part in parts)) > (most := self._settings.message_files):
            raise _invalid(f"A message may carry {most} files and images; this one has {count}.", None)
        found: list[Part] = []
        left = self._settings.message_bytes
        for at, part in enumerate(parts):
            if isinstance(part, ImagePart | FilePart) and (part.file_id or part.path):
                upload = await self._upload(user_id, session_id, part, left)
                left -= upload.bytes
                found.append(await self._described(part, upload, at))
            else:
                found.append(part)
        return tuple(found)

    async def place(self, user_id: UserId, session_id: SessionId, parts: tuple[Part, ...]) -> Placed:
        """Lay the files of resolved parts into the workspace, if they are not there; all of them, or none."""
        if not names_files(parts):
            return Placed(parts)
        uploads = await self._database.read(store.uploads_named(files_in(parts), user_id))
        workspace = self._home.workspaces.of(session_id)
        placed: list[Part] = []
        new: list[str] = []
        try:
            for part in parts:
                upload = uploads.get(part.file_id or "") if isinstance(part, ImagePart | FilePart) else None
                if upload is None or not isinstance(part, ImagePart | FilePart):
                    placed.append(part)
                    continue
                path, made = await asyncio.to_thread(self._laid, workspace, part, upload)
                placed.append(msgspec.structs.replace(part, path=path))
                new += [path] if made else []
        except BaseException:
            await asyncio.shield(self.take_back(user_id, session_id, Placed(parts, tuple(new))))
            raise
        if new:
            await self._files.weigh(user_id, session_id)
        return Placed(tuple(placed), tuple(new))

    async def take_back(self, user_id: UserId, session_id: SessionId, placed: Placed) -> None:
        """Remove what was laid there for a message that was not written."""
        if not placed.new:
            return
        workspace = self._home.workspaces.of(session_id)
        for path in placed.new:
            with suppress(PalaverError):
                await asyncio.to_thread(workspace.remove, path)
        workspace.measure_again()
        await self._files.weigh(user_id, session_id)

    async def _upload(self, user_id: UserId, session_id: SessionId | None, part: Named, left: int) -> Upload:
        if part.file_id:
            upload = await self._files.find_upload(user_id, part.file_id)
            self._bound(upload.bytes, left)
            return upload
        if session_id is None:
            raise NotFound("There is no such file: a new session has none.")
        upload = await asyncio.to_thread(self._kept, user_id, session_id, part.path or "", left)
        held = upload.bytes + await self._database.read(store.held(user_id, None))
        if held > self._settings.user_bytes:
            raise PayloadTooLarge(f"All your files together may have {self._settings.user_bytes:,} bytes.")
        await self._database.write(store.add_upload(upload), durable=False)
        return upload

    def _kept(self, user_id: UserId, session_id: SessionId, path: str, left: int) -> Upload:
        """A file of the workspace as it is now, kept for good."""
        name = path.rstrip("/").rpartition("/")[2]
        with self._home.workspaces.of(session_id).open(path) as file:
            self._bound(os.fstat(file.fileno()).st_size, left)
            kind = media_type_of(name, file.read(HEAD))
            file.seek(0)
            blob = self._home.blobs.put_file(file)
        at = stamp(self._clock.now())
        return Upload(new_id("fil"), user_id, name, kind, blob.size, blob.sha, at)

    def _bound(self, size: int, left: int) -> None:
        most = self._settings.message_bytes
        if size > left:
            raise PayloadTooLarge(
                f"The files of one message may have {most:,} bytes together; these have {most - left + size:,}."
            )

    async def _described(self, part: Named, upload: Upload, at: int) -> Named:
        if isinstance(part, FilePart):
            return FilePart(
                file_id=upload.id, path=part.path, name=upload.name, media_type=upload.media_type, size=upload.bytes
            )
        if not upload.media_type.startswith("image/") or upload.media_type == "image/svg+xml":
            raise _invalid(f"{upload.name} is no image but {upload.media_type}: attach it as a file.", at)
        try:
            size = await self._showing.pixels(upload)
        except Invalid as error:
            raise _invalid(f"{upload.name}: {error.detail}", at) from error
        return ImagePart(
            file_id=upload.id,
            path=part.path,
            name=upload.name,
            media_type=upload.media_type,
            size=upload.bytes,
            width=size[0] if size else None,
            height=size[1] if size else None,
        )

    def _laid(self, workspace: Workspace, part: Named, upload: Upload) -> tuple[str, bool]:
        """Where the file lies, and whether it was laid there just now."""
        path = part.path or f"{FOLDER}/{upload.name}"
        if part.path and not part.path.startswith(f"{FOLDER}/"):
            return path, False  # the session's own, whatever became of it meanwhile
        if self._is_there(workspace, path, upload):
            return path, False
        with self._home.blobs.open(upload.sha256) as content:
            draft = Draft(self._home.workspaces.drafts, Bound(upload.bytes, "The file grew."))
            try:
                while piece := content.read(PIECE):
                    draft.write(piece)
                draft.finish()
                return place(workspace, draft.path, f"{FOLDER}/{upload.name}", "keep_both"), True
            finally:
                draft.drop()

    def _is_there(self, workspace: Workspace, path: str, upload: Upload) -> bool:
        try:
            with workspace.open(path) as file:
                if os.fstat(file.fileno()).st_size != upload.bytes:
                    return False
                return self._files.hashes.of(file) == upload.sha256
        except PalaverError:
            return False


def _invalid(said: str, at: int | None) -> Invalid:
    loc: list[Any] = ["body", "parts", *([at] if at is not None else [])]
    return Invalid(said, errors=[{"loc": loc, "msg": said, "type": "attachment"}])
