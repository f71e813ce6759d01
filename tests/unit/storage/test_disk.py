"""The write-ahead log stays short, whoever writes how much; what is posted meanwhile waits and is not lost."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from palaver.storage import disk, sqlite
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.storage.given import create, names, names_on_disk, put, replace

PAGE = 4096 + 24  # bytes of one page in the log
ROUND = 20  # commits between two foldings
LONG = 100  # pages


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "FOLD_COMMITS", ROUND)
    monkeypatch.setattr(disk, "LONG_LOG_PAGES", LONG)


def log_pages(path: Path) -> float:
    return path.with_name(f"{path.name}-wal").stat().st_size / PAGE


async def write_a_round(database: SqliteDatabase, *, durable: bool) -> None:
    """As much as begins a folding, and return once nothing is left to fold."""
    assert database._disk
    for number in range(ROUND):
        await database.write(replace(f"{number % 10}", 10_000), durable=durable and number == 0)
    while database._disk._long() or database._disk._folding:
        await asyncio.to_thread(threading.Event().wait, 0.001)


@pytest.mark.parametrize("durable", [True, False])
async def test_however_much_is_written_the_log_stays_short(
    short: None, database: SqliteDatabase, path: Path, durable: bool
) -> None:
    longest = 0.0
    async with asyncio.timeout(10):
        for _ in range(20):
            await write_a_round(database, durable=durable)
            longest = max(longest, log_pages(path))
    a_round = ROUND * 10_000 / 4096
    assert longest < LONG + 4 * a_round < 20 * a_round / 2


async def test_a_reader_that_stays_lets_the_log_grow_only_until_it_leaves(
    short: None, database: SqliteDatabase, other: sqlite3.Connection, path: Path
) -> None:
    await database.write(put("before"))
    other.execute("begin")
    other.execute("select * from things").fetchall()
    for _ in range(4):
        await write_a_round(database, durable=True)
    other.execute("rollback")
    for _ in range(3):
        await write_a_round(database, durable=True)
    grown = log_pages(path)
    for _ in range(10):
        await write_a_round(database, durable=True)
    assert log_pages(path) <= grown


async def test_while_a_long_log_is_started_afresh_commits_wait_and_none_is_lost(
    short: None, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def connect_and_watch(name: str, **how: bool) -> sqlite3.Connection:
        link = connect(name, **how)
        link.set_trace_callback(traced)
        return link

    def traced(statement: str) -> None:
        if "restart" in statement:
            loop.call_soon_threadsafe(begun.set)
            assert go_on.wait(5)

    connect = sqlite.connect
    monkeypatch.setattr(sqlite, "connect", connect_and_watch)
    monkeypatch.setattr(disk, "LONG_LOG_PAGES", 0)
    database = SqliteDatabase(path)
    await database.write(create())
    try:
        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            for number in range(ROUND - 1):
                await database.write(put(f"{number:02}"), durable=False)
            await begun.wait()
            late = [tasks.create_task(database.write(put(f"late {number}"))) for number in range(3)]
            for _ in range(5):
                await asyncio.to_thread(names)  # time enough for what waits for nothing
            assert len(await database.read(names())) == ROUND - 1  # reading goes on
            assert not any(one.done() for one in late)
            go_on.set()
        assert len(await database.read(names())) == ROUND + 2
    finally:
        go_on.set()
        await database.close()


async def test_everything_stands_in_the_file_after_closing(short: None, path: Path, database: SqliteDatabase) -> None:
    for number in range(50):
        await database.write(replace(f"{number:02}"), durable=False)
    await database.close()
    assert not path.with_name(f"{path.name}-wal").exists()
    assert len(names_on_disk(path)) == 50
