"""When a run has to stop: how many steps, how long, how much said, how dear, how often the same failure; it stops none.

Money is reserved before a model is asked and settled when it replied: what one call may cost at most has to fit.
"""

import msgspec

from palaver.core.events import LimitReached
from palaver.core.messages import Part, TextPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.inference.price import Price
from palaver.runs.steps import Steps

# Room for an answer of which nobody said how long it may get; tokens.
USUAL_ANSWER = 4_096
# Less than this is no answer: the money is used up.
LEAST_ANSWER = 32


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of one run; None means there is none. `max_seconds` counts what models and tools took."""

    max_turns: int
    max_seconds: float
    max_characters: int
    repeats: int
    max_budget_usd: float | None = None


class Reserved(msgspec.Struct, frozen=True):
    """The next call fits: it may answer with at most so many tokens (None: no bound of ours)."""

    max_output_tokens: int | None


def reached(steps: Steps, limits: Limits) -> LimitReached | None:
    """Why no further model call may be made, if so."""
    if steps.count >= limits.max_turns:
        return LimitReached(code="max_turns", message=f"The turn took its {limits.max_turns} model calls.")
    if steps.failing[1] >= limits.repeats:
        said = f"The same call failed {steps.failing[1]} times in a row, so the turn was stopped."
        return LimitReached(code="repeating", message=said)
    if steps.busy_ms > limits.max_seconds * 1000:
        return too_slow(limits)
    if size(steps.past) > limits.max_characters:
        return too_long(limits)
    return None


def seconds_left(steps: Steps, limits: Limits) -> float:
    """How long models and tools may still work."""
    return max(limits.max_seconds - steps.busy_ms / 1000, 0.0)


def too_slow(limits: Limits) -> LimitReached:
    """The time is over."""
    return LimitReached(code="max_seconds", message=f"The turn worked for {limits.max_seconds:g} seconds.")


def too_long(limits: Limits) -> LimitReached:
    """Enough was said."""
    return LimitReached(code="max_output", message=f"The turn said more than {limits.max_characters} characters.")


def unpriced(limits: Limits, model: str) -> LimitReached:
    """Nobody knows what the next call costs, so no budget can be kept."""
    said = f"The price of {model} is not known, so the turn's ${limits.max_budget_usd:g} cannot be kept."
    return LimitReached(code="budget_exceeded", message=said)


def reserve(
    steps: Steps, limits: Limits, price: Price | None, *, asked_tokens: int, wanted: int | None, longest: int | None
) -> Reserved | LimitReached:
    """What the next call may answer, so that it cannot cost more than is left.

    `wanted` is what was asked for, `longest` what the model can say at all; both are tokens.
    """
    budget = limits.max_budget_usd
    if budget is None or price is None:
        return Reserved(wanted)
    left = budget - (steps.spent.cost_usd or 0.0) - steps.delegated_usd
    paid = affordable(left, price, asked_tokens)
    most = wanted or longest or USUAL_ANSWER
    if paid < min(LEAST_ANSWER, most):
        return LimitReached(code="budget_exceeded", message=f"The turn's ${budget:g} do not pay for another answer.")
    if paid < most or not (wanted or longest):
        return Reserved(int(min(paid, most)))
    return Reserved(wanted)


def affordable(left: float, price: Price, asked_tokens: int) -> float:
    """How many tokens of an answer so much money pays for, once the question is paid."""
    into = price.cost(Usage(input_tokens=asked_tokens))
    each = (price.cost(Usage(input_tokens=asked_tokens, output_tokens=1000)) - into) / 1000
    if each > 0:
        return (left - into) / each
    return float("inf") if into <= left else 0.0


def size(parts: tuple[Part, ...]) -> int:
    """Characters that were said, results of calls included."""
    said = [len(part.text) for part in parts if isinstance(part, TextPart)]
    return sum(said) + sum(len(part.content) for part in parts if isinstance(part, ToolResultPart))
