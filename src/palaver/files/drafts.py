"""Files on their way in, written beside all workspaces until they are whole; where they go is decided elsewhere."""

import hashlib
import os
import secrets
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
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            raise told(error, "The file") from error

    def write(self, piece: bytes) -> None:
        """Take some more bytes."""
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
        try:
            os.fchmod(self._file, FILE_MODE)
            os.fsync(self._file)
        except OSError as error:
            raise told(error, "The file") from error
        self.sha = self._digest.hexdigest()
        self._close()

    def drop(self) -> None:
        """Close it, and remove what was not moved elsewhere."""
        self._close()
        self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
