"""How near texts are to each other by the vectors that a model makes of them, and rankings joined; it asks no model."""

import math
from array import array
from collections.abc import Iterable, Sequence
from operator import mul

GUESSED = 200  # passages that are compared exactly, of those that seem nearest
_SOFT = 60  # what is usual for joining rankings: how little the very first places count before the next ones


def unit(vector: Sequence[float]) -> "array[float]":
    """The vector with a length of 1, in 32-bit floats; one of length 0 stays what it is."""
    length = math.sqrt(sum(map(mul, vector, vector)))
    return array("f", [one / length for one in vector] if length else vector)


def signs_of(vector: Sequence[float]) -> bytes:
    """One bit a number: whether it is above zero."""
    bits = "".join("1" if one > 0 else "0" for one in vector)
    return int(bits or "0", 2).to_bytes((len(bits) + 7) // 8)


def guessed(asked: bytes, rows: Iterable[tuple[int, bytes]], most: int = GUESSED) -> list[int]:
    """Which are likely the nearest: those whose signs differ least. Cheap, so that it can be asked of all."""
    wanted = int.from_bytes(asked)
    far = sorted(((int.from_bytes(signs) ^ wanted).bit_count(), n) for n, signs in rows if len(signs) == len(asked))
    return [n for _, n in far[:most]]


def near(asked: "array[float]", rows: Iterable[tuple[int, bytes]], least: float) -> list[int]:
    """Those that are at least so near (1: the same direction), the nearest first."""
    found: list[tuple[float, int]] = []
    for n, packed in rows:
        vector = array("f", packed)
        if len(vector) == len(asked) and (score := sum(map(mul, asked, vector))) >= least:
            found.append((-score, n))
    return [n for _, n in sorted(found)]


def joined(*rankings: Sequence[int]) -> dict[int, float]:
    """A score for everything in some rankings, by its places in them (reciprocal rank fusion)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, n in enumerate(ranking, 1):
            scores[n] = scores.get(n, 0.0) + 1 / (_SOFT + place)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
