"""Time that moves when it is told to, and instants as text."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.kit.clock import ManualClock, SystemClock, instant, stamp

instants = some.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9998, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001
SECOND = timedelta(seconds=1)


async def sleepers(clock: ManualClock, *seconds: int) -> list[int]:
    """Who woke, in order, after the clock moved by two seconds; all fell asleep before."""
    woke: list[int] = []

    async def sleep(span: int) -> None:
        await clock.sleep(span * SECOND)
        woke.append(span)

    async with asyncio.TaskGroup() as tasks:
        asleep = [tasks.create_task(sleep(span)) for span in seconds]
        await ready()
        clock.advance(2 * SECOND)
        await ready()
        for task in asleep:
            task.cancel()
    return woke


async def ready() -> None:
    """Return once everybody had a turn."""
    for _ in range(3):
        waiter = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(waiter.set_result, None)
        await waiter


async def test_a_manual_clock_wakes_whose_time_has_come_in_the_order_of_their_times() -> None:
    assert await sleepers(ManualClock(), 2, 3, 1) == [1, 2]


async def test_a_sleeper_that_gave_up_does_not_hold_the_others() -> None:
    clock = ManualClock()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await clock.sleep(SECOND)
    assert await sleepers(clock, 2) == [2]


async def test_no_time_at_all_is_over_at_once() -> None:
    await ManualClock().sleep(timedelta(0))


def test_a_manual_clock_tells_how_far_it_was_moved() -> None:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    clock.advance(timedelta(days=1))
    assert clock.now() == datetime(2026, 3, 2, tzinfo=UTC)


async def test_the_systems_clock_tells_aware_time_that_does_not_go_back() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(timedelta(0))
    assert before.tzinfo is UTC
    assert before <= clock.now()


@given(instants)
def test_an_instant_is_read_back_as_it_was_stamped(at: datetime) -> None:
    assert instant(stamp(at)) == at


@given(instants, instants)
def test_stamps_sort_as_their_instants_do(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)


def test_a_stamp_is_in_utc_with_microseconds_whatever_zone_it_came_from() -> None:
    nairobi = timezone(timedelta(hours=3))
    assert stamp(datetime(2026, 1, 1, 3, 0, tzinfo=nairobi)) == "2026-01-01T00:00:00.000000Z"
