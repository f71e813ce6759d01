"""♥ One piece of personal data in a text, as a value; it finds none."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, get_args

import msgspec

Kind = Literal[
    "name", "phone", "email", "address", "national_id", "account", "card", "iban", "coordinates", "ip", "secret"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Where two findings overlap the earlier of these counts: what has a checksum or a form of its own before what has none.
_RANK: dict[Kind, int] = {
    kind: rank
    for rank, kind in enumerate(
        ("secret", "email", "iban", "card", "national_id", "coordinates", "ip", "phone", "account", "address", "name")
    )
}


class Entity(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A place in a text, and what stands there; `end` is the first character behind it."""

    start: int
    end: int
    kind: Kind


def settled(found: Iterable[Entity]) -> list[Entity]:
    """The same places without overlaps, in order; of two that overlap the more certain kind stands, then the longer.

    What is left of the other one stays covered: a place that was found is never told.
    """
    best = sorted(set(found), key=lambda one: (_RANK[one.kind], one.start - one.end, one.start))
    kept: list[Entity] = []
    for one in best:
        for start, end in _without((one.start, one.end), kept):
            kept.append(Entity(start=start, end=end, kind=one.kind))
    return sorted(kept)


def _without(place: tuple[int, int], taken: Sequence[Entity]) -> list[tuple[int, int]]:
    start, end = place
    inside = sorted((one.start, one.end) for one in taken if one.start < end and start < one.end)
    edges = [start, *(edge for pair in inside for edge in pair), end]
    return [(a, b) for a, b in list(pairwise(edges))[::2] if a < b]
