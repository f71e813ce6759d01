"""Puts agents together: shelves, what is on the disk, and the making of recipes; it starts nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from palaver.agents.choosing import Keepings
from palaver.agents.disk import Disk, DiskEntry, disk_id
from palaver.agents.hooks import HookKeeping
from palaver.agents.kinds import PLAIN_KINDS, Kind, Values
from palaver.agents.recipe import NOTHING, Wish
from palaver.agents.servers import MCP_SERVER, ServerKeeping
from palaver.agents.service import Recipes
from palaver.agents.settings import AgentSettings
from palaver.agents.shelves import Shelves
from palaver.core.errors import Forbidden
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.kit.clock import Clock, stamp
from palaver.privacy.sealing import Sealer
from palaver.storage.port import Database
from palaver.tools.hooks.settings import HookSettings
from palaver.tools.mcp.definition import ONLY_ADMINS
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.settings import McpSettings

# How servers fare for a user, in their order.
Statuses = Callable[[UserId, Sequence[Server]], Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The settings that agents read."""

    agents: AgentSettings
    mcp: McpSettings
    hooks: HookSettings


@dataclass(frozen=True, slots=True)
class Agents:
    """Everything about agents that others need."""

    shelves: Shelves
    recipes: Recipes
    kinds: tuple[Kind, ...]
    servers: ServerKeeping
    operator: frozenset[str]

    async def server(self, principal: Principal, server_id: str) -> Server:
        """The MCP server with this id, or the operator's with this name; `NotFound` where it is not this person's.

        `Forbidden` where it runs a program that its owner may not define any more.
        """
        entry = (await self.shelves.disk.look()).by_id.get(server_id)
        name = entry.name if entry is not None else server_id
        if name in self.operator:
            return self.servers.server(None, {"name": name})
        kept, values = await self.shelves.stored(principal, self.servers.kind, server_id)
        admin = principal.admin if kept.user_id == principal.user_id else kept.role == "admin"
        if self.servers.barred(values, admin=admin):
            raise Forbidden(ONLY_ADMINS)
        return self.servers.server(server_id, values)

    def tell_status(self, statuses: Statuses) -> None:
        """From now on lists of MCP servers say how each fares."""

        def live(user_id: UserId, definition_id: str | None, kept: Values) -> Any:
            return statuses(user_id, [self.servers.server(definition_id, kept)])[0]

        self.shelves.live[MCP_SERVER] = live


def open_agents(
    database: Database, home: Path, sealer: Sealer, clock: Clock, *, bounds: Bounds, defaults: Wish = NOTHING
) -> Agents:
    """Agents on this database; `defaults` are what the operator wants of every turn."""
    keepings = Keepings(ServerKeeping(sealer, bounds.mcp), HookKeeping(sealer, bounds.hooks))
    since = stamp(clock.now())
    fixed = [_fixed(body, since) for body in keepings.servers.operators()]
    folders = (home,) if bounds.agents.folders is None else bounds.agents.folders
    disk = Disk([folder.expanduser().absolute() for folder in folders], clock, fixed)
    recipes = Recipes(database, disk, bounds.agents, keepings, operator=bounds.mcp.servers, defaults=defaults)
    kinds = (*PLAIN_KINDS, keepings.servers.kind, keepings.hooks.kind)
    shelves = Shelves(database, disk, bounds.agents, clock)
    return Agents(shelves, recipes, kinds, keepings.servers, frozenset(bounds.mcp.servers))


def _fixed(body: Values, since: str) -> DiskEntry:
    """A server of the operator's file, as lists show it."""
    return DiskEntry(
        id=disk_id(MCP_SERVER, body["name"]),
        kind=MCP_SERVER,
        name=body["name"],
        body=body,
        folder=Path(),
        path="",
        modified=since,
    )
