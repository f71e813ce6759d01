"""Contents in a bucket, with those that are used on the disk as well; it decides nothing about who may have them.

What lies on the disk is in the bucket, too: a content gets its name here once the bucket has it. Contents that the disk
kept before there was a bucket are brought over when they are first needed.
"""

import hashlib
import threading
from collections.abc import Container, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from os import stat_result
from pathlib import Path
from typing import BinaryIO

from palaver.core.errors import NotFound, StorageBroken
from palaver.files.blobs import PIECE, Blobs, Swept
from palaver.files.bucket import Bucket

CONTENTS = "blobs/"  # what keys of contents begin with; the name follows
INCOMING = "incoming/"  # what clients upload themselves, until it is completed

_AT_ONCE = 16  # uploads of one batch
_GROUP = 500  # objects that are removed while nobody may begin to rely on one


class RemoteBlobs(Blobs):
    """As `Blobs`, with a bucket; one process at a time may sweep it."""

    def __init__(self, home: Path, bucket: Bucket) -> None:
        super().__init__(home / "cache")
        self.bucket = bucket
        self._before = Blobs(home)
        self._busy: dict[str, int] = {}
        self._counting = threading.Lock()

    @contextmanager
    def open(self, sha: str) -> Generator[BinaryIO]:
        """A content to be read piece by piece."""
        self._bring(sha)
        with super().open(sha) as file:
            yield file

    def copy(self, sha: str, here: int, name: str, mode: int) -> stat_result:
        """Write a content into a new file of an open folder."""
        self._bring(sha)
        return super().copy(sha, here, name, mode)

    def size(self, sha: str) -> int:
        """How many bytes a content has."""
        if super().has(sha):
            return super().size(sha)
        found = self.bucket.find(CONTENTS + sha)
        return found.size if found else self._before.size(sha)

    def has(self, sha: str) -> bool:
        """Whether it is there."""
        return super().has(sha) or self.bucket.find(CONTENTS + sha) is not None or self._before.has(sha)

    def refresh(self, sha: str) -> bool:
        """Make a blob young; one that only the bucket has is brought here, whose age counts."""
        if super().refresh(sha):
            return True
        try:
            self._bring(sha)
        except NotFound:
            return False
        return super().refresh(sha)

    def delete(self, sha: str) -> None:
        """Remove a blob everywhere."""
        super().delete(sha)
        self._before.delete(sha)
        self.bucket.delete([CONTENTS + sha])

    def names(self) -> Iterator[str]:
        """The names of all blobs of the bucket, and of those that are yet to be brought over."""
        names = {found.key.removeprefix(CONTENTS) for found in self.bucket.all(CONTENTS)}
        return iter(sorted(names | set(self._before.names())))

    def sweep(self, needed: Container[str], older_than: float) -> Swept:
        """Remove what is not `needed` and old, here and there; and what clients began to upload and never completed."""
        super().sweep(needed, older_than)
        self._trim(older_than)
        before = self._before.sweep(needed, older_than)
        removed = list(self._swept(needed, older_than))
        left = [found.key for found in self.bucket.all(INCOMING) if found.modified < older_than]
        self.bucket.delete(left)
        return Swept(before.blobs + len(removed), before.bytes + sum(removed))

    def _swept(self, needed: Container[str], older_than: float) -> Iterator[int]:
        """The sizes of what was removed from the bucket."""
        old = [
            found
            for found in self.bucket.all(CONTENTS)
            if found.modified < older_than and found.key.removeprefix(CONTENTS) not in needed
        ]
        for start in range(0, len(old), _GROUP):
            with self._sweeping:
                free = [found for found in old[start : start + _GROUP] if self._free(found.key.removeprefix(CONTENTS))]
                self.bucket.delete([found.key for found in free])
            yield from (found.size for found in free)

    def _free(self, sha: str) -> bool:
        """Nobody brings it here or there, and it is not here: who relies on a blob makes it young here first."""
        with self._counting:
            return sha not in self._busy and not Blobs.has(self, sha)

    def _trim(self, older_than: float) -> None:
        """Keep no more here than shall be; the bucket has it all, and what is young stands for itself."""
        found = sorted((path.stat() for sha, path in self._files() if sha), key=lambda one: one.st_mtime)
        over = sum(one.st_size for one in found) - self.bucket.settings.cache_bytes
        oldest = {one.st_ino for one in found if one.st_mtime < older_than}
        sizes = {one.st_ino: one.st_size for one in found}
        for sha, path in sorted(((sha, path) for sha, path in self._files() if sha), key=lambda one: _modified(one[1])):
            if over <= 0:
                return
            with suppress(FileNotFoundError):
                inode = path.stat().st_ino
                if inode in oldest:
                    Blobs.delete(self, sha)
                    over -= sizes[inode]

    def _adopt(self, drafts: Mapping[str, str]) -> None:
        """The bucket first: what has its name here is there."""
        with self._held(drafts.values()):
            with ThreadPoolExecutor(min(_AT_ONCE, len(drafts))) as threads:
                sent = [threads.submit(self.bucket.put, CONTENTS + sha, Path(one)) for one, sha in drafts.items()]
            for one in sent:
                one.result()
            super()._adopt(drafts)

    def _bring(self, sha: str) -> None:
        """See that a content is here; NotFound where it is nowhere."""
        if super().has(sha):
            return
        with self._held([sha]):
            draft, new = self.begin()
            with open(new, "wb") as file:  # noqa: PTH123 - a file that is open already
                digest = _Digest(file)
                try:
                    self._copied(sha, digest)
                except BaseException:
                    Path(draft).unlink(missing_ok=True)
                    raise
            if digest.sha != sha:
                Path(draft).unlink(missing_ok=True)
                raise StorageBroken("The storage gave other bytes than were kept; nothing was changed.")
            super()._adopt({draft: sha})

    def _copied(self, sha: str, file: "_Digest") -> None:
        try:
            with self.bucket.open(CONTENTS + sha) as body:
                while piece := body.read(PIECE):
                    file.write(piece)
        except NotFound:
            with self._before.open(sha) as old:
                self.bucket.put(CONTENTS + sha, self._before.path_of(sha))
                while piece := old.read(PIECE):
                    file.write(piece)

    @contextmanager
    def _held(self, names: Iterable[str]) -> Generator[None]:
        """No sweep takes these meanwhile."""
        names = list(names)
        with self._counting:
            for sha in names:
                self._busy[sha] = self._busy.get(sha, 0) + 1
        try:
            yield
        finally:
            with self._counting:
                for sha in names:
                    self._busy[sha] -= 1
                    if not self._busy[sha]:
                        del self._busy[sha]


class _Digest:
    """A file that is written, and what its content is called."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._digest.update(piece)

    @property
    def sha(self) -> str:
        return self._digest.hexdigest()


def _modified(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
