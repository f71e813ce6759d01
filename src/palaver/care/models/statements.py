"""The reader of statements: hears that somebody says they want to die or are about to, in words no rule names.

It weighs hashed pieces of words and meanings with one row of small whole numbers; it needs nothing but Python, a file
of 131 KB and the lexicon of danger. It says nothing about feelings, and no vocabulary leads back out of the file.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from itertools import accumulate
from math import exp, sqrt
from pathlib import Path
from typing import NamedTuple

import msgspec

from palaver.care.crisis.lexicon import Lexicon, Meant
from palaver.care.models.port import Heads, Place, Sure
from palaver.care.models.spans import BITS, Spoken, pieces, spans, spoken

FILE = Path(__file__).with_name("statements.bin")
WORDS = Path(__file__).parents[1] / "crisis/words.toml"
RAISED = 128  # what is added to each weight
_MOST = 60_000  # characters; of a longer text, which takes longer than anybody waits, as many from both ends
_OVER_BREAKS = 1_000  # words that are read over empty lines as well, from both ends: each of them is read twice


@cache
def lexicon_in(words: Path = WORDS) -> Lexicon:
    """The lexicon of danger, the same for the rules and for this reader: made once in a process."""
    return Lexicon(tomllib.loads(words.read_text("utf-8")))


class _About(msgspec.Struct, frozen=True):
    """The file's first line: what makes a sum a probability, and from where on that counts."""

    version: str
    made_of: dict[str, str]
    scale: float
    bias: float
    sure: Sure


class _Window(NamedTuple):
    """Some words, and how likely they say it."""

    likely: float
    words: list[Spoken]


class StatementReader:
    """Reads English, Swahili, Sheng and mixtures of them; the file is read with the first text."""

    name = "statements"

    def __init__(self, file: Path = FILE, words: Path = WORDS) -> None:
        self._file = file
        self._words = words

    @property
    def version(self) -> str:
        """Of what was trained."""
        return f"{self.name}-{self._trained[0].version}"

    @property
    def sure(self) -> Sure:
        """From where on its answers count."""
        return self._trained[0].sure

    @property
    def made_of(self) -> Mapping[str, str]:
        """Hashes of the files of the repository that it was trained with."""
        return self._trained[0].made_of

    def read(self, text: str) -> Heads:
        """How likely the gravest window says it, and where that stands; nothing where no word is."""
        best: _Window | None = None
        for clause in self._clauses(text):
            found = self._gravest(clause)
            if best is None or found.likely > best.likely:
                best = found
        if best is None:
            return Heads(None, None, None)
        likely = best.likely
        return Heads((likely, likely, likely, likely), None, None, _place(best.words))

    def _clauses(self, text: str) -> list[list[Spoken]]:
        if len(text) > _MOST:
            cut = len(text) - _MOST // 2
            text = text[: _MOST // 2] + " " * (cut - _MOST // 2) + text[cut:]  # so that places stay what they are
        read = self._lexicon.read(text)
        return [*spoken(text, read.clauses), *(one for clause in _ends(read.across) for one in spoken(text, [clause]))]

    def _gravest(self, clause: list[Spoken]) -> _Window:
        about, weights = self._trained
        rows = pieces(clause)
        sums = [0, *accumulate(sum(weights[one] for one in row) - RAISED * len(row) for row in rows)]
        many = [0, *accumulate(map(len, rows))]
        total, start, end = max(
            ((sums[end] - sums[start]) / sqrt(many[end] - many[start]), start, end) for start, end in spans(len(rows))
        )
        raised = max(-60.0, min(60.0, about.scale * total + about.bias))
        return _Window(1 / (1 + exp(-raised)), clause[start:end])

    @property
    def _lexicon(self) -> Lexicon:
        return lexicon_in(self._words)

    @cached_property
    def _trained(self) -> tuple[_About, bytes]:
        header, weights = self._file.read_bytes().split(b"\n", 1)
        if len(weights) != 1 << BITS:
            raise ValueError(f"{self._file.name} is not whole.")
        return msgspec.json.decode(header, type=_About), weights


def _ends(clauses: list[list[Meant]]) -> list[list[Meant]]:
    """The first and the last words of clauses."""
    if sum(map(len, clauses)) <= 2 * _OVER_BREAKS:
        return clauses
    first = list(_until(clauses))
    last = [clause[::-1] for clause in _until([clause[::-1] for clause in clauses[::-1]])]
    return [*first, *last]


def _until(clauses: list[list[Meant]]) -> Iterator[list[Meant]]:
    left = _OVER_BREAKS
    for clause in clauses:
        if left > 0:
            yield clause[:left]
        left -= len(clause)


def _place(words: list[Spoken]) -> Place:
    spoken_in = {one.meant.language for one in words if one.meant.language}
    language = spoken_in.pop() if len(spoken_in) == 1 else "mixed"
    return Place(min(one.meant.start for one in words), max(one.meant.end for one in words), language)
