"""Takes in the files of an upload: those of workspaces, with folders and modes, and those that messages show.

Whether an upload may be taken in at all is said above, and so is whose its sessions are.
"""

import asyncio
from collections.abc import Iterable

from palaver.core.errors import PayloadTooLarge
from palaver.core.ids import SessionId, UserId
from palaver.files import store
from palaver.files.drafts import Bound, Draft
from palaver.files.media import media_type_of
from palaver.files.placing import put
from palaver.files.service import Files
from palaver.files.store import Upload as Stored
from palaver.files.workspace import Workspace
from palaver.kit.ids import new_id
from palaver.sessions.upload import File, Kept, Upload
from palaver.storage.port import Database


class ImportedFiles:
    """Brings files of an open upload to where they belong."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self._files = files
        self._workspaces = files.home.workspaces
        self._settings = self._workspaces.settings

    async def check(self, user_id: UserId, upload: Upload) -> None:
        """Refuse what would be more than a person may have."""
        held = await self._database.read(store.held(user_id, None))
        if held + upload.bytes > self._settings.user_bytes:
            most = self._settings.user_bytes
            raise PayloadTooLarge(
                f"All your files together may have {most:,} bytes; {held:,} are used, and these have {upload.bytes:,}."
            )

    async def lay(self, user_id: UserId, whose: SessionId, upload: Upload, files: Iterable[File]) -> int:
        """Put files and folders into the workspace of a session or project; how many files that were."""
        found = tuple(files)
        if found:
            await asyncio.to_thread(self._lay, self._workspaces.of(whose), upload, found)
            await self._files.weigh(user_id, whose)
        return sum(one.size is not None for one in found)

    async def keep(self, user_id: UserId, upload: Upload) -> dict[str, str]:
        """Take in the files that messages show; their new ids by those in the upload."""
        ids: dict[str, str] = {}
        for kept, file in await asyncio.to_thread(lambda: list(upload.uploads())):
            stored = await asyncio.to_thread(self._kept, user_id, upload, kept, file)
            await self._database.write(store.add_upload(stored), durable=False)
            ids[kept.id] = stored.id
        return ids

    async def forget(self, workspaces: Iterable[SessionId], uploads: Iterable[str]) -> None:
        """Take back what was brought."""
        for one in workspaces:
            await self._files.session_removed(one)
        await self._database.write(store.drop_uploads(list(uploads)), durable=False)

    def _lay(self, workspace: Workspace, upload: Upload, files: tuple[File, ...]) -> None:
        for file in files:
            if file.size is None:
                workspace.make_folder(file.path)
                continue
            draft = self._draft(upload, file.name)
            try:
                put(workspace, draft.path, file.path, "replace")
            finally:
                draft.drop()
        # Folders after what is in them: one that nobody may write to could not be filled.
        for file in sorted(files, key=lambda one: one.path, reverse=True):
            if file.mode is not None:
                workspace.set_mode(file.path, file.mode)

    def _kept(self, user_id: UserId, upload: Upload, kept: Kept, file: File) -> Stored:
        draft = self._draft(upload, file.name)
        try:
            self._files.home.blobs.take_over(draft.path, draft.sha)
        finally:
            draft.drop()
        kind = media_type_of(kept.name, draft.head)
        return Stored(new_id("fil"), user_id, kept.name, kind, draft.size, draft.sha, kept.created_at)

    def _draft(self, upload: Upload, name: str) -> Draft:
        most = self._settings.upload_bytes
        draft = Draft(self._workspaces.drafts, Bound(most, f"{name} has more than {most:,} bytes."))
        try:
            for piece in upload.content(name):
                draft.write(piece)
            draft.finish()
        except BaseException:
            draft.drop()
            raise
        return draft
