"""The audit log alone: what is written stays, and what somebody does to it behind its back is found and named."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from palaver.core.audit import SecurityEvent
from palaver.core.ids import UserId
from palaver.kit.clock import ManualClock
from palaver.kit.sealed import Sealed
from palaver.privacy.audit.chain import BEGINNING, AuditEntry, Moment, Walk, hash_of, linked, seal_of
from palaver.privacy.audit.head import Head, HeadFile
from palaver.privacy.audit.service import AuditLog
from palaver.privacy.audit.settings import AuditSettings
from palaver.storage.port import StorageUnavailable
from palaver.storage.sqlite import SqliteDatabase
from tests.database import every_table
from tests.promises import keeps

KEY = b"k" * 32
ADA = UserId("usr_ada")


def act(number: int) -> SecurityEvent:
    return SecurityEvent(kind="key.created", actor_id=ADA, subject=f"key_{number}", address="192.0.2.7")


def log_of(database: SqliteDatabase, folder: Path, clock: ManualClock, *, key: bytes = KEY) -> AuditLog:
    settings = AuditSettings(keep=timedelta(days=30))
    return AuditLog(database, Sealed(key), HeadFile(folder / "audit.head", key), settings, clock=clock)


@asynccontextmanager
async def written(folder: Path, acts: int = 5) -> AsyncIterator[tuple[AuditLog, ManualClock]]:
    """A log with so many entries."""
    new, clock = not (folder / "a.db").exists(), ManualClock()
    database = SqliteDatabase(folder / "a.db")
    if new:
        await database.write(every_table())
    log = log_of(database, folder, clock)
    for number in range(1, acts + 1):
        await log(act(number))
    yield log, clock
    await database.close()


def behind_its_back(folder: Path, *statements: str) -> None:
    """As somebody does who has the file and no key; the triggers are in their way only until they drop them."""
    with closing(sqlite3.connect(folder / "a.db")) as link, link:
        for name in ("is_not_changed", "grows_at_its_end", "is_kept"):
            link.execute(f"drop trigger audit_log_{name}")
        for statement in statements:
            link.execute(statement)


@keeps("audit:append-only")
@pytest.mark.parametrize(
    "statement",
    [
        "update audit_log set actor_id = 'usr_eve' where n = 2",
        "delete from audit_log where n = 5",
        "delete from audit_log",
        (
            "insert or replace into audit_log select n, at, 'x.y', actor_id, subject, address, request_id, detail, "
            "hash, seal from audit_log where n = 3"
        ),
        (
            "insert into audit_log select 0, at, kind, actor_id, subject, address, request_id, detail, hash, seal "
            "from audit_log where n = 3"
        ),
    ],
)
async def test_the_database_itself_refuses_to_change_what_is_written(tmp_path: Path, statement: str) -> None:
    async with written(tmp_path) as (log, _):
        with closing(sqlite3.connect(tmp_path / "a.db")) as link, pytest.raises(sqlite3.IntegrityError):
            link.execute(statement)
        assert (await log.verify()).broken is None


@keeps("audit:append-only")
@pytest.mark.parametrize(
    ("statement", "n"),
    [
        ("update audit_log set actor_id = 'usr_eve' where n = 2", 2),
        ("update audit_log set at = '2020-01-01T00:00:00.000000Z' where n = 1", 1),
        ('update audit_log set detail = \'{"a":"b"}\' where n = 4', 4),
        ("update audit_log set subject = null where n = 5", 5),
        ("update audit_log set seal = (select seal from audit_log where n = 1) where n = 3", 3),
        ("delete from audit_log where n = 3", 4),
        ("delete from audit_log where n = 1", 2),
        ("delete from audit_log where n = 5", 5),
        ("delete from audit_log where n > 2", 3),
        ("delete from audit_log", 1),
    ],
)
async def test_the_first_entry_that_was_changed_or_taken_away_is_named(tmp_path: Path, statement: str, n: int) -> None:
    async with written(tmp_path):
        pass
    behind_its_back(tmp_path, statement)
    async with written(tmp_path, 0) as (log, _):
        found = (await log.verify()).broken
        assert found is not None
        assert found.n == n


@keeps("audit:append-only")
async def test_a_chain_that_was_made_anew_without_the_key_is_not_taken_for_ours(tmp_path: Path) -> None:
    async with written(tmp_path) as (log, _):
        entries = [entry async for entry in log.oldest()]
    changed = [msgspec.structs.replace(entries[2], actor_id="usr_eve"), *entries[3:]]
    before, rewritten = entries[1].hash, list[str]()
    for entry in changed:
        before = hash_of(before, entry)
        seal = seal_of(before, b"e" * 32)
        values = f"actor_id = '{entry.actor_id}', hash = '{before}', seal = '{seal}'"
        rewritten.append(f"update audit_log set {values} where n = {entry.n}")
    behind_its_back(tmp_path, *rewritten)
    async with written(tmp_path, 0) as (log, _):
        found = (await log.verify()).broken
        assert found is not None
        assert (found.n, "seal" in found.why) == (3, True)


async def test_what_is_old_goes_and_the_rest_can_still_be_followed(tmp_path: Path) -> None:
    async with written(tmp_path) as (log, clock):
        clock.advance(timedelta(days=31))
        await log(act(6))
        assert await log.prune() == 5
        assert [entry.kind async for entry in log.oldest()] == ["key.created", "audit.pruned"]
        assert (await log.verify()).broken is None
        assert await log.prune() == 0
        clock.advance(timedelta(days=31))
        await log(act(7))
        assert await log.prune() == 2  # the mark itself goes, once another one stands
        assert (await log.verify())[:2] == (2, 8)
    behind_its_back(tmp_path, "delete from audit_log where n = 8")
    async with written(tmp_path, 0) as (log, _):
        assert (await log.verify()).broken is not None


async def test_a_mark_that_nobody_sealed_hides_nothing(tmp_path: Path) -> None:
    async with written(tmp_path):
        pass
    behind_its_back(
        tmp_path,
        "insert into audit_log select 6, at, 'audit.pruned', null, '3', null, null, "
        "'{\"hash\":\"' || (select hash from audit_log where n = 3) || '\"}', hash, seal from audit_log where n = 5",
        "delete from audit_log where n <= 3",
    )
    async with written(tmp_path, 0) as (log, _):
        found = (await log.verify()).broken
        assert found is not None
        assert found.n == 6


async def test_several_writers_keep_one_chain(tmp_path: Path) -> None:
    async with written(tmp_path, 1) as (log, clock):
        other = SqliteDatabase(tmp_path / "a.db")
        others = log_of(other, tmp_path, clock)
        await asyncio.gather(*(each(act(number)) for number in range(40) for each in (log, others)))
        verdict = await others.verify()
        assert (verdict.entries, verdict.broken, verdict.last and verdict.last.n) == (81, None, 81)
        await other.close()


async def test_an_act_that_cannot_be_written_down_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with written(tmp_path) as (log, _):
        with closing(sqlite3.connect(tmp_path / "a.db")) as link, link:
            link.execute("drop table audit_log")
        with pytest.raises(StorageUnavailable):
            await log(act(6))
        assert "could not be written into the audit log" in caplog.text


def test_the_head_only_moves_on_and_is_ours_alone(tmp_path: Path) -> None:
    head = HeadFile(tmp_path / "audit.head", KEY)
    assert head.read() is None
    head.advance(Head(5, "a"))
    head.advance(Head(4, "b"))
    found = head.read()
    assert found is not None
    assert (found.n, found.hash) == (5, "a")
    assert (tmp_path / "audit.head").stat().st_mode & 0o077 == 0
    (tmp_path / "audit.head").write_bytes(msgspec.json.encode(Head(9, "c", found.seal)))
    assert head.read() is None


def changed(make: Callable[[AuditEntry], AuditEntry]) -> Walk:
    entries = [linked(None, act(1), Moment("2026-01-01T00:00:00.000000Z"), KEY)]
    entries.append(linked(entries[0], act(2), Moment("2026-01-01T00:00:01.000000Z", "req_1"), KEY))
    walk = Walk(KEY)
    for entry in (entries[0], make(entries[1])):
        walk.step(entry)
    return walk


@pytest.mark.parametrize("field", [name for name in AuditEntry.__struct_fields__ if name != "detail"])
def test_every_field_is_part_of_the_chain(field: str) -> None:
    other = 3 if field == "n" else "f" * 64
    assert changed(lambda entry: entry).broken is None
    walk = changed(lambda entry: msgspec.structs.replace(entry, **{field: other}))
    assert walk.broken is not None


def test_anybody_can_follow_an_export_without_the_key() -> None:
    first = linked(None, act(1), Moment("2026-01-01T00:00:00.000000Z"), KEY)
    assert first.hash == hash_of(BEGINNING, first)
