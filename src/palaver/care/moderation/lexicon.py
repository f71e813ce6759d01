"""♥ What a word means to the rules of moderation, whole or half heard; it reads no sentence and judges nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from sys import intern
from typing import NamedTuple

from palaver.care.crisis.spelling import readings
from palaver.care.moderation.patterns import Meanings

_ALTERNATIVES = re.compile(r"\(([^()]*)\)")
_EDGES = "\"'“”‘’«»()[]{}<>.,:;!?…*_~`^#-–—|/\\&=+$%"
_INNER = re.compile(r"[^a-z']+")
_LETTERS = re.compile(r"[^\W\d_]")
_LONGEST = 24  # letters of a word, where they stand apart
_MANY = 9  # so many of a kind are no dose of anything (see `crisis/lexicon.py`)
_OF_AGE = range(4, 18)  # years of a child
_SIGNS = str.maketrans("0134578@$!|+", "oieastbasiit")
_PART = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_AMOUNT = re.compile(r"(\d{1,5})(mg|mgs|ml|mcg|g|milligrams?)?")
_TWICE = re.compile(r"(.)\1+")
_KEPT = 10_000  # words of each kind that are remembered


class Meant(NamedTuple):
    """What a word means, and whose word it is; empty where it is not known."""

    meanings: Meanings
    language: str | None


UNKNOWN = Meant(frozenset(), None)


@cache
def _meant(meanings: Meanings, language: str | None) -> Meant:
    """One value for all words of books that mean the same: there are ten times as many words as meanings."""
    return Meant(meanings, language)


class Word(NamedTuple):
    """A word within a row of characters without a gap."""

    start: int
    end: int
    meant: Meant


class Lexicon:
    """All words that rules speak of, and which of them can begin what they look for."""

    def __init__(self, words: Mapping[str, Mapping[str, str]], starters: Meanings, names: Meanings) -> None:
        meanings: dict[str, set[str]] = {}
        languages: dict[str, str] = {}
        for language, groups in words.items():
            for those_names, those in groups.items():
                for word in (form for one in those.split() for form in _forms(one)):
                    meanings.setdefault(word, set()).update(those_names.split())
                    languages.setdefault(word, language)
        groups = {name for those in words.values() for names_of in those for name in names_of.split()}
        for word in names - groups:  # a rule that names no group means the word itself
            meanings.setdefault(word, set()).add(word)
            languages.setdefault(word, "en")
        self._known = {word: _meant(frozenset(those), languages[word]) for word, those in meanings.items()}
        self._bare = {word.replace("'", ""): meant for word, meant in self._known.items()}
        begins = (word for word, meant in self._known.items() if meant.meanings & starters)
        bones = (bone for word in begins for bone in _bones(word))
        self._prefixes = {intern(bone[:size]) for bone in bones for size in range(1, len(bone) + 1)}
        self._seen: dict[str, Meant] = {}
        self._tokens: dict[str, tuple[Word, ...]] = {}
        self._begun: dict[str, bool] = {}

    def may_begin(self, token: str) -> bool:
        """Whether what is heard of a token so far may turn out to hold a word that begins something."""
        if (known := self._begun.get(token)) is None:
            if len(self._begun) >= _KEPT:
                self._begun.clear()
            known = self._begun[token] = self._may_begin(token)
        return known

    def _may_begin(self, token: str) -> bool:
        core = token.strip(_EDGES)
        if not core:
            return True
        parts = _PART.findall(core) if _INNER.search(core) else []
        return any(bone in self._prefixes for part in (core, *parts) for bone in _bones(part))

    def words(self, token: str) -> tuple[Word, ...]:
        """The words of a token: nearly always one."""
        if (known := self._tokens.get(token)) is None:
            if len(self._tokens) >= _KEPT:
                self._tokens.clear()
            known = self._tokens[token] = tuple(self._words(token))
        return known

    def _words(self, token: str) -> Iterator[Word]:
        core = token.strip(_EDGES)
        if not core:
            return
        at = token.index(core)
        meant = self.meaning(core)
        parts = [] if meant.meanings or core.isalpha() else list(_PART.finditer(core))
        if len(parts) < 2:
            yield Word(at, at + len(core), meant)
        elif all(len(one[0]) == 1 for one in parts):
            yield Word(at, at + len(core), self.meaning("".join(one[0] for one in parts)))
        else:
            for one in parts:
                yield Word(at + one.start(), at + one.end(), self.meaning(one[0]))

    def parted(self, letters: str) -> list[Word]:
        """The words of letters that stand apart, as many of them as are known; none where hardly any are.

        Read from the end: what a row comes to from each place on, and how long its first word is. A letter that belongs
        to no word costs more than any word, so that the fewest are left over.
        """
        best: list[tuple[int, int]] = [(0, 0)]
        for at in range(len(letters) - 1, -1, -1):
            rest = letters[at : at + _LONGEST]
            known = [size for size in range(1, len(rest) + 1) if self._is_word(rest[:size])]
            costs = [(best[-size][0] + 1, -size) for size in known] + [(best[-1][0] + 3, -1)]
            cost, size = min(costs)
            best.append((cost, -size))
        found = [one for one in self._parts(letters, best[::-1]) if one.meant.meanings]
        known_letters = sum(one.end - one.start for one in found)
        return found if known_letters * 2 > len(letters) else []

    def _is_word(self, word: str) -> bool:
        return word in self._bare and (len(word) > 1 or word in "aiu")

    def _parts(self, letters: str, best: list[tuple[int, int]]) -> Iterator[Word]:
        at = 0
        while at < len(letters):
            size = best[at][1]
            yield Word(at, at + size, self._bare.get(letters[at : at + size], UNKNOWN))
            at += size

    def meaning(self, word: str) -> Meant:
        """What one word means, however it is written."""
        if (meant := self._known.get(word)) is not None:
            return meant
        if (meant := self._seen.get(word)) is None:
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            meant = self._seen[word] = self._read(word)
        return meant

    def _read(self, word: str) -> Meant:
        if meant := self._bare.get(word.replace("'", "")):
            return meant
        if amount := _AMOUNT.fullmatch(word):
            return _amount(int(amount[1]), amount[2] is not None)
        if _LETTERS.search(word) is None:
            return UNKNOWN
        return next((self._bare[one] for one in readings(word) if len(one) > 1 and one in self._bare), UNKNOWN)


# What a word means after another: a rule may begin there, and no number or small word has to wait for what comes next.
_AFTER = (("year", "of_age", frozenset({"childs_year"})), ("way", "several", frozenset({"counted_way"})))


def after(meanings: Meanings, before: Iterable[Meanings]) -> Meanings:
    """What a word means behind these two, the nearer first."""
    for name, one, made in _AFTER:
        if name in meanings and any(one in those for those in before):
            return meanings | made
    return meanings


def _amount(size: int, measured: bool) -> Meant:
    if measured:
        return Meant(frozenset({"number", "measured"}), None)
    also = (("many", size >= _MANY), ("of_age", size in _OF_AGE))
    return Meant(frozenset({"number", *(name for name, so in also if so)}), None)


def _forms(word: str) -> Iterator[str]:
    """All that a written form stands for: `u(na|ta)acha` is two words."""
    if (found := _ALTERNATIVES.search(word)) is None:
        yield word
        return
    for one in found[1].split("|"):
        yield from _forms(word[: found.start()] + one + word[found.end() :])


def _bones(word: str) -> tuple[str, str]:
    """What stays the same in all disguises of a word, and of its beginnings: with signs as letters, and without."""
    return tuple(
        _TWICE.sub(r"\1", one.translate(_SIGNS).replace("l", "i").replace("'", "")) for one in (word, _dropped(word))
    )  # type: ignore[return-value]


def _dropped(word: str) -> str:
    return "".join(letter for letter in word if letter.isalnum())
