"""A real database file, a way to hold its disk, and another process's connection."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from palaver.storage import disk
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.held_disk import HeldDisk
from tests.unit.storage.given import create


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HeldDisk]:
    held = HeldDisk()
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
