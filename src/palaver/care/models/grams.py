"""♥ Cuts a text into windows, words and hashed pieces of words; it keeps no word and knows no language."""

import re
from collections.abc import Iterator
from zlib import crc32

BITS = 17
_MASK = (1 << BITS) - 1
_GRAMS = (3, 4)  # letters; five gave nothing more and cost a third of the time
# Words, signs that are said with feeling, faces made of signs, and pictures.
_TOKEN = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*|[!?]+|\.{2,}|[:;=x][-']?[()dpo3/\\|]+|<3|[^\w\s.,\"'\[\]()*:;/&-]", re.IGNORECASE
)
_REPEATED = re.compile(r"(.)\1{2,}")
# What was learnt from is no longer than this; longer texts are read in windows that overlap by a sentence.
_WINDOW, _OVERLAP = 1_000, 150
# The first and the last of them: a longer text costs no more than a tenth of a second.
_MOST_WINDOWS = 32


def windows(text: str) -> Iterator[str]:
    """The text in parts that can be read one by one, the middle of a very long one left out."""
    if len(text) <= _WINDOW:
        yield text
        return
    starts = list(range(0, len(text) - _OVERLAP, _WINDOW - _OVERLAP))
    if len(starts) > _MOST_WINDOWS:
        starts = starts[: _MOST_WINDOWS // 2] + starts[-_MOST_WINDOWS // 2 :]
    for start in starts:
        yield text[start : start + _WINDOW]


def words(text: str) -> list[str]:
    """Its words and signs in small letters, in order; letters that are drawn out are three."""
    return _TOKEN.findall(_REPEATED.sub(r"\1\1\1", text.lower().replace("’", "'")))


def buckets(those: list[str]) -> set[int]:
    """The hashes of words, pairs of words and pieces of words; many share one, and none leads back to a word."""
    found: set[int] = set()
    for word in set(those):
        found.add(crc32(b"w" + word.encode()) & _MASK)
        if len(word) > 1:
            padded = f" {word} ".encode()
            for size in _GRAMS:
                for at in range(len(padded) - size + 1):
                    found.add(crc32(padded[at : at + size]) & _MASK)
    for pair in zip(["<", *those], [*those, ">"], strict=True):
        found.add(crc32(f"b{pair[0]} {pair[1]}".encode()) & _MASK)
    return found
