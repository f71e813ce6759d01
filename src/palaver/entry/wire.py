"""The connection of a request as streams need it: told when it is lost, able to write and drop it; it answers nothing.

What comes is bounded: how long and how many the headers are, how long they take, how long a body pauses.

A response that ends the connection before the whole request was read is followed by reading the rest, within bounds:
closing earlier would reset the connection, and the peer, still sending, would never see what it was told.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from palaver.entry.network import NetworkSettings
from palaver.kit.answers import PROBLEM_JSON, Problem
from palaver.kit.ids import new_id
from palaver.realtime.sse import EXTENSION

LINGER = 10.0  # seconds that the rest of a refused request may take
LINGER_BYTES = 33_554_432  # and how much it may be
LONGEST_TARGET = 16_384  # bytes of a path with its query
LONGEST_HEADERS = 65_536  # bytes of all headers of a request, as they come
MOST_HEADERS = 100


class Connection(HttpToolsProtocol):
    """uvicorn's connection, handed to every request in its scope."""

    lost: Callable[[], Any] | None = None
    gone = False
    _lingering: asyncio.TimerHandle | None = None
    _discarded = 0
    _waiting: asyncio.TimerHandle | None = None
    _heading = True  # whether headers are what comes next, or comes now
    _bodied = False  # whether a body is coming
    _headed = 0  # bytes that came since the last request was read to its end
    _heard = 0.0

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        bounds: NetworkSettings,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._bounds = bounds

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A peer connects; it has so long to say what it wants."""
        super().connection_made(transport)
        self._waiting = self.loop.call_later(self._bounds.header_timeout, self._too_slow)

    def data_received(self, data: bytes) -> None:
        """A piece of something; whether the rest comes in time is watched where it is not whole."""
        if self._heading:
            self._headed += len(data)
        super().data_received(data)
        if self.parser is None or self.transport.get_protocol() is not self:  # lost meanwhile, or a socket by now
            return
        if self._heading and self._headed > LONGEST_HEADERS:
            self._refuse(431, "Request Header Fields Too Large")
        elif self._heading and self._headed and self._waiting is None:
            self._waiting = self.loop.call_later(self._bounds.header_timeout, self._too_slow)
        elif self._bodied:
            self._heard = self.loop.time()
            if self._waiting is None:
                self._waiting = self.loop.call_later(self._bounds.body_timeout, self._paused)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[typeddict-item]

    def on_headers_complete(self) -> None:
        """A request is about to be answered, and its body to come."""
        self._heading, self._bodied = False, True
        self._watch_no_more()
        if len(self.url) > LONGEST_TARGET:
            self._refuse(414, "URI Too Long")
            return
        if len(self.headers) > MOST_HEADERS or (self._headed > LONGEST_HEADERS and self._long()):
            self._refuse(431, "Request Header Fields Too Large")
            return
        super().on_headers_complete()
        if self.scope["method"] in {"POST", "PUT", "PATCH"} and self.cycle:  # what becomes a socket has none
            self.cycle.transport = _Unhurried(self)  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """A piece of the request; after the answer to it, it is only counted."""
        if self.transport.is_closing():  # it was refused
            return
        super().on_body(body)
        if self._lingering is not None:
            self._discarded += len(body)
            if self._discarded > LINGER_BYTES:
                self.transport.close()

    def on_message_complete(self) -> None:
        """The request was read to its end."""
        self._heading, self._bodied, self._headed = True, False, 0
        self._watch_no_more()
        if self.gone or self.transport.is_closing():
            return
        super().on_message_complete()
        if self._lingering is not None:
            self.transport.close()

    def eof_received(self) -> None:
        """The peer sends no more."""
        if self._lingering is not None:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone."""
        super().connection_lost(exc)
        self.gone = True
        self._watch_no_more()
        if self._lingering is not None:
            self._lingering.cancel()
        if self.lost is not None:
            self.lost()

    def close(self) -> None:
        """End the connection after the answer, as soon as the request was read."""
        if self._lingering is not None or self.transport.is_closing():
            return
        if not self.cycle.more_body:
            self.transport.close()
            return
        self._lingering = self.loop.call_later(LINGER, self.transport.close)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _watch_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _long(self) -> bool:
        """Whether the headers alone are too long: with them, some of the body may have come."""
        return sum(len(name) + len(value) + 4 for name, value in self.headers) > LONGEST_HEADERS

    def _too_slow(self) -> None:
        """The headers did not come in time. Who has said nothing at all is not talked to either."""
        self._waiting = None
        if self._headed:
            self._refuse(408, "Request Timeout")
        else:
            self.transport.close()

    def _paused(self) -> None:
        """Look whether the body still comes. While we ourselves do not read, nobody is too slow."""
        self._waiting = None
        left = self._heard + self._bounds.body_timeout - self.loop.time()
        if self.flow.read_paused:
            left = self._bounds.body_timeout
        if left > 0:
            self._waiting = self.loop.call_later(left, self._paused)
        else:
            self.transport.abort()

    def _refuse(self, status: int, title: str) -> None:
        """Answer before there is a request that the gate could see, and hear no more."""
        self._watch_no_more()
        if self.transport.is_closing():
            return
        request_id = new_id("req")
        said = msgspec.json.encode(Problem("about:blank", title, status, "bad_request", f"{title}.", request_id))
        head = f"HTTP/1.1 {status} {title}\r\nconnection: close\r\nx-request-id: {request_id}\r\n"
        head += f"content-type: {PROBLEM_JSON}\r\ncontent-length: {len(said)}\r\nx-content-type-options: nosniff\r\n"
        self.transport.write(head.encode() + b"\r\n" + said)
        self.transport.close()

    @property
    def busy(self) -> bool:
        """Whether what was written before still waits for the reader."""
        return self.flow.write_paused

    @property
    def unsent(self) -> int:
        """How many bytes of what was written before still wait for the reader."""
        return self.transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Send a piece of the body of the response that was started; never waits."""
        if self.cycle.chunked_encoding:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        self.transport.write(data)

    def abort(self) -> None:
        """Drop the connection at once, with what was not sent."""
        self.transport.abort()


class _Unhurried:
    """The transport of one answer, which closes as its connection does: not before the request was read."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, connection: Connection) -> None:
        self.write = connection.transport.write
        self.is_closing = connection.transport.is_closing
        self.close = connection.close
