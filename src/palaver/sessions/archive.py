"""A zip that is written piece by piece to whoever reads it, with what it holds told at its end; it reads no database.

Nothing of an entry is held: what was compressed is taken away at once. What remains is the list of entries.
"""

import asyncio
import hashlib
import stat
import zipfile
from collections.abc import AsyncIterator, Iterator

import msgspec

from palaver import __version__
from palaver.files.descent import FILE_MODE
from palaver.sessions.upload import MANIFEST, Entry, Kept, Manifest

FORMAT = "palaver.export/1"


class _Taken:
    """A file that cannot be sought in, and hands on what was written to it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What was written since."""
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


class Archive:
    """`pieces_of` one entry after the other, then `end`."""

    def __init__(self, created_at: str) -> None:
        self._out = _Taken()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=3)  # type: ignore[arg-type]
        self._entries: list[Entry] = []
        self._uploads: list[Kept] = []
        self._created_at = created_at

    async def pieces_of(self, path: str, content: AsyncIterator[bytes], mode: int = FILE_MODE) -> AsyncIterator[bytes]:
        """The archive's bytes while an entry is put into it; compressing is done in a thread."""
        found, size = hashlib.sha256(), 0
        with self._zip.open(path, "w", force_zip64=True) as entry:
            async for piece in content:
                found.update(piece)
                size += len(piece)
                await asyncio.to_thread(entry.write, piece)
                if made := self._out.take():
                    yield made
        # Where programs that unpack look for it; it stands in the directory at the end, so it can be said now.
        self._zip.getinfo(path).external_attr = (stat.S_IFREG | mode) << 16
        self._entries.append(Entry(path, size, found.hexdigest()))
        yield self._out.take()

    def folder(self, path: str, mode: int) -> bytes:
        """The archive's bytes for a folder, which may be empty."""
        self._zip.mkdir(path, mode)
        return self._out.take()

    def upload(self, kept: Kept) -> None:
        """Tell what a file of messages is; its bytes are an entry."""
        self._uploads.append(kept)

    def end(self) -> Iterator[bytes]:
        """The manifest, and what closes the archive."""
        told = Manifest(FORMAT, __version__, self._created_at, tuple(self._entries), tuple(self._uploads))
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(told), indent=1))
        yield self._out.take()
        self._zip.close()
        yield self._out.take()
