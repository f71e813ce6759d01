"""An open file on its way out over HTTP: whole or in part, as an attachment; it finds no files."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from palaver.core.errors import PalaverError
from palaver.files.media import HEAD, media_type_of, safe_media_type

_PIECE = 256 * 1024  # bytes that are read and sent at a time
# Signs that turn the direction of writing: with them a name can seem to end otherwise than it does.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class RangeRefused(PalaverError):
    """A part of the file is asked for that it does not have."""

    status = 416
    code = "range_not_satisfiable"
    title = "The file has no such part"


class Asked(NamedTuple):
    """What the headers of a request say about the part that is wanted."""

    range: str | None = None
    if_range: str | None = None
    if_none_match: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Asked":
        """From the request."""
        return cls(headers.get("range"), headers.get("if-range"), headers.get("if-none-match"))


class Source(NamedTuple):
    """A file that is yet to be opened, and what it is called."""

    opened: AbstractContextManager[BinaryIO]
    name: str


class Download(StreamingResponse):
    """Closes the file however it ends. Made in a thread: opening and hashing wait for the disk."""

    def __init__(self, source: Source, sha_of: Callable[[BinaryIO], str], asked: Asked) -> None:
        self._open = ExitStack()
        file = self._open.enter_context(source.opened)
        try:
            size, tag = os.fstat(file.fileno()).st_size, f'"{sha_of(file)}"'
            part, status = _part(asked, size, tag)
            kind = safe_media_type(media_type_of(source.name, file.read(HEAD)))
            file.seek(part.start)
        except BaseException:
            self._open.close()
            raise
        headers = _headers(source.name, tag)
        if status == 206:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        if status != 304:
            headers["Content-Length"] = str(len(part))
        super().__init__(_pieces(file, len(part)), status, headers, kind)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._open:
            if scope["method"] == "HEAD" or self.status_code == 304:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": b""})
            else:
                await super().__call__(scope, receive, send)


def attachment(name: str) -> str:
    """The `Content-Disposition` of a file that is saved and not shown."""
    return f"attachment; filename*=UTF-8''{quote(_TURNING.sub('_', name), safe='')}"


def _headers(name: str, tag: str) -> dict[str, str]:
    return {
        "Content-Disposition": attachment(name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }


def _part(asked: Asked, size: int, tag: str) -> tuple[range, int]:
    """Which bytes are sent, and with which status."""
    if asked.if_none_match and (asked.if_none_match.strip() == "*" or tag in _tags(asked.if_none_match)):
        return range(0), 304
    found = _RANGE.fullmatch(asked.range.strip()) if asked.range else None
    if found is None or found.group(0) == "bytes=-" or (asked.if_range and asked.if_range.strip() != tag):
        return range(size), 200
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < start:
        return range(size), 200
    if start >= size or (not first and int(last) == 0):
        raise RangeRefused(headers={"Content-Range": f"bytes */{size}"})
    return range(start, stop), 206


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]


async def _pieces(file: BinaryIO, size: int) -> AsyncIterator[bytes]:
    """As many bytes as were announced, though the file may grow meanwhile; while a piece is sent, the next is read."""
    ahead = _read(file, size)
    while piece := await ahead:
        size -= len(piece)
        ahead = _read(file, size)
        yield piece


def _read(file: BinaryIO, size: int) -> asyncio.Future[bytes]:
    reading = asyncio.get_running_loop().run_in_executor(None, file.read, min(_PIECE, max(size, 0)))
    reading.add_done_callback(_ignored)
    return reading


def _ignored(reading: asyncio.Future[bytes]) -> None:
    """Whoever waits hears of it; who left does not: the file was closed meanwhile."""
    if not reading.cancelled():
        reading.exception()
