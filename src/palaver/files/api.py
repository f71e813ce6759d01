"""The files of a session over HTTP: listed and downloaded, not shown; whose session it is, is asked above."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from palaver.core.errors import Invalid
from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.files.media import media_type_of, safe_media_type
from palaver.files.workspace import OWN, Entry, Workspace
from palaver.files.workspaces import Workspaces
from palaver.kit.answers import answer, described, problems
from palaver.kit.clock import stamp
from palaver.kit.pages import BadCursor, cursor, position

Door = Callable[[HTTPConnection], Awaitable[Principal]]
Owns = Callable[[UserId, SessionId], Awaitable[None]]

_LATEST = 253_402_300_799  # the last second of the year 9999
_PIECE = 256 * 1024  # bytes that are read and sent at a time
_CONTENT = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such session or file.",
    _422="A field is wrong, or the path leads out of the session's files.",
)


class FileInfo(msgspec.Struct, frozen=True):
    """A file of a session; `path` is where it stands in the workspace, `size` is bytes."""

    path: str
    size: int
    media_type: str
    modified_at: str


class FileList(msgspec.Struct, frozen=True):
    """A page of a session's files; `next_cursor` asks for the one after it."""

    items: list[FileInfo]
    next_cursor: str | None


def routes(workspaces: Workspaces, owns: Owns, door: Door, secured: dict[str, Any]) -> APIRouter:
    """GET below /sessions/{id}/files; `owns` raises `NotFound` for a session that is not this person's.

    `secured` is what the OpenAPI document says of an endpoint behind the door.
    """
    router = APIRouter(prefix="/api/v1/sessions/{session_id}/files", tags=["files"])

    @router.get(
        "",
        operation_id="list_files",
        summary="List the files of a session",
        responses=described(FileList) | REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def list_files(
        session_id: str,
        principal: Annotated[Principal, Depends(door)],
        after: Annotated[str | None, Query(alias="cursor", max_length=4096)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """Every file in every folder, folder by folder; what Palaver itself keeps there is left out."""
        session = SessionId(session_id)
        await owns(principal.user_id, session)
        return answer(await asyncio.to_thread(_page, workspaces.of(session), _names(after), limit))

    @router.get(
        "/{path:path}",
        operation_id="get_file",
        summary="Download a file of a session",
        responses={200: {"description": "The file's bytes.", **_CONTENT}} | REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def get_file(session_id: str, path: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        """The bytes of one file, to be saved and not to be shown."""
        session = SessionId(session_id)
        await owns(principal.user_id, session)
        return await asyncio.to_thread(Download, workspaces.of(session), path)

    return router


class Download(StreamingResponse):
    """An open file on its way out; it is closed however that ends. Made in a thread: opening waits for the disk."""

    def __init__(self, workspace: Workspace, path: str) -> None:
        self._open = ExitStack()
        file = self._open.enter_context(workspace.open(path))
        size = os.fstat(file.fileno()).st_size
        name = path.rpartition("/")[2]
        headers = {
            "Content-Length": str(size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-cache",
        }
        super().__init__(_pieces(file, size), 200, headers, safe_media_type(name))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._open:
            await super().__call__(scope, receive, send)


async def _pieces(file: BinaryIO, size: int) -> AsyncIterator[bytes]:
    """As many bytes as were announced, though the file may grow meanwhile."""
    while size > 0 and (piece := await asyncio.to_thread(file.read, min(_PIECE, size))):
        size -= len(piece)
        yield piece


def _page(workspace: Workspace, after: list[str], limit: int) -> FileList:
    found: list[FileInfo] = []
    for entry in workspace.walk(leave_out={OWN}):
        if entry.kind != "file" or entry.path.split("/") <= after:
            continue
        if len(found) == limit:
            return FileList(found, cursor(found[-1].path))
        found.append(_info(entry))
    return FileList(found, None)


def _info(entry: Entry) -> FileInfo:
    # Commands can give a file any time at all, also one that no calendar has.
    modified = stamp(datetime.fromtimestamp(min(max(entry.modified, 0), _LATEST), UTC))
    return FileInfo(entry.path, entry.size, media_type_of(entry.path.rpartition("/")[2]), modified)


def _names(after: str | None) -> list[str]:
    """Where the page begins: folders are walked in the order of names, so paths are compared name by name."""
    if after is None:
        return []
    try:
        return position(after, tuple[str])[0].split("/")
    except BadCursor as error:
        raise Invalid(str(error), errors=[{"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}]) from None
