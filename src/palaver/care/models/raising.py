"""♥ What trained readers add to what rules found in a text: they may raise its urgency and never lower it."""

from collections.abc import Iterable

import msgspec

from palaver.care.crisis.finding import Finding, Level, Signal
from palaver.care.models.port import Heads, Sure

RULE = "model:"  # a signal's rule begins so where no rule of words found it


def signal_of(name: str, length: int, heads: Heads, sure: Sure) -> Signal | None:
    """A reader's finding, which is about the whole of a text of that length; None where it is not sure enough.

    It tells no place, and not whom the words are about: what it learnt from are posts of people about themselves.
    `critical` is left to rules: no text says better than its own words that something happens now.
    """
    level = _level(heads, sure)
    if level == Level.none:
        return None
    language = heads.emotions.language if heads.emotions else "en"
    return Signal(f"{RULE}{name}", "self_directed", level.word, 0, length, language)


def _level(heads: Heads, sure: Sure) -> Level:
    if heads.crisis is None:
        return Level.none
    at_1, at_2, _, at_4 = heads.crisis
    if at_4 >= sure.high:
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
