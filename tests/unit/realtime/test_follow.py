"""A reader gets every event after its number once, in order: what was missed, then what comes."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.bus.memory import MemoryBus
from palaver.core.errors import NotFound
from palaver.core.ids import RunId, SessionId, UserId
from palaver.realtime.follow import RunFeed, SessionFeed
from palaver.runs.told import Told, topic_of_run, topic_of_session
from tests.unit.realtime.given import RUN, SESSION, told

ADA, OTHER = UserId("usr_ada"), RunId("run_2")


@dataclass
class Kept:
    state: str
    session_id: SessionId = SESSION


@dataclass
class Journaled:
    """What `Runs` and `Sessions` know: how far each run was told."""

    numbers: dict[RunId, int]
    over: set[RunId] = field(default_factory=set)
    active_run_id: RunId | None = None
    all_told_: bool = True
    still_telling: RunId | None = None

    async def find(self, user_id: UserId, which: str) -> Any:
        if user_id != ADA:
            raise NotFound
        return self if which == SESSION else Kept("over" if which in self.over else "live")

    async def past(self, run_id: RunId, session_id: SessionId, after: int) -> Told | None:
        last = self.numbers[run_id]
        ends = run_id in self.over and self.all_told_
        return told(after + 1, last, ends=ends, run=run_id) if last > after else None

    def all_told(self, run_id: RunId) -> bool:
        return self.all_told_

    def telling(self, session_id: SessionId) -> RunId | None:
        return self.still_telling


def run_feed(bus: MemoryBus, journaled: Journaled, *, after: int = 0, user: UserId = ADA) -> RunFeed:
    return RunFeed(bus, cast("Any", journaled), user, RUN, after=after)


def session_feed(bus: MemoryBus, journaled: Journaled) -> SessionFeed:
    known = cast("Any", journaled)
    return SessionFeed(bus, known, known, user_id=ADA, session_id=SESSION)


def publish(bus: MemoryBus, one: Told) -> None:
    bus.publish(topic_of_run(one.address.run_id), one, one.weight)
    bus.publish(topic_of_session(SESSION), one, one.weight)


def numbers(one: Told | None) -> list[int]:
    return [seq for seq, _ in one.lines] if one else []


async def heard(feed: RunFeed | SessionFeed) -> list[tuple[RunId, int]]:
    """Everything that is in the mailbox, as the reader gets it."""
    due = [feed.due(one) for one in feed.mailbox._items if one is not None]
    feed.mailbox._items.clear()
    return [(one.address.run_id, seq) for one in due if one for seq, _ in one.lines]


@given(
    after=some.integers(0, 12),
    before=some.integers(0, 8),
    pieces=some.lists(some.tuples(some.integers(1, 12), some.integers(0, 3)), max_size=6),
)
async def test_a_reader_gets_what_follows_its_number_once_and_in_order(
    after: int, before: int, pieces: list[tuple[int, int]]
) -> None:
    bus = MemoryBus(1 << 20)
    feed = run_feed(bus, Journaled({RUN: before}), after=after)
    got = numbers(await feed.past())
    last = before
    for first, more in pieces:  # as they come off a bus that may repeat itself, but leaves nothing out
        first = min(first, last + 1)  # noqa: PLW2901
        publish(bus, told(first, first + more))
        last = max(last, first + more)
    got += [seq for _, seq in await heard(feed)]
    feed.close()
    assert got == list(range(after + 1, last + 1))


async def test_what_is_told_while_the_past_is_read_is_not_missed() -> None:
    bus = MemoryBus(1 << 20)
    feed = run_feed(bus, Journaled({RUN: 3}))
    publish(bus, told(3, 4))
    assert numbers(await feed.past()) == [1, 2, 3]
    assert await heard(feed) == [(RUN, 4)]
    feed.close()


async def test_a_run_that_is_over_is_replayed_and_nothing_more_is_waited_for() -> None:
    feed = run_feed(MemoryBus(1), Journaled({RUN: 3}, over={RUN}), after=1)
    assert numbers(await feed.past()) == [2, 3]
    assert feed.over
    feed.close()


async def test_a_reader_who_has_everything_of_a_run_that_is_over_waits_for_nothing() -> None:
    feed = run_feed(MemoryBus(1), Journaled({RUN: 3}, over={RUN}), after=3)
    assert await feed.past() is None
    assert feed.over
    feed.close()


async def test_an_end_that_the_disk_does_not_have_yet_is_waited_for() -> None:
    bus = MemoryBus(1 << 20)
    feed = run_feed(bus, Journaled({RUN: 2}, over={RUN}, all_told_=False))
    assert numbers(await feed.past()) == [1, 2]
    assert not feed.over
    publish(bus, told(3, ends=True))
    assert await heard(feed) == [(RUN, 3)]
    assert feed.over
    feed.close()


async def test_the_end_of_a_run_is_the_end_of_its_feed_even_where_it_was_told_before() -> None:
    bus = MemoryBus(1 << 20)
    feed = run_feed(bus, Journaled({RUN: 0}), after=9)
    publish(bus, told(4, ends=True))
    assert await heard(feed) == []
    assert feed.over
    feed.close()


async def test_a_run_of_somebody_else_is_not_found_and_closing_leaves_no_reader() -> None:
    bus = MemoryBus(1)
    feed = run_feed(bus, Journaled({RUN: 1}), user=UserId("usr_eve"))
    with pytest.raises(NotFound):
        await feed.past()
    assert bus.readers(topic_of_run(RUN)) == 1
    feed.close()
    assert bus.readers(topic_of_run(RUN)) == 0


async def test_a_session_is_heard_from_the_beginning_of_its_live_run_and_on_through_those_that_follow() -> None:
    bus = MemoryBus(1 << 20)
    feed = session_feed(bus, Journaled({RUN: 2}, active_run_id=RUN))
    assert numbers(await feed.past()) == [1, 2]
    for one in (told(2, 3), told(4, ends=True), told(1, 2, run=OTHER), told(2, 3, run=OTHER)):
        publish(bus, one)
    assert await heard(feed) == [(RUN, 3), (RUN, 4), (OTHER, 1), (OTHER, 2), (OTHER, 3)]
    assert not feed.over
    feed.close()


async def test_a_session_whose_last_run_is_still_told_begins_with_that_run() -> None:
    feed = session_feed(MemoryBus(1 << 20), Journaled({RUN: 3}, over={RUN}, all_told_=False, still_telling=RUN))
    past = await feed.past()
    assert past is not None
    assert [seq for seq, _ in past.lines] == [1, 2, 3]


async def test_a_session_where_nothing_runs_is_silent_until_something_does() -> None:
    bus = MemoryBus(1 << 20)
    feed = session_feed(bus, Journaled({}))
    assert await feed.past() is None
    publish(bus, told(1))
    assert await heard(feed) == [(RUN, 1)]
    feed.close()
