"""SQLite in one file, or in memory: statements run in the event loop's thread, only waiting for the disk does not.

A transaction of a few statements takes 8 to 30 µs here, less than the way to a thread and back, so they run where they
are asked for, gathered once per turn of the loop. Commits do not sync (`synchronous=NORMAL`); one thread calls
`fdatasync` on the write-ahead log for all commits that wait for it together, which is what `synchronous=FULL` does one
by one. See docs/decisions/0002-sqlite-in-the-loop.md. Scans run in threads on connections of their own.
"""

import asyncio
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from palaver.storage.port import StorageUnavailable, UniqueViolated
from palaver.storage.script import Do, Result, Script

T = TypeVar("T")

DIALECT = sqlite_dialect(paramstyle="qmark")
BUSY_MS = 20  # another process (the CLI) may hold the file for one small commit; longer waits must not hold the loop
BUSY_TRIES = 250  # … and are tried again from the loop, 5 s in all
CHECKPOINT_PAGES = 4_000  # 16 MB of write-ahead log, then it is folded into the file, in the thread
SCAN_THREADS = 2


class _Job(NamedTuple):
    script: Script[Any]
    durable: bool
    done: Callable[[Any], Any]
    failed: Callable[[Exception], Any]


class _Committed(NamedTuple):
    number: int
    done: Callable[[Any], Any]
    value: Any


def connect(path: str, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection as all of ours are: autocommit, foreign keys on, write-ahead log."""
    link = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "foreign_keys=on",
        "temp_store=memory",
        "cache_size=-16000",
        "wal_autocheckpoint=0",
        "synchronous=normal",
    ):
        link.execute(f"pragma {pragma}")
    if read_only:
        link.execute("pragma query_only=on")
    else:
        link.execute("pragma journal_mode=wal")
    return link


def step(link: sqlite3.Connection, do: Do) -> Result:
    """Execute one statement."""
    compiled = do.statement.compiled(DIALECT)
    if do.many:
        cursor = link.executemany(compiled.text, [compiled.arguments(values) for values in do.values])
        return Result((), cursor.rowcount)
    cursor = link.execute(compiled.text, compiled.arguments(do.values[0]))
    return Result(cursor.fetchall() if cursor.description else (), cursor.rowcount)


def drive(link: sqlite3.Connection, script: Script[T]) -> T:
    """Run a script to its end in the transaction that is open; statements' errors are raised inside it."""
    try:
        do = next(script)
        while True:
            try:
                result = step(link, do)
            except sqlite3.IntegrityError as error:
                do = script.throw(_integrity(error))
            else:
                do = script.send(result)
    except StopIteration as end:
        return end.value
    finally:
        script.close()


def _integrity(error: sqlite3.IntegrityError) -> Exception:
    unique = error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    return UniqueViolated(str(error)) if unique else error


class SqliteDatabase:
    """The default engine. One per process and file; open it inside the event loop that uses it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._link = connect(str(path) if path else ":memory:")
        self._jobs: deque[_Job] = deque()
        self._scheduled = False
        self._tries = 0
        self._commits = 0
        self._waiting: deque[_Committed] = deque()
        self._scans = ThreadPoolExecutor(SCAN_THREADS, "palaver-scan")
        self._scan_links = threading.local()
        self._open_scans: list[sqlite3.Connection] = []
        self._syncer = _Syncer(path, self._loop, self._synced) if path else None

    async def read(self, script: Script[T]) -> T:
        try:
            return drive(self._link, script)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def scan(self, script: Script[T]) -> T:
        if self._path is None:
            return await self.read(script)
        return await self._loop.run_in_executor(self._scans, self._scan, script)

    async def write(self, script: Script[T], *, durable: bool = True) -> T:
        waiter: asyncio.Future[T] = self._loop.create_future()

        def done(value: T) -> None:
            if not waiter.done():
                waiter.set_result(value)

        def failed(error: Exception) -> None:
            if not waiter.done():
                waiter.set_exception(error)

        self.post(script, durable=durable, done=done, failed=failed)
        return await waiter

    def post(
        self, script: Script[T], *, durable: bool, done: Callable[[T], Any], failed: Callable[[Exception], Any]
    ) -> None:
        self._jobs.append(_Job(script, durable, done, failed))
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)

    async def check(self) -> None:
        try:
            self._link.execute("begin immediate")
            self._link.execute("pragma user_version").fetchone()
            self._link.execute("rollback")
        except sqlite3.Error as error:
            self._rollback()
            raise _unavailable(error) from error

    async def close(self) -> None:
        while self._jobs or self._waiting:
            await asyncio.sleep(0.001 if self._waiting or self._tries else 0)
        if self._syncer:
            await self._loop.run_in_executor(None, self._syncer.close)
        self._scans.shutdown(wait=True)
        for link in self._open_scans:
            link.close()
        self._link.close()

    def _scan(self, script: Script[T]) -> T:
        link: sqlite3.Connection | None = getattr(self._scan_links, "link", None)
        if link is None:
            link = self._scan_links.link = connect(str(self._path), read_only=True)
            self._open_scans.append(link)
        try:
            link.execute("begin")
            try:
                return drive(link, script)
            finally:
                link.execute("rollback")
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    def _flush(self) -> None:
        """Run everything that was posted in one transaction; each script in a savepoint of its own."""
        self._scheduled = False
        jobs, self._jobs = self._jobs, deque()
        try:
            self._link.execute("begin immediate")
        except sqlite3.Error as error:
            self._again(jobs, error)
            return
        self._tries = 0
        outcomes = [self._attempt(job, alone=len(jobs) == 1) for job in jobs]
        try:
            if self._link.in_transaction:
                self._link.execute("commit")
        except sqlite3.Error as error:
            self._rollback()
            for job in jobs:
                job.failed(_unavailable(error))
            return
        self._commits += 1
        self._settle(outcomes)

    def _attempt(self, job: _Job, *, alone: bool) -> tuple[_Job, Any, Exception | None]:
        try:
            if not alone:
                self._link.execute("savepoint one")
            value = drive(self._link, job.script)
            if not alone:
                self._link.execute("release one")
            return job, value, None
        except Exception as error:
            self._undo(alone=alone)
            return job, None, _unavailable(error) if isinstance(error, sqlite3.Error) else error

    def _undo(self, *, alone: bool) -> None:
        if alone:
            self._rollback()
        elif self._link.in_transaction:
            self._link.execute("rollback to one")
            self._link.execute("release one")

    def _settle(self, outcomes: list[tuple[_Job, Any, Exception | None]]) -> None:
        sync = False
        for job, value, error in outcomes:
            if error is not None:
                job.failed(error)
            elif job.durable and self._syncer:
                self._waiting.append(_Committed(self._commits, job.done, value))
                sync = True
            else:
                job.done(value)
        if self._syncer:
            self._syncer.committed(self._commits, wanted=sync)

    def _synced(self, number: int, error: Exception | None) -> None:
        while self._waiting and self._waiting[0].number <= number:
            committed = self._waiting.popleft()
            # A log that cannot be synced is a broken disk: what was committed stands in the page cache and will be
            # seen after a restart of the process, so it is told; the error goes to readiness through `check`.
            committed.done(committed.value)
        if error is not None:
            self._loop.call_exception_handler({"message": "the write-ahead log could not be synced", "exception": error})

    def _again(self, jobs: deque[_Job], error: sqlite3.Error) -> None:
        locked = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        self._tries += 1
        if not locked or self._tries > BUSY_TRIES:
            self._tries = 0
            for job in jobs:
                job.script.close()
                job.failed(_unavailable(error))
            return
        self._jobs.extendleft(reversed(jobs))
        self._scheduled = True
        self._loop.call_later(BUSY_MS / 1000, self._flush)

    def _rollback(self) -> None:
        if self._link.in_transaction:
            self._link.execute("rollback")


def _unavailable(error: Exception) -> StorageUnavailable:
    unavailable = StorageUnavailable("The database cannot be used right now; nothing was changed.", retry_after=1)
    unavailable.__cause__ = error
    return unavailable


class _Syncer:
    """The thread that waits for the disk, for all commits since it last did, and folds the log when it is long."""

    def __init__(
        self, path: Path, loop: asyncio.AbstractEventLoop, synced: Callable[[int, Exception | None], None]
    ) -> None:
        self._path = path
        self._loop = loop
        self._synced = synced
        self._wake = threading.Condition()
        self._committed = 0
        self._wanted = 0
        self._closing = False
        self._commits_since_fold = 0
        self._thread = threading.Thread(target=self._work, name="palaver-sync", daemon=True)
        self._thread.start()

    def committed(self, number: int, *, wanted: bool) -> None:
        """Commit `number` stands in the log; with `wanted` somebody waits until it is on the disk."""
        self._committed = number
        self._commits_since_fold += 1
        if wanted or self._commits_since_fold >= CHECKPOINT_PAGES:
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
        link = connect(str(self._path))
        synced = 0
        try:
            while self._wait(synced):
                synced, error = self._committed, _sync(wal)
                self._loop.call_soon_threadsafe(self._synced, synced, error)
                if self._commits_since_fold >= CHECKPOINT_PAGES:
                    self._fold(link)
            self._fold(link)
        finally:
            link.close()
            os.close(wal)

    def _wait(self, synced: int) -> bool:
        with self._wake:
            while self._wanted <= synced and not self._closing:
                self._wake.wait()
            return self._wanted > synced or not self._closing

    def _fold(self, link: sqlite3.Connection) -> None:
        self._commits_since_fold = 0
        try:
            link.execute("pragma wal_checkpoint(passive)").fetchone()
        except sqlite3.Error as error:
            self._loop.call_soon_threadsafe(self._synced, 0, error)


def _sync(wal: int) -> Exception | None:
    try:
        os.fdatasync(wal)
    except OSError as error:
        return error
    return None
