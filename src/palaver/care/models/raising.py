"""♥ What trained readers add to what rules found in a text: they may raise its urgency and never lower it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from palaver.care.crisis.finding import Finding, Level, Signal
from palaver.care.models.port import Heads, Place, Sure

RULE = "model:"  # a signal's rule begins so where no rule of words found it


class Said(NamedTuple):
    """What a reader, by its name, said about a text, and from where on it is believed."""

    name: str
    heads: Heads
    sure: Sure


def signals_of(length: int, told: Sequence[Said], found: Level) -> list[Signal]:
    """What readers found in a text of that length, each for itself, where rules call it `found` (`about_oneself`).

    Where rules or any reader call it medium, each is believed from `high_after` on that it is high. A signal is about
    the whole of the text where the reader tells no place, and says not whom the words are about: what readers learnt
    from are words of people about themselves. `critical` is left to rules: no text says better than its own words that
    something happens now.
    """
    alone = [_level(one.heads, one.sure, one.sure.high) for one in told]
    if max(found, *alone, Level.none) >= Level.medium:
        alone = [
            max(level, _level(one.heads, one.sure, one.sure.high_after)) for level, one in zip(alone, told, strict=True)
        ]
    return [
        Signal(f"{RULE}{one.name}", "self_directed", level.word, *_place(one.heads, length))
        for level, one in zip(alone, told, strict=True)
        if level != Level.none
    ]


def about_oneself(found: Finding) -> Level:
    """How urgent rules call what somebody says of themselves; words about others make nobody's own graver."""
    return max(Level[found.concerns["self_directed"]], Level[found.concerns["self_harm"]])


def _place(heads: Heads, length: int) -> Place:
    """Where it stands, and in which language."""
    return heads.place or Place(0, length, heads.emotions.language if heads.emotions else "en")


def _level(heads: Heads, sure: Sure, high: float) -> Level:
    if heads.crisis is None:
        return Level.none
    at_1, at_2, _, at_4 = heads.crisis
    if at_4 >= high:
        return Level.high
    if at_2 >= sure.medium:
        return Level.medium
    return Level.low if at_1 >= sure.low else Level.none


def raised(found: Finding, signals: Iterable[Signal]) -> Finding:
    """The finding with these signals: each concern, and the whole, at the gravest that anything says."""
    added = tuple(signals)
    if not added:
        return found
    concerns = dict(found.concerns)
    for one in added:
        concerns[one.concern] = max(Level[concerns[one.concern]], Level[one.level]).word
    urgency = max(Level[found.urgency], *(Level[one.level] for one in added))
    gravest_first = sorted((*found.signals, *added), key=lambda one: -Level[one.level])
    return msgspec.structs.replace(
        found,
        urgency=urgency.word,
        concerns=concerns,
        signals=gravest_first,
        # A reader may be wrong where no rule says so: who answers asks kindly, and does not assume.
        ask_gently=found.ask_gently or urgency == Level.low or Level[found.urgency] < urgency,
    )
