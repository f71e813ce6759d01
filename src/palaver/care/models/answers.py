"""The reader of answers: hears a model name an illness, change a medicine, ask for secrecy or speak for death.

It weighs hashed words and meanings of one sentence as it comes, with a row of small whole numbers for each kind. It
needs nothing but Python and a file of 148 KB, and says nothing about what people write.
"""

from array import array
from collections import deque
from collections.abc import Mapping
from functools import cached_property
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import msgspec

from palaver.care.models.phrases import PLACES, STEP, WORDS, Trail, meant, own, plain

FILE = Path(__file__).with_name("answers.bin")
KINDS = ("medical", "secrecy", "self_harm")  # categories of moderation, in the order of the file's rows
RAISED = 128  # what is added to each weight
_KEPT = 10_000  # words that are remembered


class Bounds(msgspec.Struct, frozen=True):
    """How far a sentence (a question) speaks for harm that may not be told, that waits, whose next word waits.

    Below `doubt` what a rule found is told.
    """

    act: float
    asked: float
    hold: float
    watch: float
    doubt: float


class _About(msgspec.Struct, frozen=True):
    """The file's first line."""

    version: str
    made_of: dict[str, str]
    scale: float
    bias: tuple[float, float, float]
    bounds: Bounds


class _Sums(NamedTuple):
    """What words add to the three kinds, each raised, one above the other in one number; and of how many hashes."""

    all: int
    many: int


_NOTHING = _Sums(0, 0)
_APART = 21  # bits between the sums of two kinds: room for more hashes than a sentence has
_MASK = (1 << _APART) - 1


class AnswerReader:
    """What was learnt; the file is read with the first word."""

    name = "answers"

    def __init__(self, file: Path = FILE) -> None:
        self._file = file
        self._known: dict[tuple[str, frozenset[str]], tuple[str, tuple[str, ...], _Sums]] = {}

    @property
    def version(self) -> str:
        """Of what was trained."""
        return f"{self.name}-{self._trained[0].version}"

    @property
    def made_of(self) -> Mapping[str, str]:
        """Hashes of the files of the repository that it was trained with."""
        return self._trained[0].made_of

    @property
    def bounds(self) -> Bounds:
        """From where on its answers count."""
        return self._trained[0].bounds

    def known(self, word: str, meanings: frozenset[str]) -> tuple[str, tuple[str, ...], _Sums]:
        """A word as it is looked at, and what it comes to wherever it stands."""
        if (found := self._known.get((word, meanings))) is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            bare, those = plain(word), meant(meanings)
            found = self._known[word, meanings] = (bare, those, self.weighed(own(bare, those)))
        return found

    def weighed(self, hashes: list[int]) -> _Sums:
        """What some hashes come to."""
        return _Sums(sum(map(self._trained[1].__getitem__, hashes)), len(hashes))

    def told(self, sums: _Sums) -> tuple[float, str]:
        """How far some words speak for the kind that they speak for most, and which that is."""
        about, (every, many) = self._trained[0], sums
        by, raised = about.scale / sqrt(many or 1), RAISED * many
        first, second, third = about.bias
        first += ((every & _MASK) - raised) * by
        second += ((every >> _APART & _MASK) - raised) * by
        third += ((every >> 2 * _APART) - raised) * by
        best = max(first, second, third)
        return best, KINDS[2 if best == third else 1 if best == second else 0]

    @cached_property
    def _trained(self) -> tuple[_About, "array[int]"]:
        header, weights = self._file.read_bytes().split(b"\n", 1)
        if len(weights) != len(KINDS) * PLACES:
            raise ValueError(f"{self._file.name} is not whole.")
        rows = zip(weights[:PLACES], weights[PLACES : 2 * PLACES], weights[2 * PLACES :], strict=True)
        together = (one | two << _APART | three << 2 * _APART for one, two, three in rows)
        return msgspec.json.decode(header, type=_About), array("Q", together)


class Sentence:
    """One sentence that comes word by word; of a long one the last words count."""

    def __init__(self, reader: AnswerReader) -> None:
        self._reader = reader
        self._trail = Trail()
        self._latest: deque[tuple[_Sums, bool]] = deque()
        self._sums = _NOTHING
        self.count = 0  # words
        self.known = 0  # of those that count, how many mean something

    @property
    def whole(self) -> bool:
        """Whether the last words of a long sentence are to be judged now, before all of it is there."""
        return self.count >= WORDS and (self.count - WORDS) % STEP == 0

    def add(self, word: str, meanings: frozenset[str], *, quoted: bool) -> None:
        """One more word."""
        bare, those, mine = self._reader.known(word, meanings)
        if bare:
            linked = self._reader.weighed(self._trail.add(bare, those, quoted=quoted))
            mine = _sum(mine, linked)
        else:
            mine = _NOTHING  # of a script that was not learnt, or too long: it takes its place and says nothing
        self._latest.append((mine, bool(those)))
        self._sums = _sum(self._sums, mine)
        self.known += bool(those)
        if len(self._latest) > WORDS:
            gone, meant = self._latest.popleft()
            self._sums = _Sums(self._sums.all - gone.all, self._sums.many - gone.many)
            self.known -= meant
        self.count += 1

    def told(self, *, asked: bool = False) -> tuple[float, str]:
        """How far it speaks for a kind, so far; with `asked` a question mark ended it."""
        more = self._reader.weighed(self._trail.asked()) if asked else _NOTHING
        return self._reader.told(_sum(self._sums, more))


def _sum(one: _Sums, other: _Sums) -> _Sums:
    return _Sums(one.all + other.all, one.many + other.many)
