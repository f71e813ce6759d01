"""♥ Words of a text with their places, and patterns of words found among them; it knows no word itself."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_GAP = "..."
_GAP_AT_MOST = 3  # words between two parts of a pattern: more, and they say different things
_STEM = 3  # letters by which beginnings are looked up


class Word(NamedTuple):
    """A word in plain small letters, and where it stands."""

    text: str
    start: int
    end: int


class Match(NamedTuple):
    """Something that was found, and which words say it: from `first` up to `after`."""

    key: str
    first: int
    after: int


def words_of(text: str) -> list[Word]:
    """All words of a text."""
    return [Word(_plain(found[0]), found.start(), found.end()) for found in _WORD.finditer(text)]


@lru_cache(maxsize=4_096)
def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).casefold().replace("’", "'").replace("ʼ", "'")
    return folded if folded.isascii() else "".join(one for one in folded if not unicodedata.combining(one))


class _Part(NamedTuple):
    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.beginnings)


_Parts = tuple[_Part | None, ...]  # None: a gap


class Patterns:
    """Many patterns, looked for at once: `niko sawa`, `nimechok*`, `sina|sioni ... kuishi`."""

    def __init__(self, patterns: Mapping[str, Iterable[str]]) -> None:
        self._by_word: dict[str, list[tuple[str, _Parts]]] = {}
        self._by_beginning: dict[str, list[tuple[str, _Parts]]] = {}
        for key, those in patterns.items():
            for pattern in those:
                self._take(key, tuple(map(_part, pattern.split())))

    def _take(self, key: str, parts: _Parts) -> None:
        first = parts[0]
        assert first is not None
        for word in first.whole:
            self._by_word.setdefault(word, []).append((key, parts))
        for beginning in first.beginnings:
            self._by_beginning.setdefault(beginning[:_STEM], []).append((key, parts))

    def find(self, words: Sequence[Word]) -> list[Match]:
        """Every place of every pattern, in the order of the text; what stands inside a longer one is not told."""
        found: list[Match] = []
        for at, word in enumerate(words):
            here = [*self._by_word.get(word.text, ()), *self._by_beginning.get(word.text[:_STEM], ())]
            ends: dict[str, int] = {}
            for key, parts in here:
                if (after := _end(parts, words, at)) is not None:
                    ends[key] = max(after, ends.get(key, 0))
            found += [Match(key, at, after) for key, after in ends.items()]
        return list(_outermost(found))


def _outermost(found: Iterable[Match]) -> Iterator[Match]:
    first, after = -1, 0
    for one in sorted(found, key=lambda one: (one.first, -one.after)):
        if one.after > after or (one.first, one.after) == (first, after):
            first, after = one.first, max(one.after, after)
            yield one


def _part(text: str) -> _Part | None:
    if text == _GAP:
        return None
    choices = text.split("|")
    beginnings = tuple(one[:-1] for one in choices if one.endswith("*"))
    return _Part(frozenset(one for one in choices if not one.endswith("*")), beginnings)


def _end(parts: _Parts, words: Sequence[Word], at: int) -> int | None:
    """Where a pattern ends that begins here, or None."""
    if not parts:
        return at
    part, *rest = parts
    if part is None:
        ends = (_end(tuple(rest), words, later) for later in range(at, min(len(words), at + _GAP_AT_MOST + 1)))
        return next((end for end in ends if end is not None), None)
    if at >= len(words) or not part.fits(words[at].text):
        return None
    return _end(tuple(rest), words, at + 1)
