"""However many hear an event, it is made into bytes once for all doors of one kind, and all are sent those."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from palaver.bus.memory import MemoryBus
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.core.room import Sign
from palaver.kit.streams import Closed
from palaver.realtime.socket import Socket, Watch
from palaver.realtime.sse import EventStream, Pulse
from palaver.runs import told as telling
from palaver.runs.told import Told
from tests.promises import keeps
from tests.unit.realtime.given import SESSION, Connection, GivenFeed, told

SOCKETS, STREAMS = 200, 50
ASKS = Principal(user_id=UserId("usr_1"))


class Wire:
    """The connection of a socket: what was written to it."""

    def __init__(self) -> None:
        self.heard, self.path, self.behind, self.unsent = 0.0, "/api/v1/ws", False, 0
        self.sent: list[bytes] = []
        self.write: Callable[[bytes], None] = self.sent.append

    def ping(self) -> None:
        raise AssertionError("nobody asks for a sign of life")

    def end(self, code: int, reason: str) -> None:
        raise AssertionError("nobody is sent away")

    def abort(self) -> None:
        raise AssertionError("nobody is let go")


class Around:
    """A house in which nobody reads too slowly and nobody signs."""

    def framed(self, sign: Sign) -> bytes:
        raise AssertionError("nobody signs")

    def let_go(self, socket: Socket) -> None:
        raise AssertionError("nobody is let go")


class Counts:
    streams_open = readers_let_go = 0


class House:
    """Many who hear one session: through sockets, and through streams of the session and of the run."""

    def __init__(self) -> None:
        self.bus = MemoryBus(1 << 20)
        self.wires = [Wire() for _ in range(SOCKETS)]
        self.connections = [Connection() for _ in range(STREAMS)]
        self.feeds = [GivenFeed() for _ in range(STREAMS)]
        address = told(1).address
        for number, feed in enumerate(self.feeds):
            feed.mailbox = self.bus.listen(address.session_topic if number % 2 else address.run_topic)
        for wire in self.wires:
            watch = Watch(self.bus, Socket(wire, ASKS, {}, around=Around(), unsent_bytes=1), SESSION, _nothing)
            watch.begin([])

    def tell(self, one: Told) -> None:
        for topic in (one.address.run_topic, one.address.session_topic):
            self.bus.publish(topic, one, one.weight)


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    house = House()
    pulse = Pulse(Counts(), ping=15, stuck=60)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for feed, connection in zip(house.feeds, house.connections, strict=True):
            tasks.create_task(connection.run(EventStream(feed, pulse)))
        await house.connections[0].settled()
        yield house
        for feed in house.feeds:
            feed.mailbox.end(Closed)


def _nothing(_: Watch) -> None:
    """Nobody is removed."""


@keeps("events:once")
async def test_an_event_is_encoded_once_for_all_sockets_and_once_for_all_streams(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: Counter[str] = Counter()

    def counted(name: str) -> Callable[..., bytes]:
        encode = getattr(telling, name)

        def count(*given: Any) -> bytes:
            made[name] += 1
            return encode(*given)

        return count

    for name in ("text_frame", "frame"):
        monkeypatch.setattr(telling, name, counted(name))
    async with open_house() as house:
        for one in (told(1), told(2, 4), told(5, ends=True)):
            house.tell(one)
        await house.connections[0].settled()
    assert made == {"text_frame": 5, "frame": 5}
    assert {connection.sent for connection in house.connections} == {house.connections[0].sent}
    assert house.connections[0].numbers() == [1, 2, 3, 4, 5]
    assert len(house.wires[0].sent) == 3
    for wire in house.wires:
        assert all(one is other for one, other in zip(wire.sent, house.wires[0].sent, strict=True))


async def test_who_missed_something_costs_the_others_nothing() -> None:
    async with open_house() as house:
        house.tell(told(1, 2))
        house.tell(told(2, 4))
        await house.connections[0].settled()
    assert [connection.numbers() for connection in house.connections] == [[1, 2, 3, 4]] * STREAMS
