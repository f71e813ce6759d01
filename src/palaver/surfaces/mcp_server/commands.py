"""The prompts of the MCP server: a person's commands, listed, and filled in with arguments; nobody is asked."""

from typing import Any, NamedTuple

from palaver.agents.kinds import COMMAND
from palaver.agents.shelves import Window
from palaver.core.errors import NotFound
from palaver.core.principal import Principal
from palaver.surfaces.mcp_server.behind import Behind

SCOPE = "agents:read"
PAGE = 100
ARGUMENTS = "arguments"  # the one argument: all that follows the command's name


class Offered(NamedTuple):
    """A command in a list; `hint` says what may follow its name."""

    name: str
    description: str | None
    hint: str | None


async def listed(behind: Behind, principal: Principal, cursor: str | None) -> tuple[list[Offered], str | None]:
    """A page of commands, and where the next one begins."""
    behind.check(principal, SCOPE)
    page = await behind.shelves.page(principal, COMMAND, Window(cursor, PAGE))
    return [_offered(one) for one in page.items], page.next_cursor


async def filled(behind: Behind, principal: Principal, name: str, arguments: str) -> str:
    """What a command makes of its arguments. Raises `NotFound`, and `Invalid` where that is too long."""
    behind.check(principal, SCOPE)
    found = await behind.recipes.expand(principal, f"/{name} {arguments}")
    if found is None:
        raise NotFound(f"There is no command {name[:200]!r}.")
    return found.text


def _offered(values: Any) -> Offered:
    return Offered(values["name"], values.get("description"), values.get("argument_hint"))
