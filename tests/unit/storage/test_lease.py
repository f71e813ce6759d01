"""Leases say which processes are alive."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from palaver.kit.clock import ManualClock
from palaver.storage import lease
from palaver.storage.sqlite import SqliteDatabase
from tests.database import whole_database

SPAN = timedelta(seconds=15)


@pytest.fixture
async def database() -> AsyncIterator[SqliteDatabase]:
    async with whole_database() as database:
        yield database


async def test_a_lease_lives_until_its_span_is_over(database: SqliteDatabase) -> None:
    clock = ManualClock()
    await database.write(lease.renew("one", clock.now(), SPAN))
    clock.advance(SPAN)
    assert await database.read(lease.alive(clock.now())) == {"one"}
    clock.advance(timedelta(microseconds=1))
    assert await database.read(lease.alive(clock.now())) == frozenset()


async def test_who_renews_in_time_stays_alive_and_others_do_not(database: SqliteDatabase) -> None:
    clock = ManualClock()
    for holder in ("one", "two"):
        await database.write(lease.renew(holder, clock.now(), SPAN))
    clock.advance(SPAN / 2)
    await database.write(lease.renew("one", clock.now(), SPAN))
    clock.advance(SPAN * 3 / 4)
    assert await database.read(lease.alive(clock.now())) == {"one"}


async def test_a_lease_that_was_given_up_is_gone_at_once(database: SqliteDatabase) -> None:
    clock = ManualClock()
    await database.write(lease.renew("one", clock.now(), SPAN))
    await database.write(lease.give_up("one"))
    assert await database.read(lease.alive(clock.now())) == frozenset()


async def test_old_leases_are_forgotten_when_somebody_new_comes(database: SqliteDatabase) -> None:
    clock = ManualClock()
    await database.write(lease.renew("old", clock.now(), SPAN))
    long_ago = clock.now()
    clock.advance(lease.REMEMBERED / 2)
    await database.write(lease.renew("younger", clock.now(), SPAN))
    assert await database.read(lease.alive(long_ago)) == {"old", "younger"}
    clock.advance(lease.REMEMBERED / 2 + 2 * SPAN)
    await database.write(lease.renew("new", clock.now(), SPAN))
    assert await database.read(lease.alive(long_ago)) == {"younger", "new"}


async def test_who_comes_back_after_its_lease_ran_out_is_alive_again(database: SqliteDatabase) -> None:
    clock = ManualClock()
    await database.write(lease.renew("one", clock.now(), SPAN))
    clock.advance(2 * lease.REMEMBERED)
    await database.write(lease.renew("one", clock.now(), SPAN))
    assert await database.read(lease.alive(clock.now())) == {"one"}
