"""A file that somebody brings, opened: conversations one after the other, and their files; nothing is stored here.

A JSON file, or a zip with one. Everything here waits for the disk: call it in a thread. At most one conversation is
held at a time.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from palaver.core.errors import Invalid, PalaverError
from palaver.files.paths import inside
from palaver.sessions.formats import telling
from palaver.sessions.formats.brought import Broken, Brought
from palaver.sessions.formats.elements import Element, elements

PIECE = 256 * 1024  # bytes that are read at a time
MOST_ENTRIES = 500_000  # in one zip
MANIFEST = "manifest.json"
_SESSIONS = "sessions/"
_FILES = "files/"
_ZIP = b"PK"


class Bounds(NamedTuple):
    """How much one conversation, one file and all of it together may have, in bytes."""

    conversation: int
    file: int
    whole: int


class Entry(msgspec.Struct, frozen=True):
    """One entry of an archive as its manifest tells it."""

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What an archive of ours holds; it stands last in it, once everything else is written."""

    format: str
    palaver: str
    created_at: str
    entries: tuple[Entry, ...] = ()


class File(NamedTuple):
    """A file that belongs to a conversation; `name` is its entry in the archive."""

    path: str
    name: str
    size: int


class Document(NamedTuple):
    """One conversation of an upload, with what is needed to say where it stands."""

    form: telling.Form
    brought: Brought
    said: tuple[Element, str, int]
    files: tuple[File, ...]


class Upload:
    """An open upload; `Invalid` where it is none that can be read."""

    def __init__(self, path: Path, bounds: Bounds, zipped: zipfile.ZipFile | None) -> None:
        self._path = path
        self._bounds = bounds
        self._zip = zipped
        self._files: dict[str, list[File]] = {}
        if zipped is not None:
            self._look(zipped)

    def documents(self) -> Iterator[Document]:
        """Every conversation, in order."""
        number = 0
        for name in self._names():
            with self._open(name) as file:
                found = elements(_pieces(file, name), self._bounds.conversation)
                while (element := _next(found, name)) is not None:
                    number += 1
                    form, brought = telling.read(element, name, number)
                    files = tuple(self._files.get(brought.session.id, ())) if form == "palaver" else ()
                    yield Document(form, brought, (element, name, number), files)
        if not number:
            raise _invalid(self._path.name if self._zip else "the file", "holds no conversation")

    def content(self, file: File) -> bytes:
        """The bytes of a file of the archive."""
        assert self._zip is not None
        with self._open(file.name) as opened:
            return b"".join(_pieces(opened, file.name))

    def check(self) -> None:
        """Compare an archive of ours with its manifest: everything that it tells is there, and nothing else."""
        if self._zip is None or MANIFEST not in self._zip.namelist():
            return
        told = {one.path: one for one in self._manifest().entries}
        there = {one.filename for one in self._zip.infolist() if not one.is_dir()} - {MANIFEST}
        for name in sorted(there ^ told.keys()):
            raise _invalid(
                name, "is not told by the manifest" if name in there else "is told by the manifest, not there"
            )
        for name, entry in told.items():
            with self._open(name) as file:
                found = hashlib.sha256()
                for piece in _pieces(file, name):
                    found.update(piece)
            if found.hexdigest() != entry.sha256:
                raise _invalid(name, "is not what the manifest says (SHA-256)")

    def _manifest(self) -> Manifest:
        with self._open(MANIFEST) as file:
            try:
                return msgspec.json.decode(b"".join(_pieces(file, MANIFEST)), type=Manifest)
            except msgspec.DecodeError as error:
                raise _invalid(MANIFEST, str(error)) from None

    def _names(self) -> list[str]:
        if self._zip is None:
            return ["the file"]
        names = [one for one in self._zip.namelist() if not one.endswith("/")]
        ours = [one for one in names if one.startswith(_SESSIONS) and one.endswith(".json")]
        theirs = [one for one in names if one.rpartition("/")[2] == "conversations.json"]
        if not ours and not theirs:
            raise _invalid("the archive", "holds neither sessions/*.json nor conversations.json")
        return ours or theirs

    @contextmanager
    def _open(self, name: str) -> Generator[BinaryIO]:
        if self._zip is None:
            with self._path.open("rb") as file:
                yield file
            return
        try:
            with self._zip.open(name) as file:
                yield file  # type: ignore[misc] - a stream of bytes to read
        except (zipfile.BadZipFile, RuntimeError, KeyError) as error:
            raise _invalid(name, str(error)) from None

    def _look(self, zipped: zipfile.ZipFile) -> None:
        entries = zipped.infolist()
        if len(entries) > MOST_ENTRIES:
            raise _invalid("the archive", f"has more than {MOST_ENTRIES:,} entries")
        if sum(one.file_size for one in entries) > self._bounds.whole:
            raise _invalid("the archive", f"has more than {self._bounds.whole:,} bytes when it is unpacked")
        for one in entries:
            if one.filename.startswith(_FILES) and not one.is_dir():
                self._place(one)

    def _place(self, one: zipfile.ZipInfo) -> None:
        session_id, _, path = one.filename.removeprefix(_FILES).partition("/")
        try:
            path = inside(path)
        except PalaverError as error:
            raise _invalid(one.filename, error.detail or str(error)) from None
        if one.file_size > self._bounds.file:
            raise _invalid(one.filename, f"has more than {self._bounds.file:,} bytes")
        self._files.setdefault(session_id, []).append(File(path, one.filename, one.file_size))


@contextmanager
def opened(path: Path, bounds: Bounds) -> Generator[Upload]:
    """The upload at this path."""
    with path.open("rb") as file:
        if file.read(2) != _ZIP:
            yield Upload(path, bounds, None)
            return
        try:
            zipped = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise _invalid("the archive", str(error)) from None
        with zipped:
            yield Upload(path, bounds, zipped)


def _next(found: Iterator[Element], name: str) -> Element | None:
    try:
        return next(found, None)
    except Broken as error:
        raise _invalid(name, str(error)) from None


def _pieces(file: BinaryIO, name: str) -> Iterator[bytes]:
    """An entry's bytes; the length that an archive announces is held by `zipfile`, which reads no further."""
    read: Callable[[int], bytes] = file.read
    try:
        while piece := read(PIECE):
            yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _invalid(name, str(error) or "ends too early") from None


def _invalid(name: str, says: str) -> Invalid:
    where = {"loc": ["body", name], "msg": says, "type": "broken_file"}
    return Invalid(f"{name}: {says}. Nothing was imported.", errors=[where])
