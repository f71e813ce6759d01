"""The SHA-256 of files as they stand in workspaces, remembered while they do not change; it keeps no content."""

import hashlib
import os
import threading
from collections import OrderedDict
from typing import BinaryIO

from palaver.files.blobs import PIECE
from palaver.kit.clock import Clock

_MOST = 50_000  # files; the one that was not asked for longest is forgotten
_TICK = 20_000_000  # ns: systems count the time of change in steps of up to 10 ms

_Key = tuple[int, int, int, int]


class Hashes:
    """By device, inode, size and time of change, which programs cannot set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[_Key, str] = OrderedDict()

    def of(self, file: BinaryIO) -> str:
        """The hash of an open file, which is read if need be; it stands at its beginning before and after."""
        before = os.fstat(file.fileno())
        with self._lock:
            known = self._known.get(_key(before))
            if known is not None:
                self._known.move_to_end(_key(before))
                return known
        now = int(self._clock.now().timestamp() * 1_000_000_000)
        digest = hashlib.sha256()
        while piece := file.read(PIECE):
            digest.update(piece)
        file.seek(0)
        after = os.fstat(file.fileno())
        if _key(after) == _key(before) and now - after.st_ctime_ns > _TICK:
            self.learn(after, digest.hexdigest())
        return digest.hexdigest()

    def learn(self, found: os.stat_result, sha: str) -> None:
        """Remember what a file's content is called."""
        with self._lock:
            self._known[_key(found)] = sha
            if len(self._known) > _MOST:
                self._known.popitem(last=False)


def _key(found: os.stat_result) -> _Key:
    return found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns
