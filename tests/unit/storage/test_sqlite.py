"""SQLite in a file: what is durable, what waits, what fails and gets well again. What all engines promise is tested
by tests/conformance/test_database.py."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from palaver.storage import sqlite
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.faulty_link import faulty
from tests.unit.held_disk import HeldDisk
from tests.unit.storage.given import create, names, names_on_disk, put


async def test_a_durable_write_returns_only_when_the_disk_has_it(database: SqliteDatabase, held: HeldDisk) -> None:
    held.hold()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        durable = tasks.create_task(database.write(put("a")))
        await held.asked.wait()
        await database.write(put("b"), durable=False)  # a piece that survives a killed process waits for no disk
        assert not durable.done()
        held.release()
    assert durable.result() == "a"


async def test_what_is_committed_is_seen_by_everybody_while_the_disk_still_takes_it(
    database: SqliteDatabase, held: HeldDisk, path: Path
) -> None:
    told: list[str] = []

    def done(_: str) -> None:
        told.append("done")

    held.hold()
    database.post(put("a"), durable=True, done=done, failed=print, committed=lambda _: told.append("committed"))
    async with asyncio.timeout(5):
        await held.asked.wait()
    assert told == ["committed"]
    assert names_on_disk(path) == await database.read(names()) == await database.scan(names()) == ["a"]
    held.release()
    await database.write(put("b"))
    assert told == ["committed", "done"]


async def test_one_sync_serves_all_commits_that_wait_for_it(
    database: SqliteDatabase, held: HeldDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    real = held.real
    held.real = lambda wal: syncs.append(wal) or real(wal)
    held.hold()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(database.write(put("first")))
        await held.asked.wait()
        for number in range(30):
            tasks.create_task(database.write(put(f"{number}")))
            await database.write(names(), durable=False)  # a commit of its own for each
        held.release()
    assert len(syncs) == 2


async def test_another_process_that_writes_for_a_moment_is_waited_for(
    database: SqliteDatabase, other: sqlite3.Connection
) -> None:
    other.execute("begin immediate")
    other.execute("insert into things (name) values ('theirs')")
    asyncio.get_running_loop().call_later(0.03, other.execute, "commit")
    async with asyncio.timeout(5):
        await database.write(put("ours"))
    assert await database.read(names()) == ["ours", "theirs"]


async def test_reading_waits_for_no_writer(database: SqliteDatabase, other: sqlite3.Connection) -> None:
    await database.write(put("ours"))
    other.execute("begin immediate")
    other.execute("insert into things (name) values ('theirs')")
    assert await database.read(names()) == await database.scan(names()) == ["ours"]
    other.execute("rollback")


async def test_another_process_that_writes_for_too_long_makes_the_database_unavailable_until_it_ends(
    database: SqliteDatabase, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TRIES", 2)
    monkeypatch.setattr(sqlite, "BUSY_MS", 1)
    other.execute("begin immediate")
    async with asyncio.timeout(5):
        asked = await asyncio.gather(*(database.write(put(name)) for name in "abc"), return_exceptions=True)
    assert [type(one) for one in asked] == [StorageUnavailable] * 3
    assert getattr(asked[0], "retry_after", None) == 1
    other.execute("rollback")
    assert await database.write(put("a")) == "a"


async def test_a_database_that_is_full_says_so_keeps_all_or_nothing_and_gets_well_again(
    database: SqliteDatabase,
) -> None:
    await database.write(put("before"))
    full(database)
    writes = [
        database.write(put("large", 100_000)),
        database.write(put("small")),
        database.write(put("larger", 200_000)),
    ]
    asked = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(asked[0], StorageUnavailable)
    kept = [one for one in asked if isinstance(one, str)]
    assert await database.read(names()) == sorted(["before", *kept])
    with_room(database)
    await database.write(put("large", 100_000))
    await database.check()


async def test_after_a_write_failed_the_check_passes_only_when_a_write_reaches_the_disk(
    database: SqliteDatabase,
) -> None:
    link = faulty(database, "insert", "pragma user_version")
    await database.check()  # nobody knows yet
    with pytest.raises(StorageUnavailable):
        await database.write(put("a"))
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            await database.check()
    link.failing = ()
    await database.check()
    await database.write(put("a"))
    await database.check()


async def test_a_database_that_was_made_read_only_fails_its_check_until_it_is_writable_again(
    database: SqliteDatabase,
) -> None:
    database._link.execute("pragma query_only=on")
    with pytest.raises(StorageUnavailable):
        await database.write(put("a"))
    with pytest.raises(StorageUnavailable):
        await database.check()
    assert await database.read(names()) == []
    database._link.execute("pragma query_only=off")
    await database.check()
    await database.write(put("a"))


async def test_a_commit_that_fails_is_told_to_all_it_was_for_last_first_and_nothing_remains(
    database: SqliteDatabase,
) -> None:
    link = faulty(database, "commit")
    told: list[str] = []
    for name in "abc":
        database.post(
            put(name), durable=name != "b", done=print, failed=lambda _, name=name: told.append(name), committed=print
        )
    with pytest.raises(StorageUnavailable):
        await database.write(put("d"))
    assert told == ["c", "b", "a"]
    link.failing = ()
    assert await database.read(names()) == []
    assert await database.write(put("a")) == "a"


async def test_a_disk_that_fails_to_sync_is_seen_by_the_check_and_holds_nobody(
    database: SqliteDatabase, held: HeldDisk
) -> None:
    held.error = OSError("the disk is gone")
    async with asyncio.timeout(5):
        assert await database.write(put("a")) == "a"
    assert database._broken
    held.error = None
    await database.check()
    assert not database._broken


async def test_a_scan_stands_still_while_others_write_and_holds_none_of_them(database: SqliteDatabase) -> None:
    await database.write(put("a"))
    loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def twice() -> Script[tuple[list[str], list[str]]]:
        before = yield from names()
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(5)
        return before, (yield from names())

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        scan = tasks.create_task(database.scan(twice()))
        await begun.wait()
        await database.write(put("b"))
        go_on.set()
    assert scan.result() == (["a"], ["a"])
    assert await database.scan(names()) == ["a", "b"]


async def test_a_scan_that_writes_is_refused(database: SqliteDatabase) -> None:
    with pytest.raises(StorageUnavailable):
        await database.scan(put("a"))
    assert await database.read(names()) == []


async def test_a_scan_of_a_database_that_cannot_be_opened_any_more_is_told_as_unavailable(
    database: SqliteDatabase, path: Path
) -> None:
    path.parent.rename(path.parent.with_name("away"))
    try:
        with pytest.raises(StorageUnavailable):
            await database.scan(names())
    finally:
        path.parent.with_name("away").rename(path.parent)


async def test_only_one_server_at_a_time_is_alone_on_a_file(path: Path) -> None:
    first, second = SqliteDatabase(path), SqliteDatabase(path)
    assert (first.alone(), second.alone(), first.alone()) == (True, False, True)
    await first.close()
    assert second.alone()
    await second.close()


async def test_a_database_in_memory_has_nobody_beside_it() -> None:
    first, second = SqliteDatabase(None), SqliteDatabase(None)
    assert first.alone()
    assert second.alone()
    await first.close()
    await second.close()


async def test_closing_lets_go_of_everything_and_leaves_one_file(path: Path) -> None:
    before = threading.active_count()
    database = SqliteDatabase(path)
    await database.write(create())
    await database.scan(names())
    database.post(put("last"), durable=True, done=lambda _: None, failed=print)
    await database.close()
    assert names_on_disk(path) == ["last"]
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert {one.name for one in threading.enumerate() if one.name.startswith("palaver")} == set()
    assert threading.active_count() <= before + 1  # the loop's own thread that waited for the disk's


async def test_closing_lets_go_of_everything_even_while_another_process_holds_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TRIES", 2)
    monkeypatch.setattr(sqlite, "BUSY_MS", 1)
    database = SqliteDatabase(path)
    await database.write(create())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    failed: list[Exception] = []
    database.post(put("a"), durable=True, done=print, failed=failed.append)
    await database.close()
    other.close()
    assert [type(error) for error in failed] == [StorageUnavailable]
    assert {one.name for one in threading.enumerate() if one.name.startswith("palaver")} == set()


async def test_what_is_posted_after_closing_is_told_as_unavailable(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.close()
    with pytest.raises(StorageUnavailable):
        await database.write(create())
    with pytest.raises(StorageUnavailable):
        await database.read(names())


def full(database: SqliteDatabase) -> None:
    """No page more than there are."""
    (pages,) = database._link.execute("pragma page_count").fetchone()
    database._link.execute(f"pragma max_page_count={pages}")


def with_room(database: SqliteDatabase) -> None:
    database._link.execute("pragma max_page_count=1000000")
