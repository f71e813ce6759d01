"""♥ Which MCP servers are in force for a turn: the operator's, the user's, the request's; later ones win by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from palaver.tools.mcp.definition import ServerDefinition

Source = Literal["operator", "user", "request"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server under its name, and who defined it; `about` names the record that holds its secrets, if any."""

    name: str
    definition: ServerDefinition
    source: Source
    about: str | None = None


def in_force(
    operator: Mapping[str, ServerDefinition],
    user: Mapping[str, Server],
    request: Mapping[str, ServerDefinition | None] | None,
) -> tuple[Server, ...]:
    """The servers of a turn by name. A request that says `{}` turns all off; one that says None of a name, that one."""
    if request is not None and not request:
        return ()
    found = {name: Server(name, definition, "operator") for name, definition in operator.items()}
    found |= user
    for name, definition in (request or {}).items():
        if definition is None:
            found.pop(name, None)
        else:
            found[name] = Server(name, definition, "request")
    return tuple(found[name] for name in sorted(found))
