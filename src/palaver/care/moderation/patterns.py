"""♥ Patterns over the meanings of words, read word by word: it says what matched and what still may; it knows no word.

A pattern is written as `you may? have deg{0,4} illness`. `gap` is any word that turns nothing round, `any` is any word;
`sentence_start` and `sentence_end` stand between words, and no gap reaches over them. Every repetition is bounded, so
that whatever began ends within a number of words, and nothing waits for longer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import NamedTuple

Meanings = frozenset[str]
Run = frozenset[int]

_TOKENS = re.compile(r"\s*([a-zA-Z_']+|\{\d+,\d+\}|[()|?])")
_COUNTS = re.compile(r"\{(\d+),(\d+)\}")
START, END = (
    frozenset(("sentence_start",)),
    frozenset(("sentence_end",)),
)  # the edges of sentences, as if they were words
_EDGES = START | END
_BLOCKS = frozenset(("not", "if", "but")) | _EDGES  # no gap reaches over these
_REMEMBERED = 20_000  # steps that are kept; a text that is made to need more only makes them be found again


class BadPattern(Exception):
    """A pattern that cannot be read."""


class Step(NamedTuple):
    """Where one more word leads: what may still match, and what has."""

    run: Run
    matched: tuple[int, ...]


class Found(NamedTuple):
    """Which pattern matched which words of a row, the end left out."""

    label: int
    start: int
    end: int


class Automaton:
    """Many patterns at once."""

    def __init__(self, patterns: Iterable[tuple[str, int]], macros: Mapping[str, str]) -> None:
        self._edges: list[tuple[str, int] | None] = []  # to where a word leads; most places are led from by none
        self._also: list[tuple[int, ...]] = []
        self._ends: dict[int, int] = {}
        self._steps: dict[tuple[Run, Meanings], Step] = {}
        starts: list[int] = []
        for written, label in patterns:
            start, end = _Reader(self, _words(written, macros)).whole()
            starts.append(start)
            self._ends[end] = label
        self.begin: Run = self._closed(starts)
        self.starters: Meanings = self._named(self.begin)
        if self.starters & {"gap", "any"} or any(one in self._ends for one in self.begin):
            raise BadPattern("A pattern has to begin with a meaning.")
        self.opened: Run = self._stepped(self.begin, START).run  # what may match from the first word of a sentence on
        self.openers: Meanings = self._named(self.opened)

    @property
    def names(self) -> Meanings:
        """Every meaning that a pattern names."""
        return frozenset(edge[0] for edge in self._edges if edge) - {"gap", "any"} - _EDGES

    def step(self, run: Run, word: Meanings) -> Step:
        """What one more word makes of what may still match."""
        key = (run, word)
        if (known := self._steps.get(key)) is None:
            if len(self._steps) >= _REMEMBERED:
                self._steps.clear()
            known = self._steps[key] = self._stepped(run, word)
        return known

    def find(self, words: Sequence[Meanings]) -> list[Found]:
        """Everything that matches somewhere in a row of words, each as soon as it does."""
        found: list[Found] = []
        runs: list[tuple[int, Run]] = []
        for at, word in enumerate(words):
            if word & self.starters:
                runs.append((at, self.begin))
            going = [(start, self.step(run, word)) for start, run in runs]
            found += [Found(label, start, at + 1) for start, step in going for label in step.matched]
            runs = [(start, step.run) for start, step in going if step.run]
        return found

    def _stepped(self, run: Run, word: Meanings) -> Step:
        reached = self._closed(edge[1] for one in run if (edge := self._edges[one]) and _is(edge[0], word))
        labels = {self._ends[one] for one in reached if one in self._ends}
        return Step(frozenset(one for one in reached if self._edges[one]), tuple(sorted(labels)))

    def _named(self, run: Run) -> Meanings:
        """What a word has to mean to go on from there."""
        return frozenset(edge[0] for one in run if (edge := self._edges[one]))

    def _closed(self, states: Iterable[int]) -> Run:
        waiting, seen = list(states), set[int]()
        while waiting:
            if (one := waiting.pop()) not in seen:
                seen.add(one)
                waiting += self._also[one]
        return frozenset(seen)

    def _state(self) -> int:
        self._edges.append(None)
        self._also.append(())
        return len(self._edges) - 1

    def word(self, name: str) -> tuple[int, int]:
        """A part that one word of a meaning fills."""
        start, end = self._state(), self._state()
        self._edges[start] = (intern(name), end)
        return start, end

    def either(self, parts: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """A part that any of some parts fills."""
        start, end = self._state(), self._state()
        self._also[start] += tuple(one[0] for one in parts)
        for one in parts:
            self._also[one[1]] += (end,)
        return start, end

    def row(self, parts: Sequence[tuple[int, int]]) -> tuple[int, int]:
        """A part that some parts fill one after the other."""
        start = end = self._state()
        for one in parts:
            self._also[end] += (one[0],)
            end = one[1]
        return start, end


def _is(name: str, word: Meanings) -> bool:
    return name in word or (name == "any" and not word & _EDGES) or (name == "gap" and not word & _BLOCKS)


def _words(written: str, macros: Mapping[str, str]) -> list[str]:
    """The pattern's words, with macros (of macros) written out."""
    for _ in range(5):
        written = re.sub(r"\b[A-Z][A-Z_]+\b", lambda found: f"({_macro(found[0], macros)})", written)
    found = _TOKENS.findall(written)
    if "".join(found) != re.sub(r"\s", "", written):
        raise BadPattern(written)
    return found


def _macro(name: str, macros: Mapping[str, str]) -> str:
    if name not in macros:
        raise BadPattern(name)
    return macros[name]


class _Reader:
    """Reads one pattern."""

    def __init__(self, into: Automaton, words: list[str]) -> None:
        self._into = into
        self._words = words
        self._at = 0

    def whole(self) -> tuple[int, int]:
        """The pattern, with an end of its own."""
        part = self.either()
        if self._at != len(self._words):
            raise BadPattern(" ".join(self._words))
        return self._into.row((part, self._into.row(())))

    def _next(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def either(self) -> tuple[int, int]:
        """All that stands between brackets, or the whole."""
        parts = [self._row()]
        while self._next() == "|":
            self._at += 1
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else self._into.either(parts)

    def _row(self) -> tuple[int, int]:
        parts: list[tuple[int, int]] = []
        while self._next() not in {"", "|", ")"}:
            parts += self._repeated()
        return self._into.row(parts)

    def _repeated(self) -> list[tuple[int, int]]:
        """One part as often as is written after it: the ones it needs, and the ones it may have."""
        began = self._at
        part = self._one()
        ended, mark = self._at, self._next()
        if mark != "?" and not mark.startswith("{"):
            return [part]
        self._at += 1
        least, most = (0, 1) if mark == "?" else map(int, _COUNTS.findall(mark)[0])
        parts: list[tuple[int, int]] = []
        for number in range(most):
            again = part if number == 0 else _Reader(self._into, self._words[began:ended]).either()
            parts.append(again if number < least else self._into.either((again, self._into.row(()))))
        return parts

    def _one(self) -> tuple[int, int]:
        word = self._next()
        self._at += 1
        if word != "(":
            if not word[:1].isalpha():
                raise BadPattern(" ".join(self._words))
            return self._into.word(word)
        part = self.either()
        if self._next() != ")":
            raise BadPattern(" ".join(self._words))
        self._at += 1
        return part
