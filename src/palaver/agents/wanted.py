"""What a request, or a session's settings, want of the agent, by name and as it was said; nothing is looked up here."""

from collections.abc import Mapping
from typing import Any

import msgspec

from palaver.core.errors import Invalid
from palaver.core.permissions import PermissionMode


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """None and empty rules say nothing. `agents` are names of stored ones, or definitions by name.

    What is inline may hold secrets: it is not for keeping. What is kept is the recipe that comes of it.
    """

    agent: str | None = None
    agents: tuple[str, ...] | dict[str, Any] | None = None
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

    @property
    def named(self) -> list[tuple[str, str]]:
        """The kinds and names of what must stand on some shelf."""
        agents = self.agents if isinstance(self.agents, tuple) else ()
        return [
            *(("agent", name) for name in (self.agent, *agents) if name),
            *(("skill", name) for name in self.skills or ()),
            *(("tool_preset", name) for name in (self.tool_preset,) if name),
        ]


ANYTHING = Wanted()

MOST_TURNS = 1000  # as in a request

# What a session's settings may say for all of its turns. Its permission mode stands in the session itself, and what is
# defined inline stands in requests.
OF_SESSIONS = (
    "agent", "agents", "skills", "tool_preset", "allowed_tools", "disallowed_tools", "max_turns", "max_budget_usd",
)  # fmt: skip


def of_session(settings: Mapping[str, Any]) -> Wanted:
    """What a session's settings want; other settings are somebody else's."""
    said = {name: settings[name] for name in OF_SESSIONS if settings.get(name) is not None}
    if not said:
        return ANYTHING
    try:
        wanted = msgspec.convert(said, Wanted)
    except msgspec.ValidationError as error:
        raise _refused(str(error)) from None
    if isinstance(wanted.agents, dict):
        raise _refused("`agents` in a session's settings are names of stored agents")
    if wanted.max_turns is not None and not 1 <= wanted.max_turns <= MOST_TURNS:
        raise _refused(f"`max_turns` is a number from 1 to {MOST_TURNS}")
    if wanted.max_budget_usd is not None and not wanted.max_budget_usd > 0:
        raise _refused("`max_budget_usd` is greater than nothing")
    return wanted


def _refused(says: str) -> Invalid:
    return Invalid.about([{"loc": ["settings"], "msg": says, "type": "settings"}], "session")
