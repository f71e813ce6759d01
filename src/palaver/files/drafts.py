"""Files on their way in, written beside all workspaces until they are whole; where they go is decided elsewhere."""

import hashlib
import os
import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from palaver.core.errors import PayloadTooLarge
from palaver.files.descent import FILE_MODE, told

_AHEAD = 8 * 2**20  # bytes


class Bound(NamedTuple):
    """How many bytes may come, and the sentence for who sends more."""

    most: int
    says: str


class Draft:
    """One file that is being written; waits for the disk, so it is used in a thread. It is gone unless it was moved."""

    def __init__(self, folder: Path, bound: Bound) -> None:
        self.path = folder / secrets.token_hex(12)
        self.size = 0
        self.head = b""
        self.sha = ""
        self._bound = bound
        self._begun = 0
        self._digest = hashlib.sha256()
        # A thread may still write when nobody waits for it any more; what is closed then may be another file already.
        self._busy = threading.Lock()
        self._dropped = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            raise told(error, "The file") from error

    def write(self, piece: bytes) -> None:
        """Take some more bytes; what comes after `drop` is nobody's."""
        with self._open() as still:
            if still:
                self._write(piece)

    def _write(self, piece: bytes) -> None:
        if self.size + len(piece) > self._bound.most:
            raise PayloadTooLarge(self._bound.says)
        if len(self.head) < 512:
            self.head = (self.head + piece)[:512]
        try:
            written = 0
            with memoryview(piece) as view:
                while written < len(piece):
                    written += os.write(self._file, view[written:])
        except OSError as error:
            raise told(error, "The file") from error
        self._digest.update(piece)
        self.size += len(piece)
        if self.size - self._begun >= _AHEAD and hasattr(os, "posix_fadvise"):
            # Begin to write out what there is, so that the disk works while more comes.
            os.posix_fadvise(self._file, self._begun, self.size - self._begun, os.POSIX_FADV_DONTNEED)
            self._begun = self.size

    def finish(self) -> None:
        """All has come: it is on the disk now, and `sha` says what it is called."""
        with self._open() as still:
            if still:
                self._finish()

    def _finish(self) -> None:
        try:
            os.fchmod(self._file, FILE_MODE)
            os.fsync(self._file)
        except OSError as error:
            raise told(error, "The file") from error
        self.sha = self._digest.hexdigest()
        self._close()

    def drop(self) -> None:
        """Remove what was not moved elsewhere, and close it, or let the thread that is at it do so."""
        self._dropped = True
        self.path.unlink(missing_ok=True)
        self._let_go()

    @contextmanager
    def _open(self) -> Generator[bool]:
        try:
            with self._busy:
                yield self._file >= 0
        finally:
            if self._dropped:
                self._let_go()

    def _let_go(self) -> None:
        if self._busy.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._busy.release()

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
