"""What was told in a session of the protocol, kept for a while, so that a client whose line broke hears the rest.

Bounded: the oldest is dropped. A reader listens first and then reads what it missed; nothing is sent here.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextvars import ContextVar
from typing import NamedTuple

from palaver.core.errors import NotFound
from palaver.kit.sse import PING

MOST = 262_144  # bytes kept of one session; a longer answer stands in its session
FIRST_WAIT = 1_000  # milliseconds that clients wait before they come back
SILENCE = 15.0  # seconds until a ping
PATIENCE = 120  # pings without a word; then whatever was answering is gone

Name = tuple[int, int]  # which stream, and the event's number in the session


class _Event(NamedTuple):
    stream: int
    number: int
    text: bytes
    last: bool


class Again:
    """The events of one session of the protocol; each request is a stream of its own."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: deque[_Event] = deque()
        self._bytes = 0
        self._answering: dict[str, int] = {}  # requests that wait for their answer
        self._numbers = 0
        self._streams = 0
        self._news = asyncio.Event()
        self._ended = False

    def keep(self, request: str, text: bytes, *, last: bool) -> str:
        """Write an event down; its name. The last one of a request is its answer."""
        if request not in self._answering:
            self._streams += 1
            self._answering[request] = self._streams
        stream = self._answering.pop(request) if last else self._answering[request]
        self._numbers += 1
        self._kept.append(_Event(stream, self._numbers, text, last))
        self._bytes += len(text)
        while self._bytes > self._most:
            self._bytes -= len(self._kept.popleft().text)
        self._wake()
        return f"{stream}-{self._numbers}"

    def after(self, name: str) -> AsyncGenerator[bytes]:
        """What came after the event of this name in the same stream, as it goes over the line, up to the answer.

        Raises `NotFound` where nothing of that stream is known any more.
        """
        stream, number = _read(name)
        known = stream in self._answering.values() or any(one.stream == stream for one in self._kept)
        if not known or number > self._numbers:
            raise NotFound("Nothing is kept of what came after that; the answer stands in its session.")
        return self._follow(stream, number)

    def end(self) -> None:
        """The session is over; nobody waits for more."""
        self._ended = True
        self._wake()

    async def _follow(self, stream: int, number: int) -> AsyncGenerator[bytes]:
        pings = 0
        while pings < PATIENCE:
            news = self._news
            missed = [one for one in self._kept if one.stream == stream and one.number > number]
            for one in missed:
                yield b"id: %d-%d\nevent: message\ndata: %b\n\n" % (stream, one.number, one.text)
                number = one.number
            if self._ended or (missed and missed[-1].last) or stream not in self._answering.values():
                return
            try:
                async with asyncio.timeout(SILENCE):
                    await news.wait()
                pings = 0
            except TimeoutError:
                pings += 1
                yield PING

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


# Of the session that is being asked in. The SDK tells its store which request an event belongs to, not which session;
# it tells it from the request itself, or from a task that the request which opened the session began.
HERE: ContextVar[Again] = ContextVar("again")


def _read(name: str) -> Name:
    stream, _, number = name.partition("-")
    if not (stream.isascii() and stream.isdigit() and number.isascii() and number.isdigit() and len(name) < 40):
        raise NotFound("There is no event of this name.")
    return int(stream), int(number)
