"""Serves `/mcp` with the SDK: makes its server when a client first comes, and keeps its sessions bounded.

A session of the protocol is in memory and belongs to one process; a client whose session is gone begins another one.
What was told in it is told again, without the SDK, to a client that comes back for it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, MutableMapping
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from palaver.core.errors import NotFound, Unavailable
from palaver.core.principal import Principal
from palaver.kit.clock import Clock
from palaver.kit.sse import HEADERS
from palaver.kit.tasks import keep_going
from palaver.surfaces.mcp_server.again import FIRST_WAIT, HERE, Again
from palaver.surfaces.mcp_server.behind import Behind
from palaver.surfaces.mcp_server.opened import IDLE, MOST_IN_ALL, Opened

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

log = logging.getLogger(__name__)

WAIT = 30.0  # seconds for the SDK to be there; it takes half of one
SESSION = "mcp-session-id"
LARGEST = 1_048_576  # bytes of a request; the gate counts the same

Abort = Callable[[Scope], None]


class Serving:
    """One MCP server in one process; its tasks belong to the house's group."""

    def __init__(self, behind: Behind, clock: Clock, *, tasks: asyncio.TaskGroup, stuck: float, abort: Abort) -> None:
        self._behind = behind
        self._clock = clock
        self._tasks = tasks
        self._stuck = stuck
        self._abort = abort
        self._ending: set[str] = set()
        self._begun = False
        self._ready = asyncio.Event()
        self._manager: StreamableHTTPSessionManager | None = None
        self.opened = Opened(clock)

    async def _run(self) -> None:
        """Hold the SDK's tasks until the house ends."""
        manager = await asyncio.to_thread(_made, self._behind)
        async with manager.run():
            self._manager = manager
            self._ready.set()
            try:
                await asyncio.Event().wait()
            finally:
                self._manager = None
                self._ready.clear()
                self.opened.end()

    async def response(self, principal: Principal) -> Response:
        """What answers a request of this person, once it is called as an ASGI application."""
        if not self._begun:
            self._begun = True
            self._tasks.create_task(keep_going("mcp server", self._run, self._clock), name="mcp server")
        try:
            async with asyncio.timeout(WAIT):
                await self._ready.wait()
        except TimeoutError:
            raise Unavailable("The MCP server is not ready; try again in a moment.") from None
        return _Passage(self, principal)

    def again(self, principal: Principal, session: str, name: str) -> Response:
        """What came after an event in a stream of this session. Raises `NotFound`."""
        told = self.opened.again(session, principal.user_id)
        if told is None:
            raise NotFound("There is no such session.")
        return _Retold(self, session, told.after(name))

    @asynccontextmanager
    async def telling_again(self, session: str, scope: Scope, send: Send) -> AsyncGenerator[Send]:
        """While one stream of this session is told again: how it is sent."""
        with self.opened.asking(session):
            yield _Sending(scope, send, self._stuck, self._abort)

    async def pass_on(self, principal: Principal, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, to the SDK and back."""
        if self._manager is None:
            raise Unavailable("The server is restarting; try again in a moment.")
        named = _header(scope["headers"], SESSION)
        if named in self._ending:  # a request that came into its end would never be answered
            raise NotFound("There is no such session.")
        sending = _Sending(scope, send, self._stuck, self._abort)
        again = self.opened.again(named) if named else None
        again = again or Again()
        HERE.set(again)
        with self.opened.asking(named or ""):
            await self._manager.handle_request(_of(principal, scope), receive, sending)
        if named is None and sending.session:
            await self._began(sending.session, again, principal, scope)
        elif named and (sending.status == 404 or (scope["method"] == "DELETE" and sending.status < 300)):
            self.opened.ended(named)

    async def _began(self, session: str, again: Again, principal: Principal, scope: Scope) -> None:
        surplus = self.opened.began(session, principal.user_id, again)
        if surplus is not None and self._manager is not None:
            headers = [(SESSION.encode(), surplus.encode())]
            ending = {**_of(principal, scope), "method": "DELETE", "headers": headers}
            self._ending.add(surplus)
            try:
                await self._manager.handle_request(ending, _nothing, _nowhere)
            finally:
                self._ending.discard(surplus)
            self.opened.ended(surplus)


class _Passage(Response):
    """Lets the SDK write the response itself."""

    def __init__(self, serving: Serving, principal: Principal) -> None:
        self.status_code = 200
        self.background = None
        self._serving = serving
        self._principal = principal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._serving.pass_on(self._principal, scope, receive, send)


class _Retold(StreamingResponse):
    """A stream that is told again."""

    def __init__(self, serving: Serving, session: str, events: AsyncGenerator[bytes]) -> None:
        super().__init__(events, headers=HEADERS)
        self._serving = serving
        self._session = session
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._serving.telling_again(self._session, scope, send) as sending, aclosing(self._events):
            await super().__call__(scope, receive, sending)


class _Sending:
    """Sees how a request is answered, and drops the connection of whoever takes nothing for too long."""

    def __init__(self, scope: Scope, send: Send, stuck: float, abort: Abort) -> None:
        self.status = 0
        self.session: str | None = None
        self._scope = scope
        self._send = send
        self._stuck = stuck
        self._abort = abort

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.session = _header(message["headers"], SESSION) if self.status < 300 else None
        try:
            async with asyncio.timeout(self._stuck):
                await self._send(message)
        except TimeoutError:
            log.info("A client of the MCP server took nothing for too long and was let go")
            self._abort(self._scope)


def _made(behind: Behind) -> "StreamableHTTPSessionManager":
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # noqa: PLC0415

    from palaver.surfaces.mcp_server.speaking import Keeping, server  # noqa: PLC0415

    return StreamableHTTPSessionManager(
        server(behind),
        event_store=Keeping(),
        retry_interval=FIRST_WAIT,
        session_idle_timeout=IDLE.total_seconds(),
        max_request_body_size=LARGEST,
        max_sessions=MOST_IN_ALL,
    )


def _of(principal: Principal, scope: Scope) -> MutableMapping[str, Any]:
    """The request with whose it is, in our words and in the SDK's, which binds a session to whoever opened it."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser  # noqa: PLC0415
    from mcp.server.auth.provider import AccessToken  # noqa: PLC0415

    from palaver.surfaces.mcp_server.speaking import WHO  # noqa: PLC0415

    token = AccessToken(token="", client_id=principal.user_id, scopes=[])
    return {**scope, "user": AuthenticatedUser(token), WHO: principal}


def _header(headers: Any, wanted: str) -> str | None:
    name = wanted.encode()
    return next((value.decode("latin-1") for one, value in headers if one.lower() == name), None)


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(message: Message) -> None:
    """What is said to a session that makes room is for nobody."""
