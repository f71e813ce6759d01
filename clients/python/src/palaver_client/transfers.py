"""Files on their way: what is read is counted, what broke goes on by `Range`; whose they are is not known here."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from palaver_client.patience import Patience
from palaver_client.scripts import Do, Form, Part, Request, Script, fetched, whole

PIECE = 256 * 1024  # bytes that are read and sent at a time
ONCE = Patience(tries=0)

Progress: TypeAlias = Callable[[int], object]
Source: TypeAlias = str | Path | bytes | BinaryIO


class Counted:
    """A file that tells how much of it was read; a form that is sent reads it."""

    def __init__(self, file: BinaryIO, progress: Progress | None) -> None:
        self._file = file
        self._progress = progress
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        piece = self._file.read(size)
        self._read += len(piece)
        if piece and self._progress:
            self._progress(self._read)
        return piece

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place; what is read from there is counted anew."""
        self._read = 0
        return self._file.seek(place, whence)

    def tell(self) -> int:
        """Where it stands."""
        return self._file.tell()

    def fileno(self) -> int:
        """The file's number, where it has one."""
        return self._file.fileno()


@contextmanager
def source_of(source: Source) -> Generator[BinaryIO]:
    """Something to read from; what was not opened here is not closed here."""
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            yield file
    else:
        yield source


def name_of(source: Source, name: str | None) -> str:
    """What a file is called: as was said, or as on the disk."""
    if name:
        return name
    at = source if isinstance(source, str | Path) else getattr(source, "name", None)
    return Path(at).name if isinstance(at, str | Path) else "file"


def uploaded(request: Request, source: Source, called: tuple[str | None, Progress | None]) -> Script[Any]:
    """Bring one file in as a form, read as it is sent; the answer."""
    name, progress = called
    with source_of(source) as file:
        counted: Any = Counted(file, progress)
        return (yield from whole(replace(request, form=Form([(name_of(source, name), counted)])), ONCE))


def put(request: Request, source: Source, how: tuple[Patience, Progress | None]) -> Script[Any]:
    """Bring one file in as it is; where the connection breaks, it is sent again from its beginning, if it has one."""
    patience, progress = how
    with source_of(source) as file:
        counted = Counted(file, progress)
        start = file.tell() if file.seekable() else None

        def pieces() -> Iterator[bytes]:
            if start is not None:
                counted.seek(start)
            return iter(lambda: counted.read(PIECE), b"")

        return (yield from whole(replace(request, content=pieces, again=start is not None), patience))


def brought(request: Request, source: Source, progress: Progress | None) -> Script[Any]:
    """Bring one file in as it is, once."""
    with source_of(source) as file:
        counted = Counted(file, progress)
        kind = {"Content-Type": "application/octet-stream"}
        sent = replace(request, content=lambda: iter(lambda: counted.read(PIECE), b""), headers=kind)
        return (yield from whole(sent, ONCE))


def downloaded(request: Request, to: str | Path | BinaryIO, how: tuple[Patience, Progress | None]) -> Script[int]:
    """A file to the disk: under another name until it is whole. How many bytes came."""
    patience, progress = how
    if not isinstance(to, str | Path):
        return (yield from _into(to, request, patience, progress))
    begun = Path(to).with_name(f".{Path(to).name}.part")
    file: BinaryIO = yield Do(lambda: begun.open("wb"))
    try:
        with file:
            count = yield from _into(file, request, patience, progress)
        yield Do(lambda: begun.replace(to))
    finally:
        begun.unlink(missing_ok=True)
    return count


def _into(file: BinaryIO, request: Request, patience: Patience, progress: Progress | None) -> Script[int]:
    come = 0

    def write(piece: bytes) -> None:
        nonlocal come
        file.write(piece)
        come += len(piece)
        if progress:
            progress(come)

    yield from fetched(Part(request), patience, lambda piece: Do(lambda: write(piece)))
    return come
