"""The threads that wait for the disk on behalf of all SQLite commits together; they run no statement of any feature.

`fdatasync` on the write-ahead log after a commit is what `synchronous=FULL` does inside it; done here, one sync serves
every commit that came before it, and the event loop goes on meanwhile.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

FOLD_COMMITS = 1_000  # commits between two foldings of the log into the file
LONG_LOG_PAGES = 1_000  # 4 MB, which stay in the cache; a longer log is started afresh, commits held for some ms


class Disk:
    """Makes commits survive a loss of power, and keeps the write-ahead log short.

    Two threads, because folding thousands of pages takes as long as a hundred syncs, and those are waited for.
    """

    def __init__(
        self, path: Path, connect: Callable[[], sqlite3.Connection], synced: Callable[[int, Exception | None], None]
    ) -> None:
        self.gate = threading.Lock()  # held by whoever commits, or by the folding thread while the log starts afresh
        self._wal = os.open(f"{path}-wal", os.O_RDWR | os.O_CREAT, 0o600)
        self._link = connect()
        self._synced = synced
        self._loop = asyncio.get_running_loop()
        self._wake = threading.Condition()
        self._committed = 0
        self._wanted = 0
        self._on_disk = 0
        self._folded = 0
        self._folding = False
        self._closing = False
        self._threads = [
            threading.Thread(target=work, name=f"palaver-{name}", daemon=True)
            for name, work in (("sync", self._keep_syncing), ("fold", self._keep_folding))
        ]
        for thread in self._threads:
            thread.start()

    def committed(self, number: int, *, wanted: bool) -> None:
        """Commit `number` stands in the log; with `wanted` somebody waits until it is on the disk."""
        self._committed = number
        if wanted or self._long():
            with self._wake:
                self._wanted = number if wanted else self._wanted
                self._wake.notify_all()

    def close(self) -> None:
        """Sync what is left, fold the log, end the threads; closing again does nothing."""
        if self._closing:
            return
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()
        self._link.close()
        os.close(self._wal)

    def _keep_syncing(self) -> None:
        while self._wait(lambda: self._wanted > self._on_disk):
            self._on_disk = self._committed
            self._tell(self._on_disk, _sync(self._wal))

    def _keep_folding(self) -> None:
        while self._wait(self._long):
            self._fold()
        self._fold()

    def _wait(self, due: Callable[[], bool]) -> bool:
        """Whether there is something to do, once there is or the end has come."""
        with self._wake:
            while not due() and not self._closing:
                self._wake.wait()
            return due()

    def _long(self) -> bool:
        return self._committed - self._folded >= FOLD_COMMITS

    def _fold(self) -> None:
        self._folding = True
        self._folded = self._committed
        try:
            pages = self._link.execute("pragma wal_checkpoint(passive)").fetchone()[1]
            if pages > LONG_LOG_PAGES:
                with self.gate:
                    self._link.execute("pragma wal_checkpoint(restart)").fetchone()
        except sqlite3.Error as error:
            self._tell(0, error)
        self._folding = False

    def _tell(self, number: int, error: Exception | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._synced, number, error)


def _sync(wal: int) -> Exception | None:
    try:
        os.fdatasync(wal)
    except OSError as error:
        return error
    return None
