"""Which tools one run is offered, as a question of names: what its recipe and its rules leave; it finds none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from palaver.agents.recipe import Recipe, Subagent
from palaver.inference.port import ToolSpec
from palaver.runs.box import Box
from palaver.tools import policy
from palaver.tools.policy import Rules
from palaver.tools.port import Tool

SKILL = "Skill"  # who has skills may open them, whatever else is offered
TASK = "Task"


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a tool is meant by one of these names or patterns (`*` stands for any letters)."""
    return any(fnmatchcase(name, pattern.partition("(")[0]) for pattern in patterns)


def left(tools: Mapping[str, Tool], recipe: Recipe, rules: Rules, *, below: bool) -> dict[str, Tool]:
    """What of these tools one run has; a run below another one hands nothing on."""
    kept: dict[str, Tool] = {}
    for name, tool in tools.items():
        wanted = recipe.tools is None or matches(name, recipe.tools) or (name == SKILL and bool(recipe.skills))
        if wanted and not policy.hides(rules.deny, name) and not (below and tool.spec.kind == "subagent"):
            kept[name] = tool
    return kept


def specs(tools: Mapping[str, Tool], subagents: Sequence[Subagent]) -> tuple[ToolSpec, ...]:
    """The tools as a model is told of them; the one that hands tasks on says to whom."""
    return tuple(_spec(tool, subagents) for tool in tools.values())


def with_clients(box: Box, given: Sequence[ToolSpec]) -> Box:
    """The box with the tools that the client makes itself; of two with one name, the client's is the one."""
    names = frozenset(spec.name for spec in given)
    ours = {name: tool for name, tool in box.tools.items() if name not in names}
    specs = (*(spec for spec in box.specs if spec.name not in names), *given)
    return replace(box, tools=ours, specs=specs, handed=names)


def _spec(tool: Tool, subagents: Sequence[Subagent]) -> ToolSpec:
    spec = tool.spec
    description = spec.description
    if spec.kind == "subagent":
        description = "\n".join([description, *(f"- {one.name}: {one.description}" for one in subagents)])
    return ToolSpec(spec.name, description, spec.parameters)
