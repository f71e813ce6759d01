"""Server-sent events as a client hears them, byte by byte; it connects to nothing itself."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

PATIENCE = 20.0


@dataclass(frozen=True)
class Event:
    """One event: its bytes, and what they say."""

    raw: bytes
    seq: int
    type: str
    data: dict[str, Any]

    @classmethod
    def of(cls, raw: bytes) -> "Event":
        """From a frame; its three fields agree with each other, or it is no frame of ours."""
        number, name, data = raw.decode().removesuffix("\n\n").split("\n")
        told = json.loads(data.removeprefix("data: "))
        event = cls(raw, int(number.removeprefix("id: ")), name.removeprefix("event: "), told)
        assert (told["seq"], told["type"]) == (event.seq, event.type), raw
        return event

    @property
    def run_id(self) -> str:
        """The run it belongs to."""
        return self.data["run_id"]


class Stream:
    """An open stream. `heard` is every event so far; `pings` counts the comments in between."""

    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self.reply = reply
        self.heard: list[Event] = []
        self.pings = 0
        self._frames: deque[bytes] = deque()
        self._begun = bytearray()

    async def next(self) -> Event | None:
        """The next event, or None at the end of the stream. Raises `aiohttp.ClientError` where it was cut."""
        while not self._frames:
            piece = await self.reply.content.readany()
            if not piece:
                return None
            self._begun += piece
            if b"\n\n" in self._begun[-len(piece) - 1 :]:
                *whole, self._begun = self._begun.split(b"\n\n")
                self._frames.extend(map(bytes, whole))
        raw = self._frames.popleft()
        if raw.startswith(b":"):
            self.pings += 1
            return await self.next()
        event = Event.of(raw + b"\n\n")
        self.heard.append(event)
        return event

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self.next()) is not None:
            yield event

    async def until(self, wanted: str | Callable[[Event], bool]) -> Event:
        """Read on to the first event of this type, or of which this holds."""
        holds = wanted if callable(wanted) else lambda event: event.type == wanted
        async with asyncio.timeout(PATIENCE):
            async for event in self:
                if holds(event):
                    return event
        raise AssertionError(f"the stream ended without it: {[event.type for event in self.heard]}")

    async def rest(self) -> list[Event]:
        """Read to the end; everything that was heard since the beginning."""
        async with asyncio.timeout(PATIENCE):
            async for _ in self:
                continue
        return self.heard


def joined(events: list[Event]) -> bytes:
    """The bytes of these events."""
    return b"".join(event.raw for event in events)


def text_of(events: list[Event]) -> str:
    """The text that a client shows after these events: what a restarted step said before is void."""
    pieces: list[tuple[int, str]] = []
    for event in events:
        if event.type == "step_restarted":
            pieces = [piece for piece in pieces if piece[0] < event.data["from_seq"]]
        elif event.type == "content":
            pieces.append((event.seq, event.data["content"]))
    return "".join(text for _, text in pieces)


def assert_whole(events: list[Event]) -> None:
    """These are all the events of one run, from the first to the last."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (events[0].type, events[-1].type) == ("session", "done")
    assert len({event.run_id for event in events}) == 1
    assert [event.type for event in events].count("done") == 1
