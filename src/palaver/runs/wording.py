"""♥ A message's words as they are read for danger: its parts apart, and where a place in them stands in the message.

What clients send as several parts, or as several messages at once, stands in a message with nothing between. Read like
that, the last word of one part and the first of the next are one word that nobody knows. It judges nothing.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import msgspec

from palaver.care.crisis.finding import Signal
from palaver.core.messages import Part, TextPart

_BETWEEN = "\n\n"  # ends a sentence: nothing is read across it


class Wording(NamedTuple):
    """`text` is read. `length` is the message's; `cuts` are where, in `text`, a line was begun for a part."""

    text: str
    length: int
    cuts: tuple[int, ...] = ()

    def placed(self, signals: Iterable[Signal]) -> tuple[Signal, ...]:
        """What was found, each where it stands in the message, and once."""
        if not self.cuts:
            return tuple(signals)
        moved = (msgspec.structs.replace(one, start=self._at(one.start), end=self._at(one.end)) for one in signals)
        return tuple(dict.fromkeys(moved))

    def _at(self, place: int) -> int:
        apart = self.length + len(self.cuts)
        at = place - bisect_left(self.cuts, place) if place <= apart else place - apart - len(_BETWEEN)
        return min(max(at, 0), self.length)


def plain(text: str) -> Wording:
    """A text as it is."""
    return Wording(text, len(text))


def wording(parts: Sequence[Part]) -> Wording:
    """The words of these parts, each on a line of its own; where a word may be cut in two, once more without lines."""
    texts = [part.text for part in parts if isinstance(part, TextPart) and part.text]
    whole = "".join(texts)
    if len(texts) < 2:
        return plain(whole)
    ends = list(accumulate(len(text) + 1 for text in texts))[:-1]
    apart = "\n".join(texts)
    cut = any(before[-1].isalnum() and after[0].isalnum() for before, after in pairwise(texts))
    return Wording(f"{apart}{_BETWEEN}{whole}" if cut else apart, len(whole), tuple(end - 1 for end in ends))
