"""A real database file, a way to hold its disk, and another process's connection."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from palaver.storage import disk
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.storage.given import create


class HeldDisk:
    """A disk that takes nothing while it is held; it says when a sync waits for it."""

    def __init__(self, real: object) -> None:
        self._real = real
        self._free = threading.Event()
        self._free.set()
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.error: OSError | None = None

    def __call__(self, wal: int) -> Exception | None:
        self._loop.call_soon_threadsafe(self.asked.set)
        assert self._free.wait(20)
        assert callable(self._real)
        return self.error or self._real(wal)

    def hold(self) -> None:
        self.asked.clear()
        self._free.clear()

    def release(self) -> None:
        self._free.set()


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HeldDisk]:
    held = HeldDisk(disk._sync)
    monkeypatch.setattr(disk, "_sync", held)
    yield held
    held.release()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "palaver.db"


@pytest.fixture
async def database(path: Path, held: HeldDisk) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(path)
    await database.write(create())
    yield database
    held.release()
    await database.close()


@pytest.fixture
def other(database: SqliteDatabase, path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of another process."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        yield other
