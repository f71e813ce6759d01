"""MCP servers on their shelf and in a recipe: how they are stored, shown and found again; none is started here."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from palaver.agents.kinds import Kind, Values
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.privacy.sealing import Sealer
from palaver.tools.mcp import stored
from palaver.tools.mcp.definition import ServerDefinition, admit, guard, named
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.settings import McpSettings

MCP_SERVER = "mcp_server"

_OURS = ("name", "description")  # what stands beside the definition
_DEFINED = set(ServerDefinition.model_fields)


class McpServerBody(ServerDefinition):
    """An MCP server under its name. Secrets (`env`, `headers`, `oauth.client_secret`) are told as `•••`."""

    name: str = Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")
    description: str | None = Field(None, max_length=2_000)


class ServerKeeping:
    """Seals what is secret, and lets in only what this person may define."""

    def __init__(self, sealer: Sealer, settings: McpSettings) -> None:
        self._sealer = sealer
        self._settings = settings
        self._guard = guard(private=settings.allow_private)
        self.kind = Kind(name=MCP_SERVER, body=McpServerBody, settle=self._settle, show=shown, operators_share=True)

    def inline(self, said: Mapping[str, Any], principal: Principal, about: str) -> Values:
        """A definition that a request brings along, as it is kept with its run."""
        definition = stored.parsed(said)
        self._admit(definition, principal)
        return stored.sealed(definition, self._sealer, about)

    def opened(self, kept: Sequence[Values], operator: Mapping[str, ServerDefinition]) -> tuple[Server, ...]:
        """The servers of a recipe; what the operator took away meanwhile, and what is barred, is not among them."""
        found: list[Server] = []
        for one in kept:
            if one.get("barred"):
                continue
            name, source, about = one["name"], one["source"], one.get("about", "")
            if source != "operator":
                definition = stored.opened(one["definition"], self._sealer, about)
                found.append(Server(name, definition, source, about))
            elif name in operator:
                found.append(Server(name, operator[name], "operator"))
        return tuple(found)

    def barred(self, kept: Values, *, admin: bool) -> bool:
        """Whether it runs a program that its owner may not, or may not any more, define."""
        return kept.get("type") == "stdio" and not (admin or self._settings.allow_user_stdio)

    def server(self, definition_id: str | None, kept: Values) -> Server:
        """A server as it stands on its shelf; without an id, the operator's."""
        name = kept["name"]
        if definition_id is None:
            return Server(name, self._settings.servers[name], "operator")
        record = record_of(definition_id)
        return Server(name, stored.opened(definition_of(kept), self._sealer, record), "user", record)

    def operators(self) -> list[Values]:
        """The operator's servers as they may be shown."""
        return [
            {
                "name": name,
                **stored.shown(ServerDefinition.model_validate(one.model_dump(include=_DEFINED, exclude_unset=True))),
            }
            for name, one in self._settings.servers.items()
        ]

    def _settle(self, values: Values, before: Values | None, *, about: str, principal: Principal) -> Values:
        said = {name: value for name, value in values.items() if name not in _OURS}
        record = record_of(about)
        ours = _ours(values)
        try:
            if before is None:
                definition = stored.parsed(said)
            else:
                definition = stored.patched(stored.opened(definition_of(before), self._sealer, record), said)
            self._admit(definition, principal)
        except Invalid as error:
            raise _below("body", error) from None
        return ours | stored.sealed(definition, self._sealer, record)

    def _admit(self, definition: ServerDefinition, principal: Principal) -> None:
        admit(definition, stdio=principal.admin or self._settings.allow_user_stdio, guard=self._guard)


def record_of(definition_id: str) -> str:
    """What the secrets of a stored server are bound to."""
    return f"{MCP_SERVER}:{definition_id}"


def shown(kept: Values) -> Values:
    """A stored server without its secrets."""
    told = dict(kept)
    for group in stored.SECRET_GROUPS:
        if group in told:
            told[group] = dict.fromkeys(told[group], stored.HIDDEN)
    if "client_secret" in told.get("oauth", {}):
        told["oauth"] = told["oauth"] | {"client_secret": stored.HIDDEN}
    return told


def definition_of(kept: Values) -> Values:
    """The definition alone, as `tools.mcp` knows it."""
    return {name: value for name, value in kept.items() if name not in _OURS}


def _ours(values: Values) -> Values:
    name, description = values.get("name"), values.get("description")
    problems: list[dict[str, Any]] = []
    if not isinstance(name, str):
        problems.append({"loc": ["name"], "msg": "an MCP server needs a name", "type": "name"})
    if description is not None and (not isinstance(description, str) or len(description) > 2_000):
        problems.append({"loc": ["description"], "msg": "a text of at most 2000 characters", "type": "description"})
    if problems:
        raise Invalid.about(problems, "body")
    try:
        return {"name": named(str(name))} | ({"description": description} if description else {})
    except Invalid as error:
        raise Invalid.about([{"loc": ["name"], "msg": str(error), "type": "name"}], "body") from None


def _below(where: str, error: Invalid) -> Invalid:
    """The same, with `where` before each place."""
    if not error.errors:
        return Invalid.about([{"loc": [], "msg": error.detail, "type": "definition"}], where)
    return Invalid.about(error.errors, where)
