"""♥ What the reader of answers looks at: words, what they mean, and what stands before them in the same sentence.

Everything is a hash; no vocabulary leads back out of it. It weighs nothing and knows no language.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
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
_START = "<"


def plain(word: str) -> str:
    """The Latin letters of a word, without signs and repetition; all numbers are one, and other scripts are nothing."""
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


class Trail:
    """The words of a sentence so far, as far as the next one is looked at together with them."""

    def __init__(self) -> None:
        self._last = self._before = _START
        self._meant: Sequence[str] = (_START,)
        self._meant_before: Sequence[str] = (_START,)
        self._all: deque[str] = deque(maxlen=_BEFORE)
        self._first = ""

    def add(self, word: str, meanings: Sequence[str], *, quoted: bool) -> list[int]:
        """The hashes of one more word together with those before it."""
        found = list(map(_hash, self._pieces(word, meanings)))
        if quoted:
            found += [_hash("Q"), *(_hash(f"Q{one}") for one in meanings)]
        self._first = self._first or word
        self._all += meanings or (word,)
        if meanings:
            self._meant_before, self._meant = self._meant, meanings
        self._before, self._last = self._last, word
        return found

    def asked(self) -> list[int]:
        """The hashes of a question mark."""
        return [_hash("?"), _hash(f"?{self._first}")]

    def _pieces(self, word: str, meanings: Sequence[str]) -> Iterator[str]:
        yield f"b{self._last} {word}"
        yield f"s{self._before} {word}"
        for one in self._meant:
            yield f"l{one} {word}"
        if self._first:
            yield f"f{self._first} {word}"
        for meaning in meanings:
            yield f"k{self._last} {meaning}"
            yield f"g{self._first} {meaning}"
            for one in self._meant:
                yield f"n{one} {meaning}"
            for one in self._meant_before:
                yield f"p{one} {meaning}"
        for meaning in meanings or (word,):
            for one in self._all:
                yield f"q{one} {meaning}"


def meant(meanings: frozenset[str]) -> tuple[str, ...]:
    """The meanings of a word that are looked at, in order."""
    return tuple(sorted(meanings)[:_MEANINGS])


def _hash(piece: str) -> int:
    return crc32(piece.encode("utf-8", "replace")) % PLACES
