"""Counters that all processes of one machine share: a small file of marks, mapped into memory; no history.

Several servers may work on one SQLite file, which ties them to one machine; what they count together lies beside it. A
look takes a lock of the system's for some microseconds, which ends with its process whatever happens to that. The file
has a fixed size: eight places for each of a number of hashes, of which the one whose bucket is fullest makes room.
"""

import fcntl
import mmap
import os
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from struct import Struct

from palaver.bus.counters import Claim, Taken, ahead_of, settled

SETS, WAYS = 8_192, 8
_SLOT = Struct("<16sq")  # the hash of a key, and its mark
_SET = Struct("<" + "16sq" * WAYS)
_SIZE = SETS * _SET.size
PATIENCE = 0.5  # seconds; a process that is stopped in these microseconds must not stop the others for good


class SharedCounters:
    """One per process and file. Raises OSError where the file cannot be made."""

    def __init__(self, path: Path) -> None:
        self._patience = PATIENCE
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with self._alone():
            missing = _SIZE - os.fstat(self._file).st_size
            if missing > 0:  # written, not merely claimed: a mapped page that the disk has no room for ends a process
                os.pwrite(self._file, bytes(missing), _SIZE - missing)
        self._map = mmap.mmap(self._file, _SIZE)

    async def take(self, claims: Sequence[Claim], now: int) -> Taken:
        digests = [_digest(claim.key) for claim in claims]
        with self._alone():
            found = [self._find(digest) for digest in digests]
            before = [ahead_of(mark, claim, now) for claim, (_, mark) in zip(claims, found, strict=True)]
            taken = settled(claims, before)
            if taken.refused is None:
                for digest, (offset, _), ahead in zip(digests, found, taken.ahead, strict=True):
                    _SLOT.pack_into(self._map, offset, digest, now + ahead)
        return taken

    async def look(self, claims: Sequence[Claim], now: int) -> tuple[int, ...]:
        with self._alone():
            return tuple(ahead_of(self._find(_digest(claim.key))[1], claim, now) for claim in claims)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._file)

    def _find(self, digest: bytes) -> tuple[int, int]:
        """Where a mark stands, or is to stand, and the mark."""
        base = int.from_bytes(digest[:4], "little") % SETS * _SET.size
        slots = _SET.unpack_from(self._map, base)
        for way in range(0, 2 * WAYS, 2):
            if slots[way] == digest:
                return base + way // 2 * _SLOT.size, slots[way + 1]
        marks = slots[1::2]
        return base + marks.index(min(marks)) * _SLOT.size, 0

    @contextmanager
    def _alone(self) -> Generator[None]:
        held = self._locked()
        try:
            yield  # also where whoever holds it does not let go: one that is counted wrongly is better than none served
        finally:
            if held:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _locked(self) -> bool:
        """Take the lock; whoever holds it is busy for microseconds, or waits for a core, or was stopped there."""
        until = 0.0
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                until = until or time.monotonic() + self._patience
                if time.monotonic() >= until:
                    self._patience = 0.0  # until it is free again, nobody is kept waiting for it
                    return False
                os.sched_yield()
            else:
                self._patience = PATIENCE
                return True


def _digest(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=16).digest()
