"""A disk that can be held, so that a test sees what happens before it has what was written; no test stands here."""

import asyncio
import threading

from palaver.storage import disk


class HeldDisk:
    """A disk that takes nothing while it is held; it says when a sync waits for it."""

    def __init__(self) -> None:
        self.real = disk._sync
        self._free = threading.Event()
        self._free.set()
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.error: OSError | None = None

    def __call__(self, wal: int) -> Exception | None:
        self._loop.call_soon_threadsafe(self.asked.set)
        assert self._free.wait(20)
        return self.error or self.real(wal)

    def hold(self) -> None:
        self.asked.clear()
        self._free.clear()

    def release(self) -> None:
        self._free.set()
