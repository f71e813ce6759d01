"""What one turn of an agent is made of, and how what operator, session, agent, preset and request say becomes one.

It looks nothing up: names are resolved, and bounds are checked, before anything gets here.
"""

from typing import Any, Literal

import msgspec

from palaver.core.permissions import PermissionMode


class Subagent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody this agent may hand a task to. `tools` None: what the one who asks has.

    Whoever stands on a shelf (`id`, `version`) has no instructions here: they are read when the task is handed over.
    """

    name: str
    description: str
    instructions: str = ""
    id: str | None = None
    version: int = 0
    tools: tuple[str, ...] | None = None
    disallowed: tuple[str, ...] = ()
    model: str | None = None
    permission_mode: PermissionMode | None = None
    max_turns: int | None = None


class SkillBrief(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A skill that may be opened; what it says is read then. One from the operator's disk also has its `path` there."""

    name: str
    description: str
    id: str
    version: int = 0
    path: str | None = None


class OutputFormat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The JSON Schema that the answer follows."""

    schema: dict[str, Any]
    name: str = "answer"


class Recipe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is settled before a turn begins; kept with its run, so that a later process takes the same turn.

    None says: as the session or the operator's default has it. `tools` are name patterns of what is offered; `allowed`
    and `disallowed` are rules as `tools.policy` reads them. `mcp` and `hooks` are definitions as they are stored, with
    their secrets sealed. `instructions` come before what the request itself adds to the system prompt.
    """

    agent: str | None = None
    version: int = 0
    instructions: str = ""
    model: str | None = None
    tools: tuple[str, ...] | None = None
    allowed: tuple[str, ...] = ()
    disallowed: tuple[str, ...] = ()
    permission_mode: PermissionMode | None = None
    max_turns: int | None = None
    max_budget_usd: float | None = None
    max_seconds: float | None = None
    subagents: tuple[Subagent, ...] = ()
    skills: tuple[SkillBrief, ...] = ()
    project: str = ""  # what is told in every session of the session's project
    project_id: str | None = None  # the session's
    memory: Literal["off", "recall", "on"] | None = None  # what the session says of it
    project_files: tuple[str, ...] = ()  # those of the project's files that are told by name in `project`
    mcp: tuple[dict[str, Any], ...] = ()
    hooks: tuple[dict[str, Any], ...] = ()
    output_format: OutputFormat | None = None
    care: Literal["off", "safety", "companion"] | None = None  # of a session that begins with this turn


# What a plain question is answered by: nothing was asked for, and nothing stands on the shelves.
PLAIN = Recipe()


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one of those who have a say wants; None says nothing. Empty `tools`, `subagents`, `skills`, `mcp`: none."""

    agent: str | None = None
    version: int = 0
    instructions: str | None = None
    model: str | None = None
    tools: tuple[str, ...] | None = None
    allowed: tuple[str, ...] = ()
    disallowed: tuple[str, ...] = ()
    permission_mode: PermissionMode | None = None
    max_turns: int | None = None
    max_budget_usd: float | None = None
    max_seconds: float | None = None
    subagents: tuple[Subagent, ...] | None = None
    skills: tuple[SkillBrief, ...] | None = None
    mcp: tuple[dict[str, Any], ...] | None = None
    hooks: tuple[dict[str, Any], ...] = ()
    output_format: OutputFormat | None = None
    care: Literal["off", "safety", "companion"] | None = None


NOTHING = Wish()

# Whoever says it last is heard.
_LAST_WORD = (
    "agent", "version", "instructions", "model", "tools", "permission_mode", "max_turns", "max_budget_usd",
    "max_seconds", "subagents", "skills", "mcp", "output_format", "care",
)  # fmt: skip
# What anybody says holds: what is allowed is allowed, what is refused is refused, and every hook is asked.
_UNITED = ("allowed", "disallowed", "hooks")


def merge(*said: Wish) -> Recipe:
    """What all wishes come to; a later one counts more: the operator's, the session's, the agent's, the request's.

    Rules and hooks are united; what is disallowed anywhere stays so.
    """
    if all(one == NOTHING for one in said):
        return PLAIN
    settled = {name: _last(said, name) for name in _LAST_WORD}
    return Recipe(**{name: value for name, value in settled.items() if value is not None}, **_united(said))


def _last(said: tuple[Wish, ...], name: str) -> Any:
    """The last value that is said; 0 and None say nothing."""
    values = [getattr(one, name) for one in said]
    return next((value for value in reversed(values) if value is not None and value != 0), None)


def _united(said: tuple[Wish, ...]) -> dict[str, Any]:
    return {name: tuple(_once(value for one in said for value in getattr(one, name))) for name in _UNITED}


def _once(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
