"""What MCP servers offer, as tools; whether a call may be made is decided by policy, by which instance by the pool."""

from collections.abc import Callable
from typing import Any

import msgspec

from palaver.core.errors import Invalid
from palaver.tools.mcp.catalog import Catalog, OfferedTool
from palaver.tools.mcp.crew import CallFailed, Crew, Link, ServerAway
from palaver.tools.mcp.naming import full_name
from palaver.tools.mcp.pool import Pool
from palaver.tools.port import Effect, Outcome, Scene, Tool, ToolSpec

MOST_LISTED = 200  # resources that one call tells of

_NO_ARGUMENTS: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
_URI: dict[str, Any] = {
    "type": "object",
    "properties": {"uri": {"type": "string", "description": "The address of the resource, as it was listed."}},
    "required": ["uri"],
    "additionalProperties": False,
}


class McpTool:
    """One tool of one server. Cancelling `use` tells the server so."""

    def __init__(self, spec: ToolSpec, crew: Crew, pool: Pool, act: "Act") -> None:
        self.spec = spec
        self._crew = crew
        self._pool = pool
        self._act = act

    async def use(self, arguments: dict[str, Any], scene: Scene) -> Outcome:
        """Call it at an instance of its server. A server that is away or fails is an outcome."""
        try:
            async with self._pool.lent(self._pool.enrol(self._crew)) as (link,):
                return await self._act(link, arguments, scene)
        except CallFailed as error:
            return Outcome(str(error), ok=False)
        except ServerAway as error:
            return Outcome(error.detail, ok=False)


Act = Callable[[Link, dict[str, Any], Scene], Any]


def tools_of(crew: Crew, catalog: Catalog, pool: Pool, *, trusted: bool, deadline: float) -> tuple[Tool, ...]:
    """All that a server offers as tools. `trusted`: its word counts that a tool only reads."""
    made: dict[str, Tool] = {}
    for tool in catalog.tools:
        spec = _spec(crew.key.name, tool, reads=trusted and tool.reads, deadline=deadline, taken=set(made))
        made[spec.name] = McpTool(spec, crew, pool, _calling(tool.name))
    if catalog.resources:
        for offered, act in ((_LISTING, _list), (_READING, _read)):
            spec = _spec(crew.key.name, offered, reads=trusted, deadline=deadline, taken=set())
            made.setdefault(spec.name, McpTool(spec, crew, pool, act))
    return tuple(made.values())


def _spec(server: str, tool: OfferedTool, *, reads: bool, deadline: float, taken: set[str]) -> ToolSpec:
    effect: Effect = "reads" if reads else "acts"
    return ToolSpec(
        name=full_name(server, tool.name, taken),
        description=tool.description,
        parameters={"type": "object", **tool.parameters},
        effect=effect,
        replay_safe=reads,
        deadline=deadline,
        server=server,
    )


def _calling(name: str) -> Act:
    async def call(link: Link, arguments: dict[str, Any], scene: Scene) -> Outcome:
        return await link.call(name, arguments, scene)

    return call


async def _list(link: Link, arguments: dict[str, Any], scene: Scene) -> Outcome:
    found = await link.resources()
    lines = [msgspec.json.encode(one).decode() for one in found[:MOST_LISTED]]
    if len(found) > MOST_LISTED:
        lines.append(f"[{len(found) - MOST_LISTED} more]")
    return Outcome("\n".join(lines) or "There are no resources.")


async def _read(link: Link, arguments: dict[str, Any], scene: Scene) -> Outcome:
    uri = arguments.get("uri")
    if not isinstance(uri, str) or not uri:
        raise Invalid("uri: say which resource, as it was listed.")
    return await link.read(uri)


_LISTING = OfferedTool("list_resources", "List what can be read at this server.", _NO_ARGUMENTS)
_READING = OfferedTool("read_resource", "Read one resource of this server.", _URI)
