"""A stream writes frames as they come, says when it is silent, and never waits for a reader who does not read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from palaver.kit.clock import ManualClock
from palaver.kit.sse import PING
from palaver.kit.streams import Closed
from palaver.realtime.jobs import keep_beating
from palaver.realtime.sse import EventStream, Pulse
from palaver.runs.told import Told
from tests.unit.realtime.given import Connection, GivenFeed, told


class Counts:
    def __init__(self) -> None:
        self.streams_open = 0
        self.readers_let_go = 0


class Scene:
    """One stream under way."""

    def __init__(self, feed: GivenFeed, first: Told | None) -> None:
        self.feed = feed
        self.counts = Counts()
        self.pulse = Pulse(self.counts, ping=15, stuck=60)
        self.wire = Connection()
        self.stream = EventStream(feed, self.pulse, first)

    def beat_after(self, seconds: float) -> None:
        self.stream.beat(asyncio.get_running_loop().time() + seconds)


@asynccontextmanager
async def streaming(feed: GivenFeed | None = None, first: Told | None = None) -> AsyncIterator[Scene]:
    """A stream that was begun; at the end it is closed, and nothing of it may be left."""
    scene = Scene(feed or GivenFeed(), first)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(scene.wire.run(scene.stream))
        await scene.wire.settled()
        yield scene
        scene.wire.reads.set()
        scene.feed.mailbox.end(Closed)
    assert (scene.feed.closed, scene.pulse.streams, scene.counts.streams_open) == (1, set(), 0)
    assert (scene.wire.lost, scene.feed.mailbox.lagging, scene.feed.mailbox.at_once) == (None, None, None)
    assert scene.wire.ended


async def test_what_was_told_before_comes_first_and_then_what_comes() -> None:
    async with streaming(first=told(1, 3)) as scene:
        scene.feed.due(told(1, 3))
        for number in (4, 5):
            scene.feed.tell(told(number))
        await scene.wire.settled()
        assert scene.wire.numbers() == [1, 2, 3, 4, 5]
        assert scene.counts.streams_open == 1
    assert scene.wire.started[0]["status"] == 200
    assert (b"content-type", b"text/event-stream; charset=utf-8") in scene.wire.started[0]["headers"]


async def test_a_stream_ends_when_its_run_does() -> None:
    async with streaming() as scene:
        scene.feed.tell(told(1, 2, ends=True))
        await scene.wire.settled()
        assert scene.wire.ended
    assert scene.wire.numbers() == [1, 2]


async def test_a_run_that_is_over_is_replayed_and_the_stream_ends() -> None:
    feed = GivenFeed()
    feed.over = True
    async with streaming(feed, told(1, 4, ends=True)) as scene:
        assert scene.wire.ended
    assert scene.wire.numbers() == [1, 2, 3, 4]


async def test_what_a_reader_has_already_is_not_told_again() -> None:
    async with streaming() as scene:
        for one in (told(1, 2), told(1, 3), told(3)):
            scene.feed.tell(one)
            await scene.wire.settled()
    assert scene.wire.numbers() == [1, 2, 3]


async def test_events_that_come_while_a_reader_is_written_to_go_out_behind_what_is_written() -> None:
    async with streaming() as scene:
        scene.wire.busy = True
        scene.wire.reads.clear()
        scene.feed.tell(told(1))
        await scene.wire.waiting.wait()
        scene.wire.busy = False
        for number in (2, 3):
            scene.feed.tell(told(number))
        assert scene.wire.numbers() == []
        scene.wire.reads.set()
        await scene.wire.settled()
        scene.feed.tell(told(4))
    assert scene.wire.numbers() == [1, 2, 3, 4]


async def test_after_silence_a_stream_says_that_it_is_there() -> None:
    async with streaming(first=told(1)) as scene:
        scene.beat_after(9)
        await scene.wire.settled()
        assert PING not in scene.wire.sent
        scene.beat_after(11)
        await scene.wire.settled()
        assert scene.wire.sent.count(PING) == 1
        scene.wire.busy = True
        scene.beat_after(12)
        await scene.wire.settled()
        assert scene.wire.sent.count(PING) == 2


async def test_beats_are_so_close_that_no_silence_is_longer_than_the_ping() -> None:
    pulse = Pulse(Counts(), ping=15, stuck=60)
    assert (pulse.ping - pulse.every) + pulse.every <= 15
    assert 0 < pulse.every <= 15 / 2


async def test_a_reader_who_takes_nothing_for_too_long_is_dropped() -> None:
    async with streaming() as scene:
        scene.wire.busy = True
        scene.wire.reads.clear()
        scene.feed.tell(told(1))
        await scene.wire.waiting.wait()
        scene.wire.unsent = 1000
        scene.beat_after(1)
        scene.beat_after(60)
        assert scene.wire.aborted == 0
        scene.beat_after(62)
        assert scene.wire.aborted == 1


async def test_a_slow_reader_who_takes_a_little_now_and_then_is_not_dropped() -> None:
    async with streaming() as scene:
        scene.wire.busy = True
        scene.wire.reads.clear()
        scene.feed.tell(told(1))
        await scene.wire.waiting.wait()
        for seconds in range(0, 300, 50):
            scene.wire.unsent = 1000 - seconds
            scene.beat_after(seconds)
        assert scene.wire.aborted == 0


async def test_a_stream_that_only_begins_is_not_taken_for_a_stuck_one() -> None:
    scene = Scene(GivenFeed(), told(1, ends=True))
    scene.feed.over = True
    send = scene.wire.send

    async def beaten(message: dict[str, object]) -> None:
        scene.beat_after(0)
        await send(message)

    scene.wire.send = beaten  # type: ignore[method-assign]
    async with asyncio.timeout(5):
        await scene.wire.run(scene.stream)
    assert scene.wire.aborted == 0


async def test_a_reader_who_is_too_slow_is_let_go_with_what_it_has_and_dropped_where_it_does_not_read() -> None:
    feed = GivenFeed(most=300)
    async with streaming(feed) as scene:
        scene.wire.busy = True
        scene.wire.reads.clear()
        feed.tell(told(1))
        await scene.wire.waiting.wait()
        for number in range(2, 6):
            feed.tell(told(number))
        assert scene.wire.aborted == 1
        scene.wire.reads.set()
        await scene.wire.settled()
        assert scene.wire.numbers() == [1]
        assert scene.counts.readers_let_go == 1


async def test_a_server_that_goes_away_lets_its_readers_go_with_everything_that_was_told() -> None:
    async with streaming() as scene:
        scene.wire.busy = True
        scene.feed.tell(told(1))
        scene.feed.mailbox.end(Closed)
        await scene.wire.settled()
        assert scene.wire.numbers() == [1]
        assert scene.wire.ended
    assert scene.counts.readers_let_go == 0


async def test_a_reader_who_leaves_ends_the_stream() -> None:
    async with streaming(first=told(1)) as scene:
        assert scene.wire.lost is not None
        scene.wire.lost()
        await scene.wire.settled()
        assert scene.wire.ended


async def test_a_reader_who_left_before_the_stream_began_leaves_nothing() -> None:
    scene = Scene(GivenFeed(), told(1))
    scene.wire.gone = True
    async with asyncio.timeout(5):
        await scene.wire.run(scene.stream)
    assert (scene.feed.closed, scene.pulse.streams) == (1, set())


async def test_a_sender_that_fails_leaves_nothing() -> None:
    scene = Scene(GivenFeed(), told(1))

    async def fails(_: object) -> None:
        raise OSError

    scene.wire.send = fails  # type: ignore[method-assign]
    with pytest.raises(OSError):  # noqa: PT011 - nothing else raises here
        await scene.wire.run(scene.stream)
    assert (scene.feed.closed, scene.pulse.streams, scene.counts.streams_open) == (1, set(), 0)


async def test_one_beat_looks_at_every_stream() -> None:
    async with streaming() as one, streaming() as two:
        one.pulse.ping = -1
        one.pulse.streams.add(two.stream)
        two.pulse.ping = -1
        one.pulse.beat()
        one.pulse.streams.discard(two.stream)
        await one.wire.settled()
        assert PING in one.wire.sent
        assert PING in two.wire.sent


async def test_the_pulse_beats_as_time_passes() -> None:
    clock, pulse, beats = ManualClock(), Pulse(Counts(), ping=15, stuck=60), []
    pulse.beat = lambda: beats.append(clock.now())  # type: ignore[method-assign]
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        beating = tasks.create_task(keep_beating(pulse, clock))
        for _ in range(3):
            await Connection().settled()
            clock.advance(timedelta(seconds=pulse.every))
        await Connection().settled()
        beating.cancel()
    assert len(beats) == 3
