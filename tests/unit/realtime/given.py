"""What tests of streams start from: a connection and a sender that do what they are told to, and events to tell."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.types import Message

from palaver.core.events import RunDone, TextGrew
from palaver.core.ids import RunId, Seq, SessionId
from palaver.kit.streams import Mailbox
from palaver.realtime.sse import EXTENSION, EventStream
from palaver.runs.records import record
from palaver.runs.told import Address, Told

RUN, SESSION = RunId("run_1"), SessionId("ses_1")


def told(first: int, last: int | None = None, *, ends: bool = False, run: RunId = RUN) -> Told:
    """Pieces with these numbers; with `ends`, the last one says that the run is over."""
    lines: list[tuple[Seq, bytes]] = []
    for number in range(first, (last or first) + 1):
        final = ends and number == (last or first)
        event = RunDone(finish_reason="stop", duration_ms=1.0, turns=1) if final else TextGrew(content=f"{number}")
        lines.append((Seq(number), record(Seq(number), event)))
    return Told(Address(run, SESSION), lines, ends=ends)


class GivenFeed:
    """A feed of what a test puts into its mailbox; each event once, by number."""

    def __init__(self, most: int = 1 << 20) -> None:
        self.mailbox: Mailbox[Told | None] = Mailbox(most)
        self.over = False
        self.closed = 0
        self._after = 0

    async def past(self) -> Told | None:
        return None

    def due(self, told: Told) -> Told | None:
        rest = told.after(self._after)
        self._after = rest.last if rest else self._after
        self.over = self.over or told.ends
        return rest

    def last(self, told: Told) -> bool:
        return told.ends

    def close(self) -> None:
        self.closed += 1

    def tell(self, one: Told) -> None:
        self.mailbox.offer(one, one.weight)


class Connection:
    """The wire and the ASGI sender of one response: everything that goes out stands in `sent`, in order."""

    def __init__(self) -> None:
        self.lost: Callable[[], Any] | None = None
        self.gone = False
        self.busy = False
        self.unsent = 0
        self.aborted = 0
        self.sent = b""
        self.started: list[Message] = []
        self.ended = False
        self.reads = asyncio.Event()
        self.reads.set()
        self.waiting = asyncio.Event()  # the sender waits for a reader who takes nothing

    def write(self, data: bytes) -> None:
        self.sent += data

    def abort(self) -> None:
        self.aborted += 1

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started.append(message)
            return
        if not self.reads.is_set():
            self.waiting.set()
            await self.reads.wait()
            self.waiting.clear()
        self.sent += message["body"]
        self.ended = not message.get("more_body", False)

    async def run(self, stream: EventStream) -> None:
        await stream({"type": "http", "extensions": {EXTENSION: self}}, _nobody, self.send)

    def numbers(self) -> list[int]:
        """The numbers of the events that went out."""
        return [int(line[4:]) for line in self.sent.split(b"\n") if line.startswith(b"id: ")]

    async def settled(self) -> None:
        """Return once the stream has written what it was given, and waits."""
        for _ in range(8):
            turn = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(turn.set_result, None)
            with suppress(asyncio.InvalidStateError):
                await turn


async def _nobody() -> Message:
    raise AssertionError("a stream reads nothing of its request")
