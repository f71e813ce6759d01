import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from palaver.identity.lockout import delays
from palaver.identity.lockout.delays import Patience, Tally
from palaver.identity.lockout.service import Lockout
from palaver.identity.refusals import TooManyAttempts
from palaver.identity.service import Identity
from palaver.identity.settings import IdentitySettings
from palaver.identity.sign_ins import Place
from palaver.kit.clock import ManualClock
from palaver.storage.sqlite import SqliteDatabase
from tests.promises import keeps
from tests.unit.identity.given import PASSWORD

HERE, ADA = "192.0.2.1", "ada@example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lockout(database: SqliteDatabase, clock: ManualClock) -> Lockout:
    return opened(database, clock)


def opened(database: SqliteDatabase, clock: ManualClock) -> Lockout:
    settings = IdentitySettings(login_attempts=3, login_pause=timedelta(seconds=10), login_longest_pause=MINUTE)
    return Lockout(database, settings, clock)


async def refused(lockout: Lockout, address: str = HERE, account: str = ADA) -> float:
    """How long it is until the next try, which is not heard now."""
    with pytest.raises(TooManyAttempts) as found:
        await lockout.begin(address, account)
    assert found.value.retry_after is not None
    return found.value.retry_after


async def test_exactly_as_many_attempts_as_are_set_are_heard_and_each_further_pause_is_twice_the_last(
    lockout: Lockout, clock: ManualClock
) -> None:
    for _ in range(3):
        await lockout.begin(HERE, ADA)
    pauses: list[float] = []
    for _ in range(5):
        pauses.append(await refused(lockout))
        clock.advance(timedelta(seconds=pauses[-1] - 1))
        assert await refused(lockout) == 1, "what comes too early makes nothing longer"
        clock.advance(timedelta(seconds=1))
        await lockout.begin(HERE, ADA)
    assert pauses == [10, 20, 40, 60, 60]


async def test_of_many_at_once_exactly_as_many_are_heard_as_are_set(lockout: Lockout) -> None:
    tries = [lockout.begin(HERE, ADA) for _ in range(20)]
    heard = [one for one in await asyncio.gather(*tries, return_exceptions=True) if one is None]
    assert len(heard) == 3


@keeps("identity:lockout:lasts")
async def test_a_pause_holds_in_another_process_and_after_a_restart(
    lockout: Lockout, database: SqliteDatabase, clock: ManualClock
) -> None:
    for _ in range(3):
        await lockout.begin(HERE, ADA)
    assert await refused(opened(database, clock)) == 10


async def test_others_are_not_hindered(lockout: Lockout) -> None:
    for _ in range(3):
        await lockout.begin(HERE, ADA)
    await lockout.begin("192.0.2.2", ADA)
    await lockout.begin(HERE, "bob@example.org")


async def test_addresses_of_one_customer_count_together(lockout: Lockout) -> None:
    for number in range(3):
        await lockout.begin(f"2001:db8::{number}", ADA)
    await refused(lockout, "2001:db8::ffff:1")
    await lockout.begin("2001:db8:0:1::1", ADA)


async def test_the_right_password_forgives(lockout: Lockout) -> None:
    for _ in range(10):
        await lockout.begin(HERE, ADA)
        await lockout.succeeded(HERE, ADA)


async def test_wrong_tries_are_forgotten_after_a_while(lockout: Lockout, clock: ManualClock) -> None:
    for _ in range(3):
        await lockout.begin(HERE, ADA)
    clock.advance(timedelta(minutes=31))
    assert await lockout.sweep() == 2
    for _ in range(3):
        await lockout.begin(HERE, ADA)


@keeps("identity:lockout:no-weapon")
async def test_strangers_from_everywhere_keep_nobody_out_who_is_signed_in_and_others_for_a_minute_at_most(
    lockout: Lockout, clock: ManualClock, identity: Identity
) -> None:
    ada = await identity.accounts.create(ADA, PASSWORD)
    await identity.sign_ins.open(ada.id, cookie=False, place=Place("her laptop", HERE))
    for number in range(30):
        await lockout.begin(f"198.51.100.{number}", ADA)
    assert await refused(lockout, "203.0.113.9") == 10
    await lockout.begin(HERE, ADA)
    await lockout.succeeded(HERE, ADA)
    for number in range(30):
        clock.advance(MINUTE)
        await lockout.begin(f"203.0.113.{number}", ADA)
        assert 0 < await refused(lockout, "203.0.113.99") <= 60
    await lockout.forget(ADA)
    await lockout.begin("203.0.113.99", ADA)


@pytest.mark.parametrize("tries", [3, 50, 5_000])
def test_no_number_of_tries_is_too_many_to_count(tries: int) -> None:
    patience = Patience(3, timedelta(seconds=10), timedelta(hours=1), MINUTE)
    assert timedelta(0) < delays.pause(tries, patience) <= timedelta(hours=1)


def test_what_was_long_ago_counts_nothing() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    patience = Patience(3, timedelta(seconds=10), timedelta(hours=1), MINUTE)
    assert delays.remembered(Tally(7, now), patience, now + MINUTE) == Tally(0, now + MINUTE)
    assert delays.remembered(Tally(7, now), patience, now + MINUTE / 2) == Tally(7, now)
