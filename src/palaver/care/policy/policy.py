"""♥ What a policy may change, in which bounds, and what it makes of a finding; it reads no text and keeps nothing.

A policy only adds: a rule's urgency can be raised above what ships and never lowered, so whoever says that they will
kill themselves is high or above under every policy.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from palaver.care.crisis.finding import CONCERNS, Finding, Level, Signal
from palaver.core.care import Urgency

MOST_RULES = 200  # rules that one policy raises


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What administrators changed; empty is what ships.

    `raised`: the urgency of rules of danger, by their id.
    """

    raised: dict[str, Urgency] = {}


SHIPS = Policy()


class Fault(NamedTuple):
    """Why a policy is refused, and where."""

    loc: tuple[str, ...]
    says: str


def faults(policy: Policy, shipped: Mapping[str, Level]) -> list[Fault]:
    """What of a policy is out of bounds; `shipped` are the rules of danger."""
    return list(_of_rules(policy.raised, shipped))


def _of_rules(raised: Mapping[str, Urgency], shipped: Mapping[str, Level]) -> Iterator[Fault]:
    if len(raised) > MOST_RULES:
        yield Fault(("raised",), f"at most {MOST_RULES} rules")
    for rule, urgency in raised.items():
        if rule not in shipped:
            yield Fault(("raised", rule), "there is no such rule")
        elif Level[urgency] < shipped[rule]:
            yield Fault(("raised", rule), f"it is {shipped[rule].word}, and can only be raised")


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
