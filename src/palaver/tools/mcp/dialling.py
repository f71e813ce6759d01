"""How a server is reached: its transport, by its definition, and what a failure to reach it is told as.

Imported only when a server is used, as it brings in the SDK.
"""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from palaver.kit.http import AddressRefused, Guard
from palaver.privacy.sealing import Sealer
from palaver.tools.mcp.connection import Connection
from palaver.tools.mcp.crew import Crew, ServerAway, SignInNeeded
from palaver.tools.mcp.definition import guard
from palaver.tools.mcp.oauth import SealedStorage, SignIn, about, unattended
from palaver.tools.mcp.settings import McpSettings
from palaver.tools.mcp.stdio import Program, transport
from palaver.tools.mcp.tokens import Tokens
from palaver.tools.mcp.web import Trouble, client

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialling:
    """Opens connections. `environment` is all of ours that programs get: PATH and LANG."""

    settings: McpSettings
    environment: Mapping[str, str]
    sealer: Sealer
    tokens: Tokens

    @asynccontextmanager
    async def dial(self, crew: Crew) -> AsyncGenerator[Connection]:
        """A connection to an instance of the server, for as long as the block lasts; raises `ServerAway`."""
        connection = Connection(crew.key.name, self.settings, lambda: _changed(crew))
        trouble = Trouble()
        reached = False
        try:
            async with self._transport(crew, connection, trouble) as line, connection.over(line):
                reached = True
                yield connection
        except Exception as error:  # the SDK raises groups of whatever broke; it is one server that is away
            if reached:
                log.info("An MCP server was lost", extra={"server": crew.key.name}, exc_info=True)
                return
            raise _away(crew.key.name, error, trouble, connection.why) from error

    def begin(self, crew: Crew, redirect_uri: str) -> SignIn:
        """A sign-in at this server, whose person comes back to `redirect_uri`."""
        return SignIn(crew.definition, self._storage(crew), redirect_uri)

    async def sign_in(self, crew: Crew, sign_in: SignIn) -> None:
        """Ask the server for anything at all, so that the SDK is made to sign in."""
        trouble = Trouble()
        async with self._client(crew, trouble, sign_in.auth) as http:
            await http.post(crew.definition.url or "", json=_HELLO, headers={"accept": _ACCEPT})

    def _storage(self, crew: Crew) -> SealedStorage:
        return SealedStorage(self.tokens, self.sealer, about(crew.key, crew.definition))

    @asynccontextmanager
    async def _transport(self, crew: Crew, connection: Connection, trouble: Trouble) -> AsyncGenerator[Transport]:
        definition = crew.definition
        if definition.type == "stdio":
            yield transport(self._program(crew, connection))
            return
        auth = await unattended(definition, self._storage(crew))
        if definition.type == "sse":
            yield cast("Transport", self._sse(crew, trouble, auth))
            return
        async with self._client(crew, trouble, auth) as http:
            most = self.settings.longest_message
            yield streamable_http_client(definition.url or "", http_client=http, max_sse_event_size=most)

    def _program(self, crew: Crew, connection: Connection) -> Program:
        def over() -> None:
            connection.why = program.reason
            connection.ended.set()

        program = Program(
            name=crew.key.name,
            definition=crew.definition,
            environment=self.environment,
            longest=self.settings.longest_message,
            over=over,
        )
        return program

    def _sse(self, crew: Crew, trouble: Trouble, auth: httpx2.Auth | None) -> object:
        def made(
            headers: dict[str, str] | None = None,
            timeout: httpx2.Timeout | None = None,
            auth: httpx2.Auth | None = None,
        ) -> httpx2.AsyncClient:
            return self._client(crew, trouble, auth)

        return sse_client(crew.definition.url or "", auth=auth, httpx_client_factory=made)

    def _client(self, crew: Crew, trouble: Trouble, auth: httpx2.Auth | None) -> httpx2.AsyncClient:
        definition = crew.definition
        headers = {name: value.reveal() for name, value in definition.headers.items()}
        return client(self._guard(crew), trouble, headers=headers, longest=self.settings.longest_message, auth=auth)

    def _guard(self, crew: Crew) -> Guard:
        """An operator's server may stand anywhere."""
        return guard(private=crew.key.owner is None or self.settings.allow_private)


_ACCEPT = "application/json, text/event-stream"
_HELLO = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def _changed(crew: Crew) -> None:
    crew.stale = True


def _away(name: str, error: Exception, trouble: Trouble, why: str) -> ServerAway:
    """What may be told of a server that was not reached."""
    for one in _each(error):
        if isinstance(one, ServerAway):
            return one
        if isinstance(one, AddressRefused):
            return ServerAway(f"The MCP server {name} is not reached: {one}")
    if trouble.status == 401:
        return SignInNeeded(f"The MCP server {name} wants you to sign in.")
    if trouble.reason:
        return ServerAway(f"The MCP server {name} is not reached: {trouble.reason}")
    if trouble.status and trouble.status >= 300:
        return ServerAway(f"The MCP server {name} answers with status {trouble.status}.")
    return ServerAway(f"The MCP server {name} did not start: {why}.")


def _each(error: BaseException) -> list[BaseException]:
    """The error, and all that it is made of."""
    inner = cast("BaseExceptionGroup[BaseException]", error).exceptions if _is_group(error) else ()
    return [error, *(one for each in inner for one in _each(each))]


def _is_group(error: BaseException) -> bool:
    return isinstance(error, BaseExceptionGroup)
