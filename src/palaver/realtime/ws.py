"""WebSockets: the handshake, and messages in; who may, what is wanted and who hears what is decided elsewhere.

A bad message is answered with an error and the socket stays; it is closed where nobody may have it, with a code.
"""

import asyncio
import logging
import re
from typing import Protocol

from starlette.types import Receive, Scope, Send

from palaver.core.errors import Forbidden, NotFound, PalaverError, RateLimited, Unauthenticated, Unavailable
from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.identity.presented import SUBPROTOCOL
from palaver.identity.refusals import OriginRefused, SignInOver
from palaver.observability.logs import request_id
from palaver.realtime import frames
from palaver.realtime.commands import Commands, refuse_flood
from palaver.realtime.hub import FAULT, FORBIDDEN, NOT_FOUND, RESTARTING, TOO_MANY, UNAUTHENTICATED, Hub
from palaver.realtime.socket import Socket, SocketWire
from palaver.realtime.sse import EXTENSION

log = logging.getLogger(__name__)

PATH = "/api/v1/ws"
CHAT = re.compile(r"/ws/chat/([^/]{1,64})")
PROTOCOL = "palaver"  # offered beside the one that carries a token, so that no token is said back

_CODES: tuple[tuple[type[PalaverError], int], ...] = (
    (Unauthenticated, UNAUTHENTICATED),
    (Forbidden, FORBIDDEN),
    (NotFound, NOT_FOUND),
    (RateLimited, TOO_MANY),
    (Unavailable, RESTARTING),
)


class Closings(Protocol):
    """Counts how sockets ended; `observability.metrics.Tally` is one."""

    def add(self, *labels: str) -> None:
        """Count one."""
        ...


class Sockets:
    """The ASGI application of all WebSockets."""

    def __init__(self, hub: Hub, commands: Commands, door: Door, refusals: Closings) -> None:
        self._hub = hub
        self._commands = commands
        self._door = door
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its handshake to its end."""
        await receive()  # websocket.connect
        chat = CHAT.fullmatch(scope["path"])
        if scope["path"] != PATH and chat is None:
            await _no_such_place(send)
            return
        protocol = _chosen(scope["subprotocols"])
        headers = [(b"x-request-id", (request_id.get() or "").encode())]
        await send({"type": "websocket.accept", "subprotocol": protocol, "headers": headers})
        wire: SocketWire = scope["extensions"][EXTENSION]
        try:
            socket = await self._open(wire, scope, SessionId(chat[1]) if chat else None)
        except PalaverError as error:
            self._refuse(wire, error)
            return
        try:
            await self._serve(socket, receive)
        finally:
            self._hub.left(socket)

    async def _open(self, wire: SocketWire, scope: Scope, chat: SessionId | None) -> Socket:
        if not self._door.may_hand_cookie(scope):
            raise OriginRefused("A page of another origin may open a socket only where it is trusted.")
        principal = await self._door.who(scope)
        socket = self._hub.admit(wire, principal, scope)
        try:
            await self._still(principal)
            if chat is not None:
                await self._commands.subscribe(socket, chat, None)
                socket.chat = chat
        except BaseException:
            self._hub.left(socket)
            raise
        return socket

    async def _still(self, principal: Principal) -> None:
        """What changed about somebody while their socket was being opened counts for it, too."""
        if not await self._door.standing.may_open(principal):
            raise SignInOver

    def _refuse(self, wire: SocketWire, error: PalaverError) -> None:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), FAULT)
        self._refusals.add(str(code))
        wire.end(code, error.code)

    async def _serve(self, socket: Socket, receive: Receive) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            if socket.over:
                continue
            client_id: str | None = None
            try:
                refuse_flood(socket, asyncio.get_running_loop().time())
                command = frames.read(message.get("text"))
                client_id = command.client_id
                if not isinstance(command, frames.Ping):
                    socket.active = asyncio.get_running_loop().time()
                await self._commands.do(socket, command)
            except frames.BadFrame as error:
                socket.say(frames.refused(error, error.client_id))
            except PalaverError as error:
                socket.say(frames.refused(error, client_id))
            except Exception:  # the last place where a fault of ours can still become an answer
                log.exception("A command failed")
                said = "The cause is in the server's log."
                socket.say(
                    frames.Refused(client_id=client_id, code="internal", message=said, request_id=request_id.get())
                )


def _chosen(offered: list[str]) -> str | None:
    """The subprotocol to go on with; browsers want one of those that they offered."""
    if PROTOCOL in offered:
        return PROTOCOL
    return next((one for one in offered if one.startswith(SUBPROTOCOL)), None)


async def _no_such_place(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    body = b'{"type":"urn:palaver:problem:not_found","title":"Not found","status":404,"code":"not_found",'
    body += b'"detail":"There is no socket here.","request_id":"%b"}' % (request_id.get() or "").encode()
    await send({"type": "websocket.http.response.start", "status": 404, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
