"""♥ What the reader of statements looks at: words and what they mean, in windows that no padding waters down.

Words are taken as the lexicon of danger reads them, so that a disguise that it knows hides nothing here either.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from palaver.care.crisis.lexicon import Meant
from palaver.care.crisis.spelling import fold

BITS = 17
_MASK = (1 << BITS) - 1
_GRAMS = (3, 4)  # letters
_LEET = str.maketrans("0134578@$!|+", "oieastbasiit")
_NO_LETTER = re.compile(r"[^a-z]")
_TWICE = re.compile(r"(.)\1+")
_FILLER = "x"
_START = "<"
# Words of a window, and words until the next one begins: a short statement in a long sentence has one of its own.
_SIZES = ((6, 2), (12, 4), (24, 8))


class Spoken(NamedTuple):
    """One word, as it is looked at and where it stood."""

    word: str
    meant: Meant


def spoken(text: str, clauses: Sequence[Sequence[Meant]]) -> Iterator[list[Spoken]]:
    """Clauses as words, and each together with the next one, where both are short."""
    alone = [[Spoken(_plain(text[one.start : one.end]), one) for one in clause] for clause in clauses]
    yield from alone
    yield from ([*one, *other] for one, other in pairwise(alone) if len(one) + len(other) <= _SIZES[-1][0])


def _plain(word: str) -> str:
    """The letters of a word without case, marks, signs and repetition."""
    folded = fold(word).text
    if not folded.isalpha():
        folded = _NO_LETTER.sub("", folded.translate(_LEET))
    return _TWICE.sub(r"\1", folded)


def pieces(clause: Sequence[Spoken]) -> list[list[int]]:
    """For each word of a clause the hashes that it adds: its own, and those with what stands right before it."""
    words, told = [_START, _START], [_START, _START]
    found = list[list[int]]()
    for one in clause:
        mine = [*_of_letters(one.word), _hash(f"b{words[-1]} {one.word}"), _hash(f"s{words[-2]} {one.word}")]
        for meaning in one.meant.meanings.split():
            if meaning != _FILLER:
                mine += _of_meaning(meaning, told[-2], told[-1])
                told.append(meaning)
        words.append(one.word)
        found.append(mine)
    return found


def _of_letters(word: str) -> Iterator[int]:
    padded = f" {word} "
    yield _hash(f"w{word}")
    for size in _GRAMS:
        yield from (_hash(padded[at : at + size]) for at in range(len(padded) - size + 1))


def _of_meaning(meaning: str, before: str, last: str) -> Iterator[int]:
    yield _hash(f"m{meaning}")
    yield _hash(f"n{last} {meaning}")
    yield _hash(f"p{before} {meaning}")
    yield _hash(f"o{before} {last} {meaning}")


def _hash(piece: str) -> int:
    return crc32(piece.encode("utf-8", "replace")) & _MASK


def spans(length: int) -> Iterator[tuple[int, int]]:
    """Where the windows of a clause of so many words begin and end."""
    for size, step in _SIZES:
        if length <= size:
            yield 0, length
            return
        yield from ((start, start + size) for start in range(0, length - size, step))
        yield length - size, length
