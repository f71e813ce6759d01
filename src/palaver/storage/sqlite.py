"""SQLite in one file, or in memory: statements run in the event loop's thread, only waiting for the disk does not.

A transaction of a few statements takes 8 to 30 µs here, less than the way to a thread and back, so they run where they
are asked for, gathered once per turn of the loop. Commits do not sync (`synchronous=NORMAL`); the thread of `disk.py`
does, for all commits that wait for it together. See docs/decisions/0002-sqlite-in-the-loop.md. Scans run in threads on
connections of their own.
"""

import asyncio
import fcntl
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TextIO, TypeVar

from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from palaver.storage.disk import Disk
from palaver.storage.port import StorageUnavailable, UniqueViolated
from palaver.storage.script import Do, Result, Script

T = TypeVar("T")

DIALECT = sqlite_dialect(paramstyle="qmark")
BUSY_MS = 20  # another process (the CLI) may hold the file for one small commit; longer waits must not hold the loop
BUSY_TRIES = 125  # … and are tried again from the loop after as long, 5 s in all
HELD_SECONDS = 0.002  # how soon to look again while the log is being started afresh
SCAN_THREADS = 2


class _Job(NamedTuple):
    script: Script[Any]
    durable: bool
    done: Callable[[Any], Any]
    failed: Callable[[Exception], Any]
    committed: Callable[[Any], Any] | None
    fails_early: bool


class _Outcome(NamedTuple):
    job: _Job
    value: Any
    error: Exception | None


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
        "cache_size=-2000",
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
        self._broken = False
        self._lock: TextIO | None = None
        self._scans = ThreadPoolExecutor(SCAN_THREADS, "palaver-scan")
        self._scan_links = threading.local()
        self._open_scans: list[sqlite3.Connection] = []
        self._disk = Disk(path, lambda: connect(str(path)), self._synced) if path else None

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

    def at_once(self, do: Do) -> Result | None:
        if self._scheduled or (self._disk and self._disk.gate.locked()):
            return None
        try:
            result = step(self._link, do)
        except sqlite3.Error:
            return None  # posted, it is tried again, and answered for
        self._commits += 1
        if self._disk:
            self._disk.committed(self._commits, wanted=False)
        return result

    def post(
        self,
        script: Script[T],
        *,
        durable: bool,
        done: Callable[[T], Any],
        failed: Callable[[Exception], Any],
        committed: Callable[[T], Any] | None = None,
        fails_early: bool = False,
    ) -> None:
        self._jobs.append(_Job(script, durable, done, failed, committed, fails_early))
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)

    async def check(self) -> None:
        try:
            self._link.execute("begin immediate")
            if self._broken:  # only a write that reaches the disk shows that the disk takes writes again
                self._link.execute("pragma user_version=1")
            self._link.execute("commit")
            self._broken = False
        except sqlite3.Error as error:
            self._rollback()
            raise _unavailable(error) from error

    def alone(self) -> bool:
        """Claim to be the only server on this file; False while another one, perhaps a paused one, still is."""
        if self._path is None:
            return True
        if self._lock is None:
            self._lock = self._path.with_name(f"{self._path.name}.server-lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def close(self) -> None:
        with suppress(StorageUnavailable):  # whoever posted what could not be written was told
            await self._finish()
        if self._disk:
            await self._loop.run_in_executor(None, self._disk.close)
        self._scans.shutdown(wait=True)
        for link in self._open_scans:
            link.close()
        self._link.close()
        if self._lock:
            self._lock.close()

    async def _finish(self) -> None:
        if self._jobs or self._waiting:
            await self.write(_nothing(), durable=False)
        if self._waiting:
            await self.write(_nothing())

    def _scan_link(self) -> sqlite3.Connection:
        """The connection of this thread."""
        link: sqlite3.Connection | None = getattr(self._scan_links, "link", None)
        if link is None:
            link = self._scan_links.link = connect(str(self._path), read_only=True)
            self._open_scans.append(link)
        return link

    def _scan(self, script: Script[T]) -> T:
        try:
            link = self._scan_link()
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
        if self._disk and not self._disk.gate.acquire(blocking=False):
            self._later(HELD_SECONDS)
            return
        try:
            self._run_posted()
        finally:
            if self._disk:
                self._disk.gate.release()

    def _run_posted(self) -> None:
        jobs, self._jobs = self._jobs, deque()
        try:
            self._link.execute("begin immediate")
        except sqlite3.Error as error:
            self._again(jobs, error)
            return
        self._tries = 0
        try:
            outcomes = self._attempt_all(jobs)
            self._link.execute("commit")
        except sqlite3.Error as error:
            self._broken = True
            self._rollback()
            for job in reversed(jobs):
                job.script.close()
                job.failed(_unavailable(error))
            return
        self._commits += 1
        self._settle(outcomes)

    def _attempt_all(self, jobs: deque[_Job]) -> list[_Outcome]:
        if len(jobs) == 1:
            return [self._attempt(jobs[0])]
        outcomes: list[_Outcome] = []
        for job in jobs:
            if job.fails_early:
                outcomes.append(self._attempt_early(job))
                continue
            self._link.execute("savepoint one")
            outcomes.append(self._attempt(job))
            self._link.execute("release one")
        return outcomes

    def _attempt_early(self, job: _Job) -> _Outcome:
        """Run a script that needs no savepoint, because it fails before it changes anything."""
        changes = self._link.total_changes
        try:
            return _Outcome(job, drive(self._link, job.script), None)
        except sqlite3.Error as error:
            self._broken = True
            if not self._link.in_transaction or self._link.total_changes != changes:
                raise
            return _Outcome(job, None, _unavailable(error))
        except Exception as error:
            if self._link.total_changes != changes:
                raise sqlite3.OperationalError("A script failed later than it said.") from error
            return _Outcome(job, None, error)

    def _attempt(self, job: _Job) -> _Outcome:
        """Run one script; what it raises is its own outcome. An engine's error that ended the transaction ends all."""
        try:
            return _Outcome(job, drive(self._link, job.script), None)
        except sqlite3.Error as error:
            self._broken = True
            if not self._link.in_transaction:
                raise
            self._undo()
            return _Outcome(job, None, _unavailable(error))
        except Exception as error:  # noqa: BLE001 - whatever a script raises belongs to whoever posted it
            self._undo()
            return _Outcome(job, None, error)

    def _undo(self) -> None:
        try:
            self._link.execute("rollback to one")
        except sqlite3.OperationalError:  # no savepoint: the script was alone
            self._link.execute("rollback")
            self._link.execute("begin")

    def _settle(self, outcomes: list[_Outcome]) -> None:
        sync = False
        for job, value, error in outcomes:
            if error is None and job.committed:
                job.committed(value)
            if error is not None:
                job.failed(error)
            elif job.durable and self._disk:
                self._waiting.append(_Committed(self._commits, job.done, value))
                sync = True
            else:
                job.done(value)
        if self._disk:
            self._disk.committed(self._commits, wanted=sync)

    def _synced(self, number: int, error: Exception | None) -> None:
        if error is not None:
            # What was committed stands in the page cache and survives everything but a loss of power, so it is told;
            # the disk is looked at again by `check`.
            self._broken = True
        while self._waiting and self._waiting[0].number <= number:
            committed = self._waiting.popleft()
            committed.done(committed.value)

    def _again(self, jobs: deque[_Job], error: sqlite3.Error) -> None:
        self._tries += 1
        if not _locked(error) or self._tries > BUSY_TRIES:
            self._tries, self._broken = 0, True
            for job in jobs:
                job.script.close()
                job.failed(_unavailable(error))
            return
        self._jobs.extendleft(reversed(jobs))
        self._later(BUSY_MS / 1000)

    def _later(self, seconds: float) -> None:
        self._scheduled = True
        self._loop.call_later(seconds, self._flush)

    def _rollback(self) -> None:
        if self._link.in_transaction:
            self._link.execute("rollback")


def _locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _unavailable(error: Exception) -> StorageUnavailable:
    unavailable = StorageUnavailable("The database cannot be used right now; nothing was changed.", retry_after=1)
    unavailable.__cause__ = error
    return unavailable


def _nothing() -> Script[None]:
    """Takes its turn, and does nothing."""
    yield from ()
