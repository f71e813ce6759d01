"""What things of the shelves want of a turn: definitions become wishes, and grant as far as they may; none is read."""

from collections.abc import Sequence
from typing import Any, cast

from palaver.agents.recipe import OutputFormat, SkillBrief, Subagent, Wish
from palaver.agents.shelf import Thing
from palaver.core.permissions import PermissionMode

Values = dict[str, Any]

# In these, more is asked or refused than anybody's yes is worth; whoever shares something may say so.
_HARMLESS: frozenset[PermissionMode] = frozenset({"plan", "dontAsk", "default"})


def of_agent(
    agent: Thing,
    whole: Values,
    *,
    skills: tuple[SkillBrief, ...] | None,
    mcp: tuple[Values, ...] | None,
) -> Wish:
    """What the agent that answers says of itself."""
    return Wish(
        agent=agent.name,
        version=agent.version,
        instructions=whole["instructions"],
        model=whole.get("model"),
        tools=_texts(whole.get("tools")),
        disallowed=_texts(whole.get("disallowed_tools")) or (),
        permission_mode=_mode(agent, whole),
        max_turns=whole.get("max_turns"),
        skills=skills,
        mcp=mcp,
        output_format=output_format(whole.get("output_format")),
        care=whole.get("care"),
    )


def of_preset(preset: Thing) -> Wish:
    """What a choice of tools and rules says; its grants count where its owner may grant."""
    said = preset.brief
    return Wish(
        tools=_texts(said.get("tools")),
        allowed=_texts(said.get("allowed_tools")) or () if preset.trusted else (),
        disallowed=_texts(said.get("disallowed_tools")) or (),
        permission_mode=_mode(preset, said),
    )


def subagent(agent: Thing) -> Subagent:
    """A stored agent as somebody to hand tasks to."""
    said = agent.brief
    return Subagent(
        name=agent.name,
        description=said["description"],
        id=agent.id,
        version=agent.version,
        tools=_texts(said.get("tools")),
        disallowed=_texts(said.get("disallowed_tools")) or (),
        model=said.get("model"),
        permission_mode=_mode(agent, said),
        max_turns=said.get("max_turns"),
    )


def inline_agent(name: str, said: Values) -> Subagent:
    """Somebody to hand tasks to, as a request describes them."""
    return Subagent(
        name=name,
        description=said["description"],
        instructions=said["prompt"],
        tools=_texts(said.get("tools")),
        disallowed=_texts(said.get("disallowed_tools")) or (),
        model=said.get("model"),
        max_turns=said.get("max_turns"),
    )


def skill(thing: Thing) -> SkillBrief:
    """What is told of a skill before it is opened."""
    return SkillBrief(
        name=thing.name,
        description=thing.brief["description"],
        id=thing.id,
        version=thing.version,
        path=thing.path,
    )


def server(thing: Thing, definition: Values, about: str) -> Values:
    """A stored MCP server, as a recipe has it."""
    return {"name": thing.name, "source": "user", "about": about, "definition": definition}


def hook(thing: Thing, about: str) -> Values:
    """A stored hook, as a recipe has it."""
    kept = {name: value for name, value in thing.brief.items() if name not in {"name", "description"}}
    return {**kept, "source": "user" if thing.origin == "own" else "operator", "about": about}


def output_format(said: Values | None) -> OutputFormat | None:
    """The form of the answer."""
    return OutputFormat(schema=said["schema"], name=said.get("name") or "answer") if said else None


def overlaid(below: Sequence[Values], above: Sequence[Values], without: Sequence[str] = ()) -> tuple[Values, ...]:
    """MCP servers by name: those above win, and those `without` are left out."""
    found = {one["name"]: one for one in below if one["name"] not in without}
    found |= {one["name"]: one for one in above}
    return tuple(found[name] for name in sorted(found))


def _mode(thing: Thing, said: Values) -> PermissionMode | None:
    mode = cast("PermissionMode | None", said.get("permission_mode"))
    return mode if thing.trusted or mode in _HARMLESS else None


def _texts(said: Any) -> tuple[str, ...] | None:
    return None if said is None else tuple(said)
