"""♥ What another policy, or other rules, would make of examples that people have labelled; it reads no file.

Two ways of reading are told the same texts. No text is told on: a line is known by its number and its id.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from palaver.care.crisis.finding import Finding, Level
from palaver.core.care import Urgency

Reads = Callable[[str], Finding]


class Example(NamedTuple):
    """A text, which line it stood in, and how urgent people say that it is, where they do."""

    line: int
    text: str
    label: Urgency | None = None
    id: str | None = None


class Change(NamedTuple):
    """An example that would be judged otherwise, and the rules that speak then."""

    example: Example
    now: Urgency
    then: Urgency
    rules: tuple[str, ...]

    @property
    def lowered(self) -> bool:
        """Whether it would become less urgent."""
        return Level[self.then] < Level[self.now]


class Agreement(NamedTuple):
    """Of examples with a label: how many are found at it or above, of those that ask for an answer; how many above."""

    found: int
    asked: int
    above: int
    labelled: int


class Replayed(NamedTuple):
    """What came of all examples: how many of each urgency, how well that fits the labels, and what would change."""

    now: Counter[Urgency]
    then: Counter[Urgency]
    fits_now: Agreement
    fits_then: Agreement
    changes: Sequence[Change]


def replay(examples: Iterable[Example], now: Reads, then: Reads) -> Replayed:
    """Read every example in both ways."""
    read = [(one, now(one.text), then(one.text)) for one in examples]
    return Replayed(
        now=Counter(before.urgency for _, before, _ in read),
        then=Counter(after.urgency for _, _, after in read),
        fits_now=_agreement([(one.label, before.urgency) for one, before, _ in read if one.label]),
        fits_then=_agreement([(one.label, after.urgency) for one, _, after in read if one.label]),
        changes=[
            Change(one, before.urgency, after.urgency, tuple(dict.fromkeys(signal.rule for signal in after.signals)))
            for one, before, after in read
            if before.urgency != after.urgency
        ],
    )


def _agreement(judged: Sequence[tuple[Urgency, Urgency]]) -> Agreement:
    levels = [(Level[label], Level[found]) for label, found in judged]
    asked = [(label, found) for label, found in levels if label > Level.none]
    return Agreement(
        found=sum(found >= label for label, found in asked),
        asked=len(asked),
        above=sum(found > label for label, found in levels),
        labelled=len(levels),
    )
