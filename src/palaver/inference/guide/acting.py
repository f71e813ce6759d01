"""Decides what the guide does next in a turn: call tools, say what came of calls, or neither. Pure.

Only the person's own last message can order anything; what tools return is shown and never obeyed. Each round of calls
takes one step of what was ordered, so a turn ends after as many rounds as the message has steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from palaver.core.messages import ToolCallPart, ToolResultPart, text_of
from palaver.inference.guide.aims import Distressed, aim_of
from palaver.inference.guide.decided import Calling, Saying
from palaver.inference.guide.errand_forms import Call, Lacking
from palaver.inference.guide.errands import Step, errands_in
from palaver.inference.guide.fitting import fitted, missing
from palaver.inference.guide.reporting import report
from palaver.inference.port import ToolSpec, Turn


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn so far: what the person wrote, what was called since, in rounds, and what came of it."""

    asked: str
    rounds: int
    calls: tuple[ToolCallPart, ...]
    results: dict[str, ToolResultPart]


def _so_far(turns: Sequence[Turn]) -> _Turn:
    asked = max((at for at, turn in enumerate(turns) if turn.role == "user"), default=-1)
    since = turns[asked + 1 :]
    calls = [[part for part in turn.parts if isinstance(part, ToolCallPart)] for turn in since]
    results = [part for turn in since for part in turn.parts if isinstance(part, ToolResultPart)]
    return _Turn(
        text_of(turns[asked].parts) if asked >= 0 else "",
        sum(1 for one in calls if one),
        tuple(call for one in calls for call in one),
        {result.call_id: result for result in results},
    )


def act(turns: Sequence[Turn], tools: Sequence[ToolSpec], *, heeding: bool = False) -> Calling | Saying | None:
    """What to do with tools now; None where the person orders nothing, and is to be answered.

    `heeding`: words of distress were said shortly before, and nothing else counts.
    """
    turn = _so_far(turns)
    if isinstance(aim_of(turn.asked), Distressed) or heeding:
        return None
    steps = errands_in(turn.asked, [tool.name for tool in tools])
    if turn.calls:
        return _go_on(turn, steps if isinstance(steps, tuple) else (), tools)
    if steps is None:
        return None
    return Saying(steps.what) if isinstance(steps, Lacking) else _begin(steps, tools)


def _begin(steps: Sequence[Step], tools: Sequence[ToolSpec]) -> Calling | Saying:
    offered = {tool.name: tool for tool in tools}
    wanted = dict.fromkeys(call.tool for step in steps for call in step)
    absent = [f"`{name}`" for name in wanted if name not in offered]
    if absent:
        return Saying(_absent(absent))
    lacking = [line for step in steps for call in step if (line := _lacking(call, offered[call.tool]))]
    return Saying(" ".join(lacking)) if lacking else _calling(steps[0], offered)


def _absent(names: Sequence[str]) -> str:
    tools = f"the tool {names[0]}, which is" if len(names) == 1 else f"the tools {', '.join(names)}, which are"
    return (
        f"I understood what to do, and it takes {tools} not offered to me in this conversation. So I did nothing. "
        "Tools are offered unless the settings, the agent or the request leave them out."
    )


def _lacking(call: Call, tool: ToolSpec) -> str:
    names = [f"`{name}`" for name in missing(fitted(call.arguments, tool.parameters), tool.parameters)]
    if not names:
        return ""
    return (
        f'`{tool.name}` also needs {", ".join(names)}. Say it as JSON, for example: use {tool.name} with {{"…": "…"}}.'
    )


def _calling(step: Step, offered: dict[str, ToolSpec]) -> Calling:
    return Calling(tuple((call.tool, fitted(call.arguments, offered[call.tool].parameters)) for call in step))


def _go_on(turn: _Turn, steps: Sequence[Step], tools: Sequence[ToolSpec]) -> Calling | Saying:
    """The next step, where all before went well; else what came of them."""
    told = report(turn.calls, turn.results)
    rest = steps[turn.rounds :]
    if not rest:
        return Saying(told)
    offered = {tool.name: tool for tool in tools}
    went_well = all(call.call_id in turn.results and turn.results[call.call_id].ok for call in turn.calls)
    if went_well and all(call.tool in offered for call in rest[0]):
        return _calling(rest[0], offered)
    left = ", ".join(dict.fromkeys(f"`{call.tool}`" for step in rest for call in step))
    return Saying(f"{told}\n\nSo I left out what was to follow: {left}.")
