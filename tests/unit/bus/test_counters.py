"""Shared counters: one suite for those of one process and those of a machine; what fits is taken, and nothing more."""

import asyncio
import fcntl
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from palaver.bus.counters import Claim, Counters, MemoryCounters
from palaver.bus.shared import SharedCounters

NOW = 1_800_000_000_000_000_000
STEP = 1_000_003


def claim(key: str = "a", count: int = 5) -> Claim:
    return Claim(key, STEP, STEP * count)


@pytest.fixture(params=["memory", "shared"])
def counters(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counters]:
    if request.param == "memory":
        yield MemoryCounters()
        return
    shared = SharedCounters(tmp_path / "counters")
    yield shared
    shared.close()


async def test_exactly_as_many_are_taken_as_fit_and_one_more_a_step_later(counters: Counters) -> None:
    took = [await counters.take([claim(count=100_000)], NOW) for _ in range(1_000)]
    assert all(taken.refused is None for taken in took)
    assert took[-1].ahead == (1_000 * STEP,)
    few = claim("b")
    assert [(await counters.take([few], NOW)).refused for _ in range(7)] == [None] * 5 + [0, 0]
    assert (await counters.take([few], NOW + STEP - 1)).refused == 0
    assert (await counters.take([few], NOW + STEP)).refused is None
    assert (await counters.take([few], NOW + STEP)).refused == 0


async def test_of_several_claims_all_are_met_or_none(counters: Counters) -> None:
    one, other = claim("a", 1), claim("b", 3)
    assert (await counters.take([other, one], NOW)).refused is None
    assert (await counters.take([other, one], NOW)).refused == 1
    assert await counters.look([other, one, claim("c")], NOW) == (STEP, STEP, 0)


async def test_a_clock_that_is_put_back_shuts_nobody_out_for_longer_than_the_limit_says(counters: Counters) -> None:
    for _ in range(5):
        await counters.take([claim()], NOW)
    earlier = NOW - 10**15
    assert await counters.look([claim()], earlier) == (5 * STEP,)
    assert (await counters.take([claim()], earlier + STEP)).refused == 0  # as full as it can be, and no fuller
    assert await counters.look([claim()], NOW + 5 * STEP) == (0,)


async def test_memory_is_bounded_and_who_came_longest_ago_is_forgotten_first() -> None:
    counters = MemoryCounters(most=2)
    for key in ("a", "b", "a", "c"):
        await counters.take([claim(key)], NOW)
    assert await counters.look([claim("a"), claim("b"), claim("c")], NOW) == (2 * STEP, 0, STEP)


def _takes(path: Path, number: int, results: "multiprocessing.Queue[int]") -> None:
    async def count() -> int:
        counters = SharedCounters(path)
        return sum([(await counters.take([claim("both", 300)], NOW)).refused is None for _ in range(number)])

    results.put(asyncio.run(count()))


def test_several_processes_take_together_what_one_could(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[int] = context.Queue()
    takers = [context.Process(target=_takes, args=(tmp_path / "counters", 250, results)) for _ in range(4)]
    for taker in takers:
        taker.start()
    taken = [results.get(timeout=60) for _ in takers]
    for taker in takers:
        taker.join(60)
    assert sum(taken) == 300, taken


async def test_who_holds_the_lock_and_does_not_let_go_stops_nobody(tmp_path: Path) -> None:
    counters = SharedCounters(tmp_path / "counters")
    held = os.open(tmp_path / "counters", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        assert [(await counters.take([claim()], NOW)).refused for _ in range(6)] == [None] * 5 + [0]
    finally:
        os.close(held)
        counters.close()


async def test_what_was_counted_is_known_to_whoever_opens_the_file_later(tmp_path: Path) -> None:
    first = SharedCounters(tmp_path / "counters")
    await first.take([claim()], NOW)
    first.close()
    again = SharedCounters(tmp_path / "counters")
    assert await again.look([claim()], NOW) == (STEP,)
    for number in range(2_000):
        await again.take([claim(f"{number}")], NOW + 1)
    size = (tmp_path / "counters").stat().st_size
    again.close()
    assert size == 8_192 * 8 * 24
