"""How much a model of Anthropic's is asked to think, and what that rules out; pure."""

import re
from typing import Any, Literal

import msgspec

from palaver.core.messages import ReasoningPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Ask, Effort

# budget: a number of tokens. adaptive: the model decides, guided by an effort. none: it does not think.
Way = Literal["none", "budget", "adaptive"]

BUDGETS: dict[Effort, int] = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 16_384}
LEAST = 1_024
# an answer that may think gets room for words besides, where the caller set no bound
ROOM = 8_192
MOST = 32_000

_NONE = re.compile(r"claude-(2|instant|3-(haiku|opus|sonnet|5))")
_BUDGET = re.compile(r"claude-(3-7|(opus|sonnet|haiku)-4(-[015])?(-\d{8}|@\d{8}|-latest)?$)")
_SAMPLED = re.compile(r"claude-(opus|sonnet)-4-6")


def way_of(model: str) -> Way:
    """What a model's id says, for servers whose list says nothing: newer ones decide for themselves."""
    name = model.lower().rpartition("/")[2]
    if "claude" not in name or _NONE.search(name):
        return "none"
    return "budget" if _BUDGET.search(name) else "adaptive"


class Plan(msgspec.Struct, frozen=True):
    """The fields of a request that hang together: thinking forbids some, and shares the room of the answer.

    `recalled` says whether the thoughts of this turn are told again; models that decide for themselves may have some
    without being asked for any.
    """

    max_tokens: int
    thinking: dict[str, Any] | None = None
    effort: str | None = None
    sampled: bool = True
    recalled: bool = True


def planned(ask: Ask, way: Way, known: int | None, *, sealed: bool) -> Plan:
    """How to ask. `known` is the longest answer the model can give; `sealed`: the thoughts of this turn are at hand."""
    longest = ask.most_output or known
    sampled = way != "adaptive" or bool(_SAMPLED.search(ask.model))
    said = ask.max_output_tokens
    most = min(said or MOST, longest or (said or ROOM))
    forced = ask.tool_choice not in ("auto", "none")
    if ask.effort is None or way == "none" or forced:
        return Plan(most, sampled=sampled, recalled=way != "budget")
    if way == "adaptive":
        effort = "low" if ask.effort == "minimal" else ask.effort
        return Plan(most, {"type": "adaptive", "display": "summarized"}, effort, sampled=False)
    # a budget is refused where the calls of this turn were made without thinking, or by another model
    budget = min(BUDGETS[ask.effort], most - LEAST)
    if budget < LEAST or not sealed:
        return Plan(most, sampled=sampled, recalled=False)
    return Plan(most, {"type": "enabled", "budget_tokens": budget}, sampled=False)


def has_calls_of_this_turn(ask: Ask) -> bool:
    """Whether the conversation ends with results, so that the model is in the middle of an answer."""
    last = ask.messages[-1] if ask.messages else None
    return last is not None and any(isinstance(part, ToolResultPart) for part in last.parts)


def last_answer_thought(ask: Ask) -> tuple[ReasoningPart | None, bool]:
    """What the last answer with calls begins with, if it is a thought; and whether there is such an answer."""
    for turn in reversed(ask.messages):
        if turn.role == "assistant":
            first = turn.parts[0] if turn.parts else None
            called = any(isinstance(part, ToolCallPart) for part in turn.parts)
            return (first if isinstance(first, ReasoningPart) else None), called
    return None, False
