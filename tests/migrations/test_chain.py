"""The one chain of migrations: it makes exactly the tables that the code speaks of, up, down and up again."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, Float, Integer, LargeBinary, MetaData, create_engine, inspect, text

from palaver.core.events import Stamped, TextGrew
from palaver.core.ids import MessageId, Seq
from palaver.core.messages import Message, TextPart
from palaver.runs import approvals_store
from palaver.runs.approvals_store import Approval, Grant
from palaver.runs.records import record
from palaver.runs.store import jot, put_events
from palaver.sessions import search_store, store
from palaver.sessions.tree import Place
from palaver.storage import newest
from palaver.storage.chain import MIGRATIONS, bring_up_to_date, head, in_order, upgrade
from palaver.storage.port import StorageUnavailable
from palaver.storage.schema import metadata
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.database import TABLES, every_table
from tests.unit.runs.given import ADA, begin

REVISIONS = in_order()
SEARCH = "message_search"
SEARCHES = (SEARCH, "memory_search", "passage_search")  # SQLite's own, with tables behind them that no code speaks of


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "palaver.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def ours(_: object, name: str | None, kind: str, *more: object) -> bool:
    return kind != "table" or not (name or "").startswith(SEARCHES)


def definitions(path: Path) -> dict[str, str]:
    """Every table and index as SQLite keeps it, white space, quotes and parentheses aside."""
    with closing(sqlite3.connect(path)) as link:
        rows = link.execute("select name, sql from sqlite_master where sql is not null and name not like 'alembic%'")
        return {name: " ".join(re.sub(r'["()]', " ", sql.lower()).replace(",", " , ").split()) for name, sql in rows}


def whole(path: Path) -> set[tuple[object, ...]]:
    """Every definition, word for word, and every row of all that is not an index's own."""
    with closing(sqlite3.connect(path)) as link:
        made = link.execute("select type, name, tbl_name, sql from sqlite_master").fetchall()
        tables = [row[1] for row in made if row[0] == "table" and not row[1].startswith(SEARCHES)]
        return {*made, *((name, *row) for name in tables for row in link.execute(f'select * from "{name}"'))}


def test_the_chain_makes_what_the_tables_say(path: Path, engine: Engine) -> None:
    assert set(TABLES) <= set(metadata.sorted_tables)
    upgrade(path)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


async def test_the_chain_says_of_every_table_what_creating_it_says(path: Path, tmp_path: Path) -> None:
    upgrade(path)
    created = SqliteDatabase(tmp_path / "created.db")
    await created.write(every_table())
    await created.close()
    migrated, made = definitions(path), definitions(tmp_path / "created.db")
    assert set(migrated) == set(made)
    for name, sql in made.items():
        # columns come in the order of the file; what counts is that they are the same, and how the table is kept
        assert sorted(migrated[name].split(" , ")) == sorted(sql.split(" , ")), name


def test_the_chain_has_one_end_and_its_name_is_known_without_reading_it() -> None:
    script = ScriptDirectory.from_config(config())
    assert script.get_heads() == [head()]
    assert script.get_bases() == ["0001"]


def test_bringing_up_to_date_twice_changes_nothing(path: Path) -> None:
    bring_up_to_date(path)
    before = path.read_bytes()
    bring_up_to_date(path)
    assert path.read_bytes() == before


def test_what_is_up_to_date_is_not_touched_and_alembic_not_even_imported(path: Path) -> None:
    bring_up_to_date(path)
    asked = f"""
import pathlib, sys
from palaver.storage.chain import bring_up_to_date
bring_up_to_date(pathlib.Path({str(path)!r}))
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", asked], check=True, timeout=60)


def test_what_is_made_at_once_is_exactly_what_the_chain_makes(path: Path, tmp_path: Path) -> None:
    at_once = tmp_path / "at_once.db"
    upgrade(path)
    bring_up_to_date(at_once)
    assert whole(at_once) == whole(path)
    assert newest.revision() == head()


def test_a_database_with_nothing_in_it_is_made_at_once_and_alembic_not_even_imported(path: Path) -> None:
    path.touch()
    asked = f"""
import pathlib, sys
from palaver.storage.chain import bring_up_to_date
bring_up_to_date(pathlib.Path({str(path)!r}))
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", asked], check=True, timeout=60)
    assert SEARCH in definitions(path)


def test_where_the_newest_migration_is_not_in_what_is_made_at_once_the_chain_is_followed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old.sql"
    old.write_text(newest.FILE.read_text("utf-8").replace(f"'{head()}'", "'0001'"), "utf-8")
    monkeypatch.setattr(newest, "FILE", old)
    bring_up_to_date(path)
    with closing(sqlite3.connect(path)) as link:
        assert link.execute("select version_num from alembic_version").fetchall() == [(head(),)]


def test_what_is_made_at_once_is_made_whole_or_not_at_all(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks = tmp_path / "breaks.sql"
    breaks.write_text(newest.FILE.read_text("utf-8") + "\ninsert into nowhere values (1);\n", "utf-8")
    monkeypatch.setattr(newest, "FILE", breaks)
    with pytest.raises(StorageUnavailable):
        bring_up_to_date(path)
    monkeypatch.undo()
    assert definitions(path) == {}
    bring_up_to_date(path)
    assert SEARCH in definitions(path)


def test_a_database_of_somebody_elses_keeps_what_is_in_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as link, link:
        link.execute("create table theirs (n integer)")
    bring_up_to_date(path)
    assert {"theirs", SEARCH} <= set(definitions(path))


def test_a_new_database_is_its_owners_alone(path: Path) -> None:
    bring_up_to_date(path)
    assert path.stat().st_mode & 0o077 == 0


async def test_a_filled_database_goes_down_to_nothing_and_up_again(path: Path, engine: Engine) -> None:
    bring_up_to_date(path)
    await fill(path)
    change(engine, lambda connection: command.downgrade(config(connection), "base"))
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    bring_up_to_date(path)
    await fill(path)
    with closing(sqlite3.connect(path)) as link:
        assert link.execute("select count(*) from messages").fetchone() == (1,)
        assert link.execute("pragma foreign_key_check").fetchall() == []
        assert link.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_any_revision_keeps_what_it_holds_on_the_way_up(
    path: Path, engine: Engine, revision: str
) -> None:
    change(engine, lambda connection: command.upgrade(config(connection), revision))
    put_a_row_into_every_table(engine)
    before = held(path)
    engine.dispose()
    bring_up_to_date(path)
    assert before
    assert_kept(before, held(path))


def test_a_filled_database_keeps_on_every_step_down_what_the_step_has_room_for(path: Path, engine: Engine) -> None:
    bring_up_to_date(path)
    put_a_row_into_every_table(engine)
    before = held(path)
    assert before.keys() >= {"runs", "approvals", "grants", "definitions"}
    for revision in [*reversed(REVISIONS[:-1]), "base"]:
        change(engine, lambda connection, to=revision: command.downgrade(config(connection), to))
        after = held(path)
        assert_kept({table: rows for table, rows in before.items() if table in after}, after)
    assert held(path) == {}
    bring_up_to_date(path)
    assert {table: rows for table, rows in held(path).items() if rows} == {}


def test_two_processes_at_once_both_succeed(path: Path) -> None:
    asked = f"""
import pathlib
from palaver.storage.chain import bring_up_to_date
import alembic.command, sqlalchemy  # so that both are as far when they are let go
print("ready", flush=True)
input()
bring_up_to_date(pathlib.Path({str(path)!r}))
"""
    both = [
        subprocess.Popen([sys.executable, "-c", asked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for one in both:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    assert [(one.communicate(timeout=60), one.returncode) for one in both] == [(("", None), 0)] * 2
    with closing(sqlite3.connect(path)) as link:
        assert link.execute("select version_num from alembic_version").fetchall() == [(head(),)]


def test_a_migration_that_breaks_leaves_nothing_of_itself(
    path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("the disk is full")

    change(engine, lambda connection: command.upgrade(config(connection), "0001"))
    before = definitions(path)
    monkeypatch.setattr("alembic.operations.Operations.create_index", breaks)
    with pytest.raises(StorageUnavailable):
        bring_up_to_date(path)
    monkeypatch.undo()
    assert definitions(path) == before
    bring_up_to_date(path)
    assert SEARCH in definitions(path)


@pytest.mark.parametrize("found", ["no database", "a folder", "a newer one"])
def test_what_is_no_database_of_ours_is_refused_with_its_name(path: Path, found: str) -> None:
    if found == "a folder":
        path.mkdir()
    elif found == "no database":
        path.write_text("This is a letter, and long enough to be looked at as a database. " * 20)
    else:
        bring_up_to_date(path)
        with closing(sqlite3.connect(path)) as link:
            link.execute("update alembic_version set version_num = '9999'")
            link.commit()
    with pytest.raises(StorageUnavailable, match=path.name):
        bring_up_to_date(path)


def change(engine: Engine, how: Any) -> None:
    with engine.begin() as connection:
        how(connection)


def put_a_row_into_every_table(engine: Engine) -> None:
    """Whatever the tables are at this revision: every text says `x`, so that every key finds what it refers to."""
    tables = MetaData()
    with engine.begin() as connection:
        connection.execute(text("pragma defer_foreign_keys=on"))
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if not table.name.startswith((*SEARCHES, "alembic")):
                connection.execute(table.insert().values({column.name: some_value(column) for column in table.c}))


def some_value(column: Column[Any]) -> Any:
    if isinstance(column.type, LargeBinary):
        return b"{}"
    return 1 if isinstance(column.type, Integer | Float) else "x"


def held(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, once nothing in it points nowhere."""
    with closing(sqlite3.connect(path)) as link:
        link.row_factory = sqlite3.Row
        assert link.execute("pragma foreign_key_check").fetchall() == []
        assert [row[0] for row in link.execute("pragma integrity_check")] == ["ok"]
        named = [row[0] for row in link.execute("select name from sqlite_master where type = 'table'")]
        ours = [name for name in named if not name.startswith((*SEARCHES, "alembic", "sqlite"))]
        return {name: [dict(row) for row in link.execute(f"select * from {name}")] for name in ours}


def assert_kept(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> None:
    """Every row is still there, with every value that there is still a column for."""
    for table, rows in before.items():
        assert len(after[table]) == len(rows) > 0, table
        for old, new in zip(rows, after[table], strict=True):
            assert {name: old[name] for name in old.keys() & new.keys()} == {
                name: new[name] for name in old.keys() & new.keys()
            }, table


async def fill(path: Path) -> None:
    """A session with a message that search knows, a run with events, and what waits for its person."""
    database = SqliteDatabase(path)
    live = await begin(database)
    message = Message(
        id=MessageId("msg_1"),
        session_id=live.session_id,
        role="user",
        parts=(TextPart(text="Hello there"),),
        text="Hello there",
        created_at="2026",
    )
    waits = Approval(
        run_id=live.id,
        call_id="call_1",
        user_id=ADA,
        session_id=live.session_id,
        kind="approval",
        name="Write",
        arguments={"path": "a.txt"},
        digest="0",
        reason="It changes files.",
        questions=(),
        state="pending",
        created_at="2026",
        expires_at=None,
        resolved_at=None,
    )

    def write() -> Script[None]:
        yield from store.put_message(message, Place(live.session_id, 0), ADA)
        yield from search_store.catch_up(10)
        yield from put_events(live.id, [Stamped(Seq(1), TextGrew(content="Ho"))])
        yield from jot([(live.id, live.epoch, record(Seq(2), TextGrew(content="ho")))])
        yield from approvals_store.put(waits)
        yield from approvals_store.grant(Grant("grt_1", ADA, live.session_id, "Write", "2026"))

    await database.write(write())
    assert await database.read(approvals_store.pending(live.id)) == [waits]
    await database.close()
