"""Puts files into an archive: those of workspaces with their folders and modes, and those that messages show.

Which sessions and messages those are is said above. What vanishes meanwhile is left out.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import BinaryIO

from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import SessionId, UserId
from palaver.files.service import Files
from palaver.files.workspace import Entry, Workspace
from palaver.sessions.archive import Archive
from palaver.sessions.upload import FILES, UPLOADS, Kept

PIECE = 256 * 1024  # bytes of a file that are read at a time


class Packing:
    """Reads the files of one house into archives."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def files(self, archive: Archive, whose: SessionId) -> AsyncIterator[bytes]:
        """Everything in the workspace of a session or project, by its id; links are left out."""
        if not self._files.home.workspaces.exists(whose):
            return
        workspace = self._files.home.workspaces.of(whose)
        for entry, mode in await asyncio.to_thread(_listed, workspace):
            path = f"{FILES}{whose}/{entry.path}"
            if entry.kind == "folder":
                yield archive.folder(path, mode)
                continue
            async for piece in self._entry(archive, path, workspace.open(entry.path), mode):
                yield piece

    async def uploads(self, archive: Archive, user_id: UserId, ids: Iterable[str]) -> AsyncIterator[bytes]:
        """Files of messages, those of them that are this person's and still there."""
        for one in ids:
            try:
                found = await self._files.find_upload(user_id, one)
            except NotFound:
                continue
            archive.upload(Kept(found.id, found.name, found.media_type, found.created_at))
            content = self._files.home.blobs.open(found.sha256)
            async for piece in archive.pieces_of(UPLOADS + found.id, _pieces(content)):
                yield piece

    async def _entry(
        self, archive: Archive, path: str, opened: AbstractContextManager[BinaryIO], mode: int
    ) -> AsyncIterator[bytes]:
        with ExitStack() as stack:
            try:
                file = await asyncio.to_thread(stack.enter_context, opened)
            except (NotFound, Invalid):  # gone, or a second name of a file that may lie outside
                return
            async for piece in archive.pieces_of(path, _read(file), mode):
                yield piece


async def _pieces(opened: AbstractContextManager[BinaryIO]) -> AsyncIterator[bytes]:
    with ExitStack() as stack:
        async for piece in _read(await asyncio.to_thread(stack.enter_context, opened)):
            yield piece


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


def _listed(workspace: Workspace) -> list[tuple[Entry, int]]:
    found: list[tuple[Entry, int]] = []
    for entry in workspace.walk():
        if entry.kind in {"file", "folder"}:
            with suppress(NotFound, Invalid):
                found.append((entry, workspace.mode(entry.path)))
    return found
