"""Contents on the disk under the SHA-256 of their bytes, each once; who points at them is not known here.

A blob is there whole or not at all, and is never changed. Every method waits for the disk: call it in a thread.
"""

import hashlib
import os
import re
import secrets
import threading
from collections.abc import Container, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from palaver.core.errors import NotFound
from palaver.files.descent import told
from palaver.files.durable import sync_all

PIECE = 256 * 1024  # bytes that are read and written at a time

_MODE = 0o400
_SMALL = 1_048_576  # what fits is read before it is written: most of it is there already
_NEW = "new"  # the folder in which blobs are written before they have their name
_NAME = re.compile(r"[0-9a-f]{64}")
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Blob(NamedTuple):
    """The name of a content, which is its SHA-256 as 64 hex digits, and how many bytes it has."""

    sha: str
    size: int


class Swept(NamedTuple):
    """How many blobs a sweep removed, and how many bytes they had."""

    blobs: int
    bytes: int


class Blobs:
    """The blobs below `home`; threads may use it at the same time."""

    def __init__(self, home: Path) -> None:
        self._root = home / "blobs"
        self._new = self._root / _NEW
        # Between finding that a blob is there and making it young, nobody may sweep it.
        self._sweeping = threading.Lock()

    def put(self, content: bytes) -> Blob:
        """Keep a content; it survives a loss of power once this returns."""
        with self.batch() as batch:
            return batch.put(content)

    def put_file(self, file: BinaryIO) -> Blob:
        """Keep what is left to read of a file."""
        with self.batch() as batch:
            return batch.put_file(file)

    def batch(self) -> "Batch":
        """To keep many at once: all of them are there when the `with` block has ended, or none that was new."""
        return Batch(self)

    def get(self, sha: str) -> bytes:
        """The whole content."""
        with self.open(sha) as file:
            return file.read()

    @contextmanager
    def open(self, sha: str) -> Generator[BinaryIO]:
        """A content to be read piece by piece."""
        try:
            file = self.path_of(sha).open("rb")
        except OSError as error:
            raise told(error, "content of this name") from None
        with file:
            yield file

    def size(self, sha: str) -> int:
        """How many bytes a content has."""
        try:
            return self.path_of(sha).stat().st_size
        except OSError as error:
            raise told(error, "content of this name") from None

    def has(self, sha: str) -> bool:
        """Whether it is there."""
        return self.path_of(sha).exists()

    def refresh(self, sha: str) -> bool:
        """Make a blob young, so that no sweep takes it before somebody points at it; False where there is none."""
        with self._sweeping:
            try:
                os.utime(self._at(sha))
            except FileNotFoundError:
                return False
            return True

    def delete(self, sha: str) -> None:
        """Remove a blob; one that is gone already is fine."""
        self.path_of(sha).unlink(missing_ok=True)

    def sweep(self, needed: Container[str], older_than: float) -> "Swept":
        """Remove what is not `needed` and older than an instant (seconds since 1970).

        What is younger may be on its way into something that is not written down yet.
        """
        count = size = 0
        for sha, path in self._files():
            if sha in needed:
                continue
            with self._sweeping, suppress(FileNotFoundError):
                found = path.stat()
                if found.st_mtime < older_than:
                    path.unlink()
                    count, size = count + 1, size + found.st_size
        return Swept(count, size)

    def names(self) -> Iterator[str]:
        """The names of all blobs."""
        return (sha for sha, _ in self._files() if sha)

    def path_of(self, sha: str) -> Path:
        """Where a blob is, to be read and nothing else."""
        if not _NAME.fullmatch(sha):
            raise NotFound("There is no content of this name.")
        return self._root / sha[:2] / sha[2:]

    def copy(self, sha: str, here: int, name: str, mode: int) -> os.stat_result:
        """Write a content into a new file of an open folder; what its system says of that file."""
        try:
            found = os.open(self._at(sha), os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise told(error, "content of this name") from None
        try:
            new = os.open(name, _NEW_FILE, mode, dir_fd=here)
            try:
                while piece := os.read(found, PIECE):
                    _write(new, piece)
                os.fchmod(new, mode)
                return os.fstat(new)
            finally:
                os.close(new)
        finally:
            os.close(found)

    def begin(self) -> tuple[str, int]:
        """A new file in which a content may be written that is adopted later; whoever asks closes or removes it."""
        path = f"{self._new}/{secrets.token_hex(12)}"
        try:
            try:
                return path, os.open(path, _NEW_FILE, _MODE)
            except FileNotFoundError:
                self._new.mkdir(mode=0o700, parents=True, exist_ok=True)
                return path, os.open(path, _NEW_FILE, _MODE)
        except OSError as error:
            raise told(error, "The content") from error

    def take_over(self, path: Path, sha: str) -> None:
        """Keep a file whose hash is known and that is on the disk already; it is gone from where it was."""
        new = self._new / secrets.token_hex(12)
        try:
            self._new.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(_MODE)
            path.rename(new)
        except OSError as error:
            raise told(error, "The content") from error
        self.adopt({str(new): sha})

    def adopt(self, drafts: Mapping[str, str]) -> None:
        """Give files that `begin` made their names; they are gone from where they were, however this ends."""
        if not drafts:
            return
        try:
            self._adopt(drafts)
        except BaseException as error:
            _remove(drafts)
            if isinstance(error, OSError):
                raise told(error, "The content") from error
            raise

    def _adopt(self, drafts: Mapping[str, str]) -> None:
        sync_all(list(drafts))
        folders = {sha[:2] for sha in drafts.values()}
        for name in folders:
            (self._root / name).mkdir(mode=0o700, exist_ok=True)
        for draft, sha in drafts.items():
            with self._sweeping:
                os.rename(draft, self._at(sha))  # noqa: PTH104 - over one that is there, with the same bytes
        sync_all([str(self._root), *(f"{self._root}/{name}" for name in folders)])

    def _at(self, sha: str) -> str:
        """As `path_of`; made ten thousand times in a row, a path costs as much as what is done with it."""
        if not _NAME.fullmatch(sha):
            raise NotFound("There is no content of this name.")
        return f"{self._root}/{sha[:2]}/{sha[2:]}"

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Every file with the name of its content; with none while it is being written."""
        with suppress(FileNotFoundError):
            for folder in sorted(self._root.iterdir()):
                for path in sorted(folder.iterdir()):
                    yield ("" if folder == self._new else folder.name + path.name), path


class Batch:
    """Contents that are kept together; made by `Blobs.batch`, for one thread."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._drafts: dict[str, str] = {}
        self._kept: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._blobs.adopt(self._drafts)
        else:
            _remove(self._drafts)

    def put(self, content: bytes) -> Blob:
        """Keep a content."""
        blob = Blob(hashlib.sha256(content).hexdigest(), len(content))
        if not self._there(blob.sha):
            with self._draft() as (draft, file):
                _write(file, content)
            self._take(draft, blob.sha)
        return blob

    def put_file(self, file: BinaryIO) -> Blob:
        """Keep what is left to read of a file."""
        content = file.read(_SMALL)
        if len(content) < _SMALL:
            return self.put(content)
        digest, size = hashlib.sha256(), 0
        with self._draft() as (draft, new):
            while content:
                digest.update(content)
                _write(new, content)
                size += len(content)
                content = file.read(PIECE)
        if self._there(digest.hexdigest()):
            _remove([draft])
        else:
            self._take(draft, digest.hexdigest())
        return Blob(digest.hexdigest(), size)

    def _there(self, sha: str) -> bool:
        return sha in self._kept or self._blobs.refresh(sha)

    def _take(self, draft: str, sha: str) -> None:
        self._drafts[draft] = sha
        self._kept.add(sha)

    @contextmanager
    def _draft(self) -> Generator[tuple[str, int]]:
        draft, file = self._blobs.begin()
        try:
            try:
                yield draft, file
            finally:
                os.close(file)
        except BaseException as error:
            _remove([draft])
            if isinstance(error, OSError):
                raise told(error, "The content") from error
            raise


def _write(file: int, content: bytes) -> None:
    """All of it: a disk that is nearly full takes a part."""
    written = os.write(file, content)
    while written < len(content):
        written += os.write(file, memoryview(content)[written:])


def _remove(drafts: Iterable[str]) -> None:
    """What was not renamed."""
    for draft in drafts:
        with suppress(FileNotFoundError):
            os.unlink(draft)  # noqa: PTH108
