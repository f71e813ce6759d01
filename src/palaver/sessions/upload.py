"""A file that somebody brings, opened: projects, conversations and their files; nothing is stored here.

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
from palaver.sessions.formats.brought import Broken, Brought, instant
from palaver.sessions.formats.elements import Element, elements
from palaver.sessions.project import Project

PIECE = 256 * 1024  # bytes that are read at a time
MOST_ENTRIES = 500_000  # in one zip
MANIFEST = "manifest.json"
PROJECTS = "projects/"
SESSIONS = "sessions/"
FILES = "files/"  # by session or project
UPLOADS = "uploads/"  # files of messages, by id
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


class Kept(msgspec.Struct, frozen=True):
    """A file that messages show: what it is besides its bytes, which are the entry of its id."""

    id: str
    name: str
    media_type: str
    created_at: str


class Manifest(msgspec.Struct, frozen=True):
    """What an archive of ours holds; it stands last in it, once everything else is written."""

    format: str
    palaver: str
    created_at: str
    entries: tuple[Entry, ...] = ()
    uploads: tuple[Kept, ...] = ()


class File(NamedTuple):
    """A file or folder (`size` None) of a workspace; `name` is its entry in the archive. Without `mode`, the usual."""

    path: str
    name: str
    size: int | None
    mode: int | None = None


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
        self.bytes = 0  # of all files
        self._ours = any(one.filename == MANIFEST for one in self._infos())
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
                    files = self.files(brought.session.id) if form == "palaver" else ()
                    yield Document(form, brought, (element, name, number), files)
        if not number and not self._ours:
            raise _invalid(self._path.name if self._zip else "the file", "holds no conversation")

    def projects(self) -> Iterator[Project]:
        """Every project, in order."""
        for name in self._entries(PROJECTS):
            with self._open(name) as file:
                found = list(elements(_pieces(file, name), self._bounds.conversation))
                if len(found) != 1:
                    raise _invalid(name, "is no project")
                yield telling.project(found[0], name)

    def files(self, whose: str) -> tuple[File, ...]:
        """The files and folders of a session or project, by its id in the upload."""
        return tuple(self._files.get(whose, ()))

    def uploads(self) -> Iterator[tuple[Kept, File]]:
        """Every file that messages show."""
        there = {one.filename: one for one in self._infos()}
        for kept in self._manifest().uploads if self._ours else ():
            if (entry := there.get(UPLOADS + kept.id)) is None:
                raise _invalid(UPLOADS + kept.id, "is told by the manifest, not there")
            yield _sound(kept), File(kept.name, entry.filename, entry.file_size)

    def content(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry of the archive, piece by piece."""
        with self._open(name) as opened:
            yield from _pieces(opened, name)

    def check(self) -> None:
        """Compare an archive of ours with its manifest: everything that it tells is there, and nothing else."""
        if self._zip is None or not self._ours:
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
        ours = self._entries(SESSIONS)
        theirs = [one for one in names if one.rpartition("/")[2] == "conversations.json"]
        if not ours and not theirs and not self._ours:
            raise _invalid("the archive", "holds neither sessions/*.json nor conversations.json")
        return ours or theirs

    def _infos(self) -> list[zipfile.ZipInfo]:
        return self._zip.infolist() if self._zip else []

    def _entries(self, folder: str) -> list[str]:
        names = [one.filename for one in self._infos()]
        return [one for one in names if one.startswith(folder) and one.endswith(".json")]

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
            if one.filename.startswith(FILES) and one.filename.count("/") > 1 + one.is_dir():
                self._place(one)
            if one.filename.startswith((FILES, UPLOADS)):
                self._measure(one)

    def _place(self, one: zipfile.ZipInfo) -> None:
        whose, _, path = one.filename.removeprefix(FILES).partition("/")
        try:
            path = inside(path)
        except PalaverError as error:
            raise _invalid(one.filename, error.detail or str(error)) from None
        size = None if one.is_dir() else one.file_size
        bits = one.external_attr >> 16  # nothing where the archive was made by a system without such modes
        self._files.setdefault(whose, []).append(File(path, one.filename, size, bits & 0o777 if bits else None))

    def _measure(self, one: zipfile.ZipInfo) -> None:
        if one.file_size > self._bounds.file:
            raise _invalid(one.filename, f"has more than {self._bounds.file:,} bytes")
        self.bytes += one.file_size


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


def _sound(kept: Kept) -> Kept:
    """What is told of a file of messages, if it can be."""
    try:
        if inside(kept.name) != kept.name or "/" in kept.name:
            raise Broken("is no name of a file")
        return msgspec.structs.replace(kept, created_at=instant(kept.created_at, ""))
    except (PalaverError, Broken) as error:
        says = error.detail if isinstance(error, PalaverError) else str(error)
        raise _invalid(MANIFEST, f"{UPLOADS}{kept.id}: {says or error}") from None


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
