"""The thread that waits for the disk on behalf of all SQLite commits together; it runs no statement of any feature.

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
    """Makes commits survive a loss of power, and keeps the write-ahead log short."""

    def __init__(
        self, path: Path, connect: Callable[[], sqlite3.Connection], synced: Callable[[int, Exception | None], None]
    ) -> None:
        self.gate = threading.Lock()  # held by whoever commits, or by the thread while the log is started afresh
        self._path = path
        self._connect = connect
        self._synced = synced
        self._loop = asyncio.get_running_loop()
        self._wake = threading.Condition()
        self._committed = 0
        self._wanted = 0
        self._folded = 0
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="palaver-disk", daemon=True)
        self._thread.start()

    def committed(self, number: int, *, wanted: bool) -> None:
        """Commit `number` stands in the log; with `wanted` somebody waits until it is on the disk."""
        self._committed = number
        if wanted or number - self._folded >= FOLD_COMMITS:
            with self._wake:
                self._wanted = number
                self._wake.notify()

    def close(self) -> None:
        """Sync what is left, fold the log, end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _work(self) -> None:
        wal = os.open(f"{self._path}-wal", os.O_RDWR | os.O_CREAT, 0o600)
        link = self._connect()
        synced = 0
        try:
            while self._wait(synced):
                synced = self._committed
                self._tell(synced, _sync(wal))
                if synced - self._folded >= FOLD_COMMITS:
                    self._fold(link)
            self._fold(link)
        finally:
            link.close()
            os.close(wal)

    def _wait(self, synced: int) -> bool:
        with self._wake:
            while self._wanted <= synced and not self._closing:
                self._wake.wait()
            return self._wanted > synced

    def _fold(self, link: sqlite3.Connection) -> None:
        self._folded = self._committed
        try:
            pages = link.execute("pragma wal_checkpoint(passive)").fetchone()[1]
            if pages > LONG_LOG_PAGES:
                with self.gate:
                    link.execute("pragma wal_checkpoint(restart)").fetchone()
        except sqlite3.Error as error:
            self._tell(0, error)

    def _tell(self, number: int, error: Exception | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._synced, number, error)


def _sync(wal: int) -> Exception | None:
    try:
        os.fdatasync(wal)
    except OSError as error:
        return error
    return None
