"""The connection of a WebSocket as `realtime` needs it: frames are written to it as they are; it reads no command.

It is uvicorn's connection on the `websockets` library, with our own closing codes and bounds.
"""

import asyncio
import logging
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from palaver.realtime.sse import EXTENSION

TOO_LARGE = 4413
LONGEST_REASON = 100  # bytes; the protocol allows 123
MOST_PIECES = 1_000  # of one message: pieces may be empty, and no size bounds those
MOST_PONGS = 1_048_576  # bytes that wait to be read by a client that pings and reads nothing
LAST_WORDS = 5.0  # seconds that a client has to say goodbye

_log = logging.getLogger("palaver.sockets")
_log.setLevel(logging.WARNING)  # uvicorn's lines name addresses with their tickets; the gate counts sockets itself


class _Framing(ServerProtocol):
    """The library's state of one connection; what is too large has a code of ours."""

    def fail(self, code: CloseCode | int, reason: str = "") -> None:
        """End it because of what the client sent."""
        if code == CloseCode.MESSAGE_TOO_BIG:
            code, reason = TOO_LARGE, "payload_too_large"
        super().fail(code, reason[:LONGEST_REASON])


class SocketConnection(WebSocketsSansIOProtocol):
    """One WebSocket."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _log
        self.conn = _Framing(max_size=config.ws_max_size, logger=_log)
        self.heard = self.loop.time()
        self.behind = False  # as the transport says, beyond its first 64 KiB
        self.write: Callable[[bytes], None] = self._unconnected

    def connection_made(self, transport: BaseTransport) -> None:
        """A client connects."""
        super().connection_made(transport)
        self.write = self.transport.write  # whole frames, as they are

    def pause_writing(self) -> None:
        """The client reads slower than is written to it."""
        self.behind = True
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has read most of it."""
        self.behind = False
        super().resume_writing()

    def handle_connect(self, event: Request) -> None:
        """The handshake."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][EXTENSION] = self  # type: ignore[index]

    def data_received(self, data: bytes) -> None:
        """Something came; after the end it is read only so that the client gets our last words."""
        self.heard = self.loop.time()
        if self.conn.parser_exc is None:
            super().data_received(data)

    def handle_cont(self, event: Frame) -> None:
        """A piece of a message."""
        if len(self.frames) >= MOST_PIECES:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG)
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def handle_ping(self) -> None:
        """The client asks for a sign of life; one that reads none is let go."""
        super().handle_ping()
        if self.unsent > MOST_PONGS:
            self.abort()

    def handle_pong(self, event: Frame) -> None:
        """A sign of life; when it came is known by now."""

    def handle_parser_exception(self) -> None:
        """The client broke the protocol: it is told so, and what it still sends is read, or it would not hear that."""
        if self.close_sent:
            return
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006, "reason": ""})
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._go_soon()

    @property
    def unsent(self) -> int:
        """How many bytes still wait for the client to read."""
        return self.transport.get_write_buffer_size()

    def ping(self) -> None:
        """Ask for a sign of life."""
        if self.conn.state is OPEN:
            self.conn.send_ping(b"")
            self.transport.write(b"".join(self.conn.data_to_send()))

    def end(self, code: int, reason: str) -> None:
        """Close it in order."""
        if self.close_sent or self.disconnected or self.conn.state is not OPEN or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason[:LONGEST_REASON])
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._go_soon()

    def abort(self) -> None:
        """Drop it at once, with what was not sent."""
        self.transport.abort()

    def _unconnected(self, data: bytes) -> None:
        raise ConnectionError("Nobody is connected yet.")

    def _go_soon(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LAST_WORDS, self.transport.abort)
