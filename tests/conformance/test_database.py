"""What every database engine promises (`storage.port.Database`), asked of each of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateTable

from palaver.storage.port import Database, StorageUnavailable, UniqueViolated
from palaver.storage.script import Script, Statement, changed, first, rows
from palaver.storage.sqlite import DIALECT, SqliteDatabase

things = Table(
    "things", MetaData(), Column("name", Text, primary_key=True), Column("size", Integer), Column("body", LargeBinary)
)
_PUT = Statement(insert(things).values(name=bindparam("name"), size=bindparam("size"), body=bindparam("body")))
_GROW = Statement(update(things).where(things.c.name == bindparam("key")).values(size=things.c.size + bindparam("by")))
_GET = Statement(select(things.c.name, things.c.size, things.c.body).where(things.c.name == bindparam("name")))
_ALL = Statement(select(things.c.name).order_by(things.c.name))
_DELETE = Statement(delete(things).where(things.c.name == bindparam("name")))
_BROKEN = Statement(text("select * from no_such_table"))


@pytest.fixture(params=["sqlite in a file", "sqlite in memory"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    database = SqliteDatabase(tmp_path / "palaver.db" if request.param == "sqlite in a file" else None)
    await database.write(do(Statement(text(str(CreateTable(things).compile(dialect=DIALECT))))))
    yield database
    await database.close()


def do(statement: Statement, **values: Any) -> Script[None]:
    yield statement(**values)


def put(*names: str, size: int = 0) -> Script[int]:
    count = 0
    for name in names:
        count += yield from changed(_PUT(name=name, size=size, body=None))
    return count


def names() -> Script[list[str]]:
    return [row[0] for row in (yield from rows(_ALL()))]


def get(name: str) -> Script[Any]:
    return (yield from first(_GET(name=name)))


class Wrong(Exception):
    """A script's own objection."""


def objecting(name: str) -> Script[None]:
    yield from put(name)
    raise Wrong


async def test_what_was_written_is_read_by_the_next_read_and_the_next_scan(database: Database) -> None:
    assert await database.write(put("a", "b")) == 2
    assert await database.read(names()) == ["a", "b"]
    assert await database.scan(names()) == ["a", "b"]


async def test_values_come_back_as_they_were(database: Database) -> None:
    body, said = bytes(range(256)), "é👩\u200d👧 \u2028 'quoted'"
    await database.write(do(_PUT, name=said, size=2**53, body=body))
    assert await database.read(get(said)) == (said, 2**53, body)
    assert await database.read(get("nobody")) is None


async def test_a_statement_says_how_many_rows_it_changed(database: Database) -> None:
    await database.write(put("a"))
    assert await database.write(changed(_GROW(key="a", by=2))) == 1
    assert await database.write(changed(_GROW(key="b", by=2))) == 0
    assert await database.write(changed(_DELETE(name="a"))) == 1


async def test_one_statement_with_many_values_counts_them_all(database: Database) -> None:
    many = _PUT.many([{"name": f"{number}", "size": number, "body": None} for number in range(50)])
    assert await database.write(changed(many)) == 50
    assert len(await database.read(names())) == 50


async def test_an_exception_of_a_script_undoes_it_and_reaches_who_asked(database: Database) -> None:
    with pytest.raises(Wrong):
        await database.write(objecting("a"))
    assert await database.read(names()) == []


async def test_an_exception_of_a_reading_script_reaches_who_asked(database: Database) -> None:
    def seeks() -> Script[None]:
        yield from get("a")
        raise Wrong

    with pytest.raises(Wrong):
        await database.read(seeks())
    with pytest.raises(Wrong):
        await database.scan(seeks())


async def test_a_key_that_is_there_already_is_named_so_and_undoes_the_script(database: Database) -> None:
    await database.write(put("a"))
    with pytest.raises(UniqueViolated):
        await database.write(put("b", "a"))
    assert await database.read(names()) == ["a"]


async def test_the_engines_own_errors_are_told_as_unavailable_and_undo_the_script(database: Database) -> None:
    def broken() -> Script[None]:
        yield from put("a")
        yield _BROKEN()

    for asked in (database.write(broken()), database.read(do(_BROKEN)), database.scan(do(_BROKEN))):
        with pytest.raises(StorageUnavailable):
            await asked
    assert await database.read(names()) == []


async def test_of_scripts_that_are_committed_together_a_failing_one_undoes_only_itself(database: Database) -> None:
    asked = await asyncio.gather(
        database.write(put("a")),
        database.write(objecting("b")),
        database.write(put("a", "c")),
        database.write(put("d"), durable=False),
        return_exceptions=True,
    )
    assert [type(one) for one in asked] == [int, Wrong, UniqueViolated, int]
    assert await database.read(names()) == ["a", "d"]


async def test_scripts_see_what_those_before_them_did_and_run_in_their_order(database: Database) -> None:
    await database.write(put("counter"))

    def grow() -> Script[int]:
        yield _GROW(key="counter", by=1)
        return (yield from get("counter"))[1]

    assert await asyncio.gather(*(database.write(grow(), durable=number % 2 == 0) for number in range(20))) == list(
        range(1, 21)
    )


async def test_what_was_posted_is_told_as_committed_before_it_is_told_as_done(database: Database) -> None:
    told: list[tuple[str, Any]] = []
    finished = asyncio.Event()

    def committed(value: int) -> None:
        told.append(("committed", value))

    def done(value: int) -> None:
        told.append(("done", value))
        finished.set()

    database.post(put("a"), durable=True, done=done, failed=told.append, committed=committed)
    assert told == []
    async with asyncio.timeout(5):
        await finished.wait()
    assert told == [("committed", 1), ("done", 1)]


async def test_what_was_posted_and_fails_is_told_once_with_its_error(database: Database) -> None:
    told: list[object] = []
    database.post(objecting("a"), durable=True, done=told.append, failed=told.append, committed=told.append)
    await database.write(put("b"))
    assert [type(one) for one in told] == [Wrong]


async def test_a_writer_that_gives_up_waiting_does_not_undo_what_it_wrote(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await database.write(put("a"))
    await database.write(put("b"))
    assert await database.read(names()) == ["a", "b"]


async def test_a_healthy_database_passes_its_check(database: Database) -> None:
    await database.check()
    await database.write(put("a"))
    await database.check()


async def test_closing_finishes_what_was_posted(database: Database) -> None:
    told: list[object] = []
    for number, durable in enumerate((True, False, True)):
        database.post(put(f"{number}"), durable=durable, done=told.append, failed=told.append)
    await database.close()
    assert told == [1, 1, 1]
