"""What a request wants of the agent, in its own words; names are looked up, and bounds checked, by `service.py`."""

from typing import Any

import msgspec

from palaver.core.permissions import PermissionMode


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of a query that speak of the agent, as they were given; None where nothing was said.

    `agents` are definitions of subagents by name, or names of stored ones; `mcp_servers` and `hooks` have the form of
    `tools.mcp` and `tools.hooks`, their secrets in the clear: never kept, only resolved into a recipe.
    """

    agent: str | None = None
    agents: dict[str, Any] | tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None
    tool_preset: str | None = None
    mcp_servers: dict[str, Any] | None = None
    hooks: dict[str, Any] | None = None
    allowed_tools: tuple[str, ...] = ()
    disallowed_tools: tuple[str, ...] = ()
    permission_mode: PermissionMode | None = None
    max_turns: int | None = None
    max_budget_usd: float | None = None
    output_format: dict[str, Any] | None = None


NOTHING_WANTED = Wanted()
