"""♥ What the reader of answers looks at: words, what they mean, and what stands before them in the same sentence.

Everything is a hash; no vocabulary leads back out of it. It weighs nothing and knows no language.
"""

import re
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

PLACES = 3 << 14  # numbers that hashes are brought down to
WORDS = 24  # of a sentence that is longer, as many are read at once,
STEP = 8  # and again after as many more
_GRAMS = (3, 4)  # letters
_MEANINGS = 4  # of one word, at most
_BEFORE = 12  # meanings and unknown words that stood before, each paired with what comes
_LEET = str.maketrans("0134578@$!|+", "oieastbasiit")
_NO_LETTER = re.compile(r"[^a-z]")
_TWICE = re.compile(r"(.)\1+")
_NUMBER = "#"
_LONGEST = 30  # letters of a word; what is longer is no word of ours
_START = "<"


def plain(word: str) -> str:
    """The Latin letters of a word, without signs and repetition.

    All numbers are one; other scripts, and what is too long for a word, are nothing.
    """
    if len(word) > _LONGEST:
        return ""
    if word.isdigit():
        return _NUMBER
    if not word.isalpha():
        word = word.translate(_LEET)
    return _TWICE.sub(r"\1", _NO_LETTER.sub("", word))


def own(word: str, meanings: Sequence[str]) -> list[int]:
    """The hashes of a word wherever it stands."""
    padded = f" {word} "
    letters = (padded[at : at + size] for size in _GRAMS for at in range(len(padded) - size + 1))
    return [_hash(f"w{word}"), *map(_hash, letters), *(_hash(f"m{one}") for one in meanings)]


class _Begun(NamedTuple):
    """The sums of what begins with a word, or a meaning, that stood before: what follows is added to them."""

    last: int
    before: int
    first: int
    meaning_after_last: int
    meaning_after_first: int
    word_after_meaning: int
    meaning_after_meaning: int
    meaning_after_that: int
    anywhere: int


@lru_cache(maxsize=4096)
def _begun(word: str) -> _Begun:
    return _Begun(*(crc32(f"{kind}{word}".encode()) for kind in "bsfkglnpq"))


class Trail:
    """The words of a sentence so far, as far as the next one is looked at together with them."""

    def __init__(self) -> None:
        start = _begun(_START)
        self._last = self._before = start
        self._meant: Sequence[_Begun] = (start,)
        self._meant_before: Sequence[_Begun] = (start,)
        self._all: deque[int] = deque(maxlen=_BEFORE)
        self._first = ""

    def add(self, word: str, meanings: Sequence[str], *, quoted: bool) -> list[int]:
        """The hashes of one more word together with those before it."""
        own, those = f" {word}".encode(), [f" {one}".encode() for one in meanings]
        found = [one % PLACES for one in self._sums(own, those)]
        if quoted:
            found += [_hash("Q"), *(_hash(f"Q{one}") for one in meanings)]
        self._first = self._first or word
        self._all += [_begun(one).anywhere for one in meanings or (word,)]
        if meanings:
            self._meant_before, self._meant = self._meant, [_begun(one) for one in meanings]
        self._before, self._last = self._last, _begun(word)
        return found

    def asked(self) -> list[int]:
        """The hashes of a question mark."""
        return [_hash("?"), _hash(f"?{self._first}")]

    def _sums(self, word: bytes, meanings: list[bytes]) -> list[int]:
        """Of each pair of something that stood before and what comes."""
        last, first = self._last, _begun(self._first)
        found = [crc32(word, last.last), crc32(word, self._before.before)]
        found += [crc32(word, one.word_after_meaning) for one in self._meant]
        if self._first:
            found.append(crc32(word, first.first))
        for meaning in meanings:
            found += (crc32(meaning, last.meaning_after_last), crc32(meaning, first.meaning_after_first))
            found += [crc32(meaning, one.meaning_after_meaning) for one in self._meant]
            found += [crc32(meaning, one.meaning_after_that) for one in self._meant_before]
        for meaning in meanings or (word,):
            found += [crc32(meaning, one) for one in self._all]
        return found


def meant(meanings: frozenset[str]) -> tuple[str, ...]:
    """The meanings of a word that are looked at, in order."""
    return tuple(sorted(meanings)[:_MEANINGS])


def _hash(piece: str) -> int:
    return crc32(piece.encode()) % PLACES
