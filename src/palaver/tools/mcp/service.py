"""The front door to MCP servers: what they offer a user, how they fare, and their end. It keeps no definitions."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
from pydantic import ValidationError

from palaver.core.errors import NotFound
from palaver.core.ids import UserId
from palaver.kit.clock import Clock
from palaver.privacy.sealing import Sealer
from palaver.tools.mcp.catalog import Catalog, OfferedPrompt, OfferedResource
from palaver.tools.mcp.crew import CallFailed, Crew, Key, Link, ServerAway
from palaver.tools.mcp.pool import Pool
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.settings import McpSettings, OperatorServer
from palaver.tools.mcp.sign_ins import SignIns
from palaver.tools.mcp.stored import plain
from palaver.tools.mcp.tokens import Tokens
from palaver.tools.mcp.tools import tools_of
from palaver.tools.mcp.variables import VariableMissing, expanded
from palaver.tools.port import Outcome, Tool

if TYPE_CHECKING:
    from palaver.tools.mcp.dialling import Dialling

TENDED_EVERY = timedelta(seconds=15)
# what a program of ours gets of our environment, where it is there
INHERITED = ("PATH", "LANG", "TZ")

State = Literal["ready", "starting", "idle", "failed", "sign_in"]


class Notice(msgspec.Struct, frozen=True):
    """Something that is not as it was asked for, in the shape of the event `notice`."""

    code: str
    message: str


class Offered(NamedTuple):
    """The tools of a user's servers, and what of them is missing and why."""

    tools: tuple[Tool, ...]
    notices: tuple[Notice, ...]


class ServerStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a server fares now; nothing was started to find out."""

    name: str
    source: str
    type: str
    state: State
    tools: tuple[str, ...] = ()
    error: str | None = None


class ServerStats(msgspec.Struct, frozen=True):
    """Instances of one of the operator's servers, or of all of users' own together (`name` None)."""

    name: str | None
    total: int
    free: int
    lent: int
    restarts: int


class McpServers:
    """Everything about MCP that the rest of the house asks for.

    `environment` holds PATH, LANG and TZ for programs, and the values of the variables that settings name.
    """

    def __init__(
        self,
        settings: McpSettings,
        *,
        environment: Mapping[str, str],
        sealer: Sealer,
        tokens: Tokens,
        tasks: asyncio.TaskGroup,
        clock: Clock,
    ) -> None:
        self.settings = settings
        self._environment = environment
        self._sealer = sealer
        self._tokens = tokens
        self._clock = clock
        self._pool = Pool(self._dial, settings, tasks, clock)
        self._sign_ins = SignIns(tasks)
        self._made: dict[Key, tuple[Catalog, tuple[Tool, ...]]] = {}
        self._dialling: Dialling | None = None

    async def tools(self, user_id: UserId, servers: Sequence[Server]) -> Offered:
        """What these servers offer. One that is away is waited for a little, and then left out with a notice."""
        found = await self._catalogs(user_id, servers)
        tools: list[Tool] = []
        notices: list[Notice] = []
        for server, crew in found:
            if isinstance(crew, Notice):
                notices.append(crew)
            elif crew.catalog is not None:
                tools += self._tools(server, crew, crew.catalog)
                notices += _left_out(server, crew.catalog)
        return Offered(tuple(tools), tuple(notices))

    async def resources(self, user_id: UserId, servers: Sequence[Server]) -> list[OfferedResource]:
        """All that can be read at these servers, those that are away left out."""
        found: list[OfferedResource] = []
        for _, crew in await self._catalogs(user_id, servers):
            if isinstance(crew, Crew) and crew.catalog and crew.catalog.resources:
                with suppress(ServerAway):
                    async with self._link(crew) as link:
                        found += await link.resources()
        return found

    async def read_resource(self, user_id: UserId, server: Server, uri: str) -> Outcome:
        """One resource; raises `ServerAway` where the server is, or does not have it."""
        async with self._link(self._crew(user_id, server)) as link:
            return await link.read(uri)

    async def prompts(self, user_id: UserId, servers: Sequence[Server]) -> list[OfferedPrompt]:
        """The prompts of these servers, those that are away left out."""
        found: list[OfferedPrompt] = []
        for _, crew in await self._catalogs(user_id, servers):
            if isinstance(crew, Crew) and crew.catalog and crew.catalog.prompts:
                with suppress(ServerAway):
                    async with self._link(crew) as link:
                        found += await link.prompts()
        return found

    async def prompt(self, user_id: UserId, server: Server, name: str, arguments: Mapping[str, str]) -> str:
        """The text of one prompt; raises `ServerAway` where the server is, or refuses."""
        async with self._link(self._crew(user_id, server)) as link:
            return await link.prompt(name, arguments)

    def status(self, user_id: UserId, servers: Sequence[Server]) -> list[ServerStatus]:
        """How these servers fare for this user."""
        return [self._status(user_id, server) for server in servers]

    def stats(self) -> list[ServerStats]:
        """Instances now, restarts since the start: a row for each of the operator's servers, and one for all others."""
        rows: dict[str | None, list[Crew]] = {name: [] for name in self.settings.servers}
        for crew in self._pool.crews:
            rows.setdefault(crew.key.name if crew.key.owner is None else None, []).append(crew)
        return [
            ServerStats(
                name,
                sum(crew.total for crew in crews),
                sum(len(crew.free) for crew in crews),
                sum(len(crew.lent) for crew in crews),
                sum(crew.restarts for crew in crews),
            )
            for name, crews in rows.items()
        ]

    async def begin_sign_in(self, user_id: UserId, server: Server, redirect_uri: str) -> str:
        """The address at which the person signs in to a remote server; they come back to `redirect_uri`."""
        if server.definition.type == "stdio":
            raise NotFound("A server that is a program has no sign-in.")
        dialling = await self._loaded()
        return await self._sign_ins.begin(dialling, self._crew(user_id, server), user_id, redirect_uri)

    async def finish_sign_in(
        self, user_id: UserId, state: str, code: str | None, *, iss: str | None = None, error: str | None = None
    ) -> None:
        """The person came back with this in the query of the address."""
        await self._sign_ins.finish(user_id, state, code, iss=iss, error=error)

    async def tend(self) -> None:
        """Keep running what is to be kept running, and end what nobody uses; for as long as the house stands."""
        for name, definition in self.settings.servers.items():
            if definition.min:
                self._crew(UserId(""), Server(name, definition, "operator"))
        while True:
            self._pool.evict()
            self._pool.warm()
            await self._clock.sleep(TENDED_EVERY)

    async def close(self) -> None:
        """End every server, within seconds. What was begun with them fails."""
        self._sign_ins.close()
        await self._pool.close()

    async def _catalogs(self, user_id: UserId, servers: Sequence[Server]) -> list[tuple[Server, Crew | Notice]]:
        """Each server with what is known of it; those of which nothing is known are asked, all at once."""
        found: list[tuple[Server, Crew | Notice]] = []
        asked: list[tuple[int, Server, Crew]] = []
        for server in servers:
            try:
                crew = self._crew(user_id, server)
            except ServerAway as error:
                found.append((server, Notice(error.code, error.detail)))
                continue
            if crew.catalog is None or crew.stale or crew.resting(self._clock.now()):
                asked.append((len(found), server, crew))
            found.append((server, crew))
        if asked:
            async with asyncio.TaskGroup() as tasks:
                learning = [(place, server, tasks.create_task(self._learn(crew))) for place, server, crew in asked]
            for place, server, task in learning:
                found[place] = server, task.result()
        return found

    async def _learn(self, crew: Crew) -> Crew | Notice:
        try:
            async with asyncio.timeout(self.settings.patience.total_seconds()), self._link(crew) as link:
                if crew.stale:
                    await self._refreshed(crew, link)
                crew.catalog = link.catalog
        except TimeoutError:
            if crew.catalog is None:
                return Notice(ServerAway.code, f"The MCP server {crew.key.name} is not ready yet; it goes without.")
        except ServerAway as error:
            return Notice(error.code, error.detail)
        return crew

    async def _refreshed(self, crew: Crew, link: Link) -> None:
        """Ask anew. What changes meanwhile counts, and so does not being answered."""
        crew.stale, answered = False, False
        try:
            await link.refresh()
            answered = True
        finally:
            crew.stale = crew.stale or not answered

    def _tools(self, server: Server, crew: Crew, catalog: Catalog) -> tuple[Tool, ...]:
        known = self._made.get(crew.key)
        if known is None or known[0] is not catalog:
            operated = _operated(server)
            trusted = operated is not None and operated.trust_annotations
            deadline = self.settings.call_deadline.total_seconds()
            known = catalog, tools_of(crew, catalog, self._pool, trusted=trusted, deadline=deadline)
            if len(self._made) > 4_096:
                self._made.clear()
            self._made[crew.key] = known
        return known[1]

    def _status(self, user_id: UserId, server: Server) -> ServerStatus:
        kind = server.definition.type
        try:
            crew = self._crew(user_id, server)
        except ServerAway as error:
            return ServerStatus(server.name, server.source, kind, "failed", error=error.detail)
        tools = tuple(tool.name for tool in crew.catalog.tools) if crew.catalog else ()
        error = crew.error.detail if crew.error else None
        return ServerStatus(server.name, server.source, kind, _state(crew), tools, error)

    def _key(self, user_id: UserId, server: Server) -> Key:
        return Key(None if server.source == "operator" else user_id, server.name, _fingerprint(server))

    def _crew(self, user_id: UserId, server: Server) -> Crew:
        """The server's instances, known from now on; raises `ServerAway` where its variables are missing."""
        key = self._key(user_id, server)
        if known := self._pool.crew(key):
            return known
        operated = _operated(server)
        names = self.settings.variables if operated else self.settings.user_variables
        allowed = {name: self._environment[name] for name in names if name in self._environment}
        try:
            definition = expanded(server.definition, allowed)
        except VariableMissing as error:
            raise ServerAway(f"The MCP server {server.name} cannot be used: {error}") from error
        except ValidationError as error:
            raise ServerAway(f"The MCP server {server.name} cannot be used with what its variables say.") from error
        most = (operated.max if operated else None) or self.settings.most_per_server
        least = operated.min if operated else 0
        return self._pool.enrol(Crew(key, definition, least, max(most, least), self._clock.now()))

    @asynccontextmanager
    async def _link(self, crew: Crew) -> AsyncGenerator[Link]:
        try:
            async with self._pool.lent(self._pool.enrol(crew)) as (link,):
                yield link
        except CallFailed as error:
            raise ServerAway(str(error)) from error

    @asynccontextmanager
    async def _dial(self, crew: Crew) -> AsyncGenerator[Link]:
        dialling = await self._loaded()
        async with dialling.dial(crew) as link:
            yield link

    async def _loaded(self) -> "Dialling":
        """The part that needs the SDK: 40 MB and half a second, paid by those who use servers, beside the loop."""
        if self._dialling is None:
            kind = await asyncio.to_thread(_import)
            inherited = {name: self._environment[name] for name in INHERITED if name in self._environment}
            self._dialling = kind(
                settings=self.settings, environment=inherited, sealer=self._sealer, tokens=self._tokens
            )
        return self._dialling


def _operated(server: Server) -> OperatorServer | None:
    """What only an operator can say about a server, where one said it."""
    definition = server.definition
    return definition if server.source == "operator" and isinstance(definition, OperatorServer) else None


def _import() -> "type[Dialling]":
    from palaver.tools.mcp.dialling import Dialling  # noqa: PLC0415

    return Dialling


def _fingerprint(server: Server) -> str:
    said = plain(server.definition, lambda where, value: value)
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()


def _left_out(server: Server, catalog: Catalog) -> list[Notice]:
    return [
        Notice("mcp_tool_left_out", f"{server.name} offers a tool that cannot be used: {what}.")
        for what in catalog.left_out
    ]


def _state(crew: Crew) -> State:
    if crew.free or crew.lent:
        return "ready"
    if crew.starting:
        return "starting"
    if crew.error is not None:
        return "sign_in" if crew.error.code == "mcp_sign_in" else "failed"
    return "idle"
