"""♥ Which language each part of a text is in, by the letters that follow each other; it knows English and Swahili.

Where neither fits, it says so. Where somebody changes language in the middle of a sentence, the change is found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from palaver.care.culture.words import Word

Language = Literal["en", "sw", "unknown"]
_EDGE = "_"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz'")
# What a change of language costs, in quarters of a bit: a single odd word is rather a name or a loan than a change.
_CHANGE = 36
# A part costs no more than this a group where it is in one of ours, and short ones vary more: 97 of 100 sentences that
# people wrote do (docs/care/culture.md). A longer one of another language costs the same in both.
_STRANGE, _VARIES = 46.0, 8.0
_SAME, _LONG = 2.0, 12
_LEAST = 4  # groups: less letters than that say nothing
# Who does what when, before a verb: in front of an English stem it makes a word of both languages.
_BEFORE = (
    "nimeku", "nitaku", "ninaku", "nime", "nina", "nita", "nili", "ume", "una", "uta", "ame", "ana", "ata", "ali",
    "tume", "tuna", "tuta", "wame", "wana", "wata", "naku", "ku",
)  # fmt: skip
_BOTH = 4  # how much rather English a stem is, in quarters of a bit; what ends in a vowel is rather an odd verb


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What three letters in a row cost in each language; `training/care/spoken.py` counts them."""

    languages: list[str]
    unseen: list[int]
    groups: dict[str, list[int]]


class Segment(msgspec.Struct, frozen=True):
    """A part of a text that is in one language: code points `start` to `end`. `sure` is from 0.5 to 1."""

    start: int
    end: int
    language: Language
    sure: float


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What the words of a stretch cost in both languages, over so many groups."""

    en: float
    sw: float
    count: int


def groups(word: str) -> list[str]:
    """Each three letters in a row, the edges of a word counted as letters; of other scripts nothing is left."""
    letters = _EDGE + "".join(one for one in word if one in _LETTERS) + _EDGE
    return [letters[at : at + 3] for at in range(len(letters) - 2)] if len(letters) > 2 else []


class Spoken:
    """Tells languages apart by their letters."""

    def __init__(self, letters: Letters) -> None:
        self._costs: Mapping[str, list[int]] = letters.groups
        self._unseen = letters.unseen
        self._en, self._sw = letters.languages.index("en"), letters.languages.index("sw")
        self._known: dict[str, _Weighed] = {}

    def segments(self, words: Sequence[Word], stops: Sequence[int] = ()) -> list[Segment]:
        """The parts of a text; none goes on over a place in `stops`."""
        found: list[Segment] = []
        for sentence in _sentences(words, stops):
            weighed = [self._weighed(word.text) for word in sentence]
            for first, after in _stretches(_path(weighed)):
                language, sure = _language(_sum(weighed[first:after]))
                found.append(Segment(sentence[first].start, sentence[after - 1].end, language, sure))
        return list(_joined(found))

    def mixed(self, word: str) -> bool:
        """Whether it is an English stem behind a Swahili beginning (`nimestay`, `kuchill`)."""
        for before in _BEFORE:
            stem = word.removeprefix(before)
            if stem != word and len(stem) > 3:
                weighed = self._weighed(stem)
                return weighed.sw - weighed.en > _BOTH and not stem.endswith(("a", "e", "i", "u"))
        return False

    def _weighed(self, word: str) -> _Weighed:
        if (known := self._known.get(word)) is None:
            known = self._weigh(word)
            if len(self._known) < 8_192:  # words come back; beyond that it starts to be no saving
                self._known[word] = known
        return known

    def _weigh(self, word: str) -> _Weighed:
        costs = [self._costs.get(group, self._unseen) for group in groups(word)]
        return _Weighed(sum(one[self._en] for one in costs), sum(one[self._sw] for one in costs), len(costs))


def _sentences(words: Sequence[Word], stops: Sequence[int]) -> Iterator[Sequence[Word]]:
    """The words between two stops, stops and words in the order of the text."""
    waiting = iter(sorted(stops))
    stop = next(waiting, None)
    begun = 0
    for at, word in enumerate(words):
        while stop is not None and stop < word.start:
            if begun < at:
                yield words[begun:at]
                begun = at
            stop = next(waiting, None)
    if begun < len(words):
        yield words[begun:]


def _path(weighed: Sequence[_Weighed]) -> list[bool]:
    """For each word whether it is rather Swahili, where changing costs something (the cheapest way through)."""
    en, sw = 0.0, 0.0
    ways: list[tuple[bool, bool]] = []  # whether the cheapest way to (English, Swahili) came from Swahili
    for one in weighed:
        from_sw, from_en = sw + _CHANGE < en, en + _CHANGE < sw
        ways.append((from_sw, not from_en))
        en, sw = (sw + _CHANGE if from_sw else en) + one.en, (en + _CHANGE if from_en else sw) + one.sw
    path = [sw < en]
    for way in reversed(ways[1:]):
        path.append(way[path[-1]])
    return path[::-1]


def _stretches(path: Sequence[bool]) -> Iterator[tuple[int, int]]:
    first = 0
    for at in range(1, len(path) + 1):
        if at == len(path) or path[at] != path[first]:
            yield first, at
            first = at


def _sum(weighed: Sequence[_Weighed]) -> _Weighed:
    return _Weighed(sum(one.en for one in weighed), sum(one.sw for one in weighed), sum(one.count for one in weighed))


def _language(weighed: _Weighed) -> tuple[Language, float]:
    best, other = min(weighed.en, weighed.sw), max(weighed.en, weighed.sw)
    # Letters that follow each other are not independent: a tenth of what they say together is what they say.
    sure = 1 / (1 + 2 ** (-(other - best) / 40))
    if weighed.count < _LEAST or best / weighed.count > _STRANGE + _VARIES / weighed.count**0.5:
        return "unknown", 0.5
    if weighed.count >= _LONG and (other - best) / weighed.count < _SAME:
        return "unknown", 0.5
    return ("sw" if weighed.sw < weighed.en else "en"), round(sure, 3)


def _joined(found: Sequence[Segment]) -> Iterator[Segment]:
    """Parts beside each other in one language are one, over stops as well."""
    kept: Segment | None = None
    for one in found:
        if kept and kept.language == one.language:
            kept = Segment(kept.start, one.end, one.language, max(kept.sure, one.sure))
            continue
        if kept:
            yield kept
        kept = one
    if kept:
        yield kept
