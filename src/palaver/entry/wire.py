"""The connection of a request as streams need it: told when it is lost, able to write and drop it; reads nothing."""

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from palaver.realtime.sse import EXTENSION


class Connection(HttpToolsProtocol):
    """uvicorn's connection, handed to every request in its scope."""

    lost: Callable[[], Any] | None = None
    gone = False

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[typeddict-item]

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone."""
        super().connection_lost(exc)
        self.gone = True
        if self.lost is not None:
            self.lost()

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
