"""♥ What a policy may change, in which bounds, and what it makes of a finding; it reads no text and keeps nothing.

A policy only adds: a rule's urgency can be raised above what ships and never lowered, so whoever says that they will
kill themselves is high or above under every policy. From which probability on a trained reader is believed can be moved
between bounds: what it says is added to what the rules find, and takes nothing from that. What models may tell can be
bounded more, and not less than what nobody is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

import msgspec

from palaver.care.crisis.finding import CONCERNS, Finding, Level, Signal
from palaver.care.guidance.saying import Matter
from palaver.care.moderation.verdict import ACTIONS, ModerationAction, ModerationCategory, ModerationDirection
from palaver.core.care import Urgency

Threshold = Literal["low", "medium", "high"]
Actions = Mapping[ModerationDirection, Mapping[ModerationCategory, ModerationAction]]

# Below, a reader is believed when it guesses, and everybody is shown help all the time; above, it is hardly asked.
LEAST_SURE, MOST_SURE = 0.05, 0.99
LONGEST = 500  # characters of a message: more is not read in need
LANGUAGES = ("en", "sw")
# What is done at least about what models say, and about what people say. No child and no method is a matter of taste;
# diagnoses and "tell nobody" harm whoever believes them.
LEAST: Mapping[ModerationDirection, Mapping[ModerationCategory, ModerationAction]] = MappingProxyType(
    {
        "output": MappingProxyType(
            {"minors": "block", "self_harm": "block", "medical": "rewrite", "secrecy": "rewrite"}
        ),
        "input": MappingProxyType({"minors": "flag"}),
    }
)
MOST_RULES = 200  # rules that one policy raises


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What administrators changed; empty is what ships.

    `raised`: the urgency of rules of danger, by their id. `sure`: from which probability on a trained reader, by its
    name, is believed that a text is of an urgency. `actions`: what is done about words that may not be told, by
    direction and category. `messages`: what a person is told above who helps, by language and matter.
    """

    raised: dict[str, Urgency] = {}
    sure: dict[str, dict[Threshold, float]] = {}
    actions: dict[ModerationDirection, dict[ModerationCategory, ModerationAction]] = {}
    messages: dict[str, dict[Matter, str]] = {}


SHIPS = Policy()


class Fault(NamedTuple):
    """Why a policy is refused, and where."""

    loc: tuple[str, ...]
    says: str


class Shipped(NamedTuple):
    """What there is to change: rules of danger with their urgency, and the names of trained readers."""

    rules: Mapping[str, Level]
    readers: Sequence[str]


def faults(policy: Policy, shipped: Shipped) -> list[Fault]:
    """What of a policy is out of bounds."""
    return [
        *_of_rules(policy.raised, shipped.rules),
        *_of_certainty(policy.sure, shipped.readers),
        *_of_actions(policy.actions),
        *_of_messages(policy.messages),
    ]


def _of_rules(raised: Mapping[str, Urgency], shipped: Mapping[str, Level]) -> Iterator[Fault]:
    if len(raised) > MOST_RULES:
        yield Fault(("raised",), f"at most {MOST_RULES} rules")
    for rule, urgency in raised.items():
        if rule not in shipped:
            yield Fault(("raised", rule), "there is no such rule")
        elif Level[urgency] < shipped[rule]:
            yield Fault(("raised", rule), f"it is {shipped[rule].word}, and can only be raised")


def _of_certainty(sure: Mapping[str, Mapping[Threshold, float]], readers: Sequence[str]) -> Iterator[Fault]:
    for reader, moved in sure.items():
        if reader not in readers:
            yield Fault(("sure", reader), f"there is no such reader: {', '.join(readers)}")
        for level, least in moved.items():
            if not LEAST_SURE <= least <= MOST_SURE:
                yield Fault(("sure", reader, level), f"it has to be between {LEAST_SURE} and {MOST_SURE}")


def _of_actions(actions: Actions) -> Iterator[Fault]:
    for direction, chosen in actions.items():
        for category, action in chosen.items():
            least = LEAST[direction].get(category, "allow")
            if ACTIONS.index(action) < ACTIONS.index(least):
                yield Fault(("actions", direction, category), f"at least {least} is done about it")


def _of_messages(messages: Mapping[str, Mapping[Matter, str]]) -> Iterator[Fault]:
    for language, texts in messages.items():
        if language not in LANGUAGES:
            yield Fault(("messages", language), f"there are messages in {' and '.join(LANGUAGES)} only")
        for matter, text in texts.items():
            if not text.strip() or len(text) > LONGEST or not text.isprintable():
                yield Fault(("messages", language, matter), f"it has to have 1 to {LONGEST} characters, in one line")


def still(policy: Policy, shipped: Shipped) -> Policy:
    """What of an older policy still means something: rules and readers go, and rules are raised in what ships."""
    raised = {rule: said for rule, said in policy.raised.items() if Level[said] >= shipped.rules.get(rule, 99)}
    sure = {reader: moved for reader, moved in policy.sure.items() if reader in shipped.readers}
    return msgspec.structs.replace(policy, raised=raised, sure=sure)


def judged(found: Finding, policy: Policy) -> Finding:
    """The finding under a policy: the same evidence, as urgent as before or more.

    What stands in a frame (told by somebody else, or `if`) was taken for less than the plain statement; it stays so.
    """
    if not policy.raised or not found.signals:
        return found
    signals = [_raised(one, policy.raised) for one in found.signals]
    if signals == found.signals:
        return found
    concerns = {one: Level[found.concerns[one]] for one in CONCERNS}
    for signal in signals:
        concerns[signal.concern] = max(concerns[signal.concern], Level[signal.level])
    return msgspec.structs.replace(
        found,
        urgency=max(concerns.values()).word,
        concerns={one: level.word for one, level in concerns.items()},
        signals=_gravest_first(signals),
    )


def _raised(signal: Signal, raised: Mapping[str, Urgency]) -> Signal:
    wanted = raised.get(signal.rule)
    if wanted is None or signal.adjusted_by is not None or Level[wanted] <= Level[signal.level]:
        return signal
    return msgspec.structs.replace(signal, level=wanted)


def _gravest_first(signals: Sequence[Signal]) -> list[Signal]:
    return sorted(signals, key=lambda one: (-Level[one.level], one.start, one.end, one.rule))
