"""The connection of a request as streams need it: told when it is lost, able to write and drop it; reads nothing.

A response that ends the connection before the whole request was read is followed by reading the rest, within bounds:
closing earlier would reset the connection, and the peer, still sending, would never see what it was told.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from palaver.realtime.sse import EXTENSION

LINGER = 10.0  # seconds that the rest of a refused request may take
LINGER_BYTES = 33_554_432  # and how much it may be


class Connection(HttpToolsProtocol):
    """uvicorn's connection, handed to every request in its scope."""

    lost: Callable[[], Any] | None = None
    gone = False
    _lingering: asyncio.TimerHandle | None = None
    _discarded = 0

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[typeddict-item]

    def on_headers_complete(self) -> None:
        """A request is about to be answered, and its body to come."""
        super().on_headers_complete()
        if self.scope["method"] in {"POST", "PUT", "PATCH"} and self.cycle:  # what becomes a socket has none
            self.cycle.transport = _Unhurried(self)  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """A piece of the request; after the answer to it, it is only counted."""
        super().on_body(body)
        if self._lingering is not None:
            self._discarded += len(body)
            if self._discarded > LINGER_BYTES:
                self.transport.close()

    def on_message_complete(self) -> None:
        """The request was read to its end."""
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
