"""Server-sent events over HTTP: writes frames, notices who leaves, lets go who does not read; it makes no event."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from palaver.core.ids import UserId
from palaver.core.principal import WHO, Principal
from palaver.core.room import MemberLeft
from palaver.kit.sse import HEADERS
from palaver.kit.streams import Closed, Lagged
from palaver.realtime.follow import Feed
from palaver.runs.rendering import NATIVE, Rendering
from palaver.runs.told import Told

EXTENSION = "palaver.wire"  # where the server puts the connection into the ASGI scope
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


SHOWN_OUT = 256  # departures that streams are compared with which were being opened meanwhile


class Wire(Protocol):
    """The connection below a response."""

    lost: Callable[[], Any] | None
    gone: bool

    @property
    def busy(self) -> bool:
        """Whether what was written before still waits for the reader."""
        ...

    @property
    def unsent(self) -> int:
        """How many bytes of what was written before still wait for the reader."""
        ...

    def write(self, data: bytes) -> None:
        """Send a piece of the body of the response that was started; never waits."""
        ...

    def abort(self) -> None:
        """Drop the connection at once, with what was not sent."""
        ...


class Counts(Protocol):
    """Counts streams; `observability.metrics.Metrics` is one."""

    streams_open: int
    readers_let_go: int


Stands = Callable[[Principal], Awaitable[bool]]


async def always(principal: Principal) -> bool:
    """Where nobody is signed out."""
    return True


class Pulse:
    """All open streams, looked at now and then: silent ones are pinged, stuck ones are dropped."""

    def __init__(self, counts: Counts, *, ping: float, stuck: float) -> None:
        self.counts = counts
        self.ping = ping
        self.stuck = stuck
        self.streams: set[EventStream] = set()
        self.stands: Stands = always
        self.may_open: Stands = always
        self._shown_out: deque[tuple[MemberLeft, float]] = deque(maxlen=SHOWN_OUT)

    @property
    def every(self) -> float:
        """Seconds between two beats, so that no silence is longer than the ping."""
        return self.ping / 3

    def cut(self, left: MemberLeft) -> None:
        """Somebody takes part in a session no more: what they follow of it ends at once."""
        self._shown_out.append((left, asyncio.get_running_loop().time()))
        for stream in list(self.streams):
            stream.cut(left)

    def shown_out(self, feed: Feed) -> bool:
        """Whether whose feed it is was shown out while it was being opened."""
        return any(feed.began <= at and feed.ends_with(left) for left, at in self._shown_out)

    async def look(self, user_id: UserId) -> None:
        """Something changed about a user: end those of their streams whose credential holds no more."""
        for stream in [one for one in self.streams if one.principal and one.principal.user_id == user_id]:
            await self._look(stream)

    async def look_at_all(self) -> None:
        """The same for everybody, where it changed elsewhere: by the command line, or in another process."""
        for stream in list(self.streams):
            await self._look(stream)

    async def _look(self, stream: "EventStream") -> None:
        if stream.principal is not None and not await self.stands(stream.principal):
            stream.end()

    def beat(self) -> None:
        """Look at every stream once."""
        now = asyncio.get_running_loop().time()
        for stream in list(self.streams):
            stream.beat(now)


class EventStream(Response):
    """A response that goes on until its events end, its reader leaves, or its reader is too slow.

    `rendering` makes bytes of what is told; `left` is awaited when the reader has gone before the end.
    """

    def __init__(
        self,
        feed: Feed,
        pulse: Pulse,
        first: Told | None = None,
        *,
        rendering: Rendering = NATIVE,
        headers: Sequence[tuple[bytes, bytes]] = (),
        left: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self.status_code = 200
        self.background = None
        self.raw_headers = [*RAW_HEADERS, *rendering.headers, *headers]
        self._rendering = rendering
        self._left = left
        self._feed = feed
        self._pulse = pulse
        self._first = first
        self._wrote = 0.0
        self._loop = asyncio.get_running_loop()
        self._writing = True  # until what was told before is sent, nothing goes past it
        self._wire: Wire | None = None
        self._unsent = 0
        self.principal: Principal | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mailbox, pulse = self._feed.mailbox, self._pulse
        wire: Wire = scope["extensions"][EXTENSION]
        self._wire, wire.lost, mailbox.lagging = wire, mailbox.end, self._lagging
        self.principal = scope.get(WHO)
        mailbox.at_once = self._at_once
        self._wrote = self._loop.time()
        pulse.streams.add(self)
        pulse.counts.streams_open += 1
        if wire.gone or pulse.shown_out(self._feed):  # the reader left, or had to, before anything was written
            mailbox.end()
        try:
            if self.principal and not await pulse.may_open(self.principal):
                mailbox.end()
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if self._first:
                await self._write(send, self._rendering.frames(self._first))
            self._writing = False
            if not await self._go_on(send):
                await self._write(send, b"", ends=True)
        finally:
            wire.lost = mailbox.at_once = mailbox.lagging = None
            pulse.counts.streams_open -= 1
            pulse.streams.discard(self)
            self._feed.close()
            if self._left is not None and not self._feed.over:
                await self._left()

    async def _go_on(self, send: Send) -> bool:
        """Write what comes; whether the end was written with the last of it."""
        try:
            while not self._feed.over:
                data = self._frames(await self._feed.mailbox.take())
                await self._write(send, data, ends=self._feed.over)
                if self._feed.over:
                    return True
        except Lagged:
            self._pulse.counts.readers_let_go += 1
        except Closed:
            pass  # the server is going away, or the reader has left; it comes back with its last number
        return False

    def beat(self, now: float) -> None:
        """Ping a silent reader; drop one that takes nothing."""
        if self._writing and self._wire and self._wire.unsent != self._unsent:
            self._wrote, self._unsent = now, self._wire.unsent  # slow, but reading
        silent = now - self._wrote
        if self._writing and silent > self._pulse.stuck and self._wire:
            self._wire.abort()
        elif not self._writing and silent > self._pulse.ping - self._pulse.every:
            self._feed.mailbox.offer(None)

    def end(self) -> None:
        """Whoever reads may do so no more."""
        self._feed.mailbox.end()

    def cut(self, left: MemberLeft) -> None:
        """End it, if it is theirs."""
        if self._feed.ends_with(left):
            self._feed.mailbox.end()

    def _at_once(self, told: Told | None) -> bool:
        """Send what is told where it is told: a reader who keeps up costs no change of task."""
        if self._writing or self._wire is None or self._wire.busy or (told is not None and self._feed.last(told)):
            return False
        if data := self._frame(told):
            self._wrote = self._loop.time()
            self._wire.write(data)
        return True

    async def _write(self, send: Send, data: bytes, *, ends: bool = False) -> None:
        self._wrote = self._loop.time()
        self._writing = True
        if data or ends:
            await send({"type": "http.response.body", "body": data, "more_body": not ends})
        self._writing = ends

    def _frames(self, mail: list[Told | None]) -> bytes:
        if len(mail) == 1:
            return self._frame(mail[0])
        return b"".join([self._frame(told) for told in mail])

    def _frame(self, told: Told | None) -> bytes:
        if told is None:
            return self._rendering.ping
        due = self._feed.due(told)
        return self._rendering.frames(due) if due is not None else b""

    def _lagging(self) -> None:
        if self._writing and self._wire:
            self._wire.abort()
