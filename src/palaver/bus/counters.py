"""What the house asks of shared counters, and their twin in memory: how far ahead of its pace somebody is; no numbers.

A counter is a mark in time, the moment at which its bucket is full again (the generic cell rate algorithm): taking once
moves it by a step, and taking is refused where it would stand further ahead of now than there is room. One mark is all
that has to be kept, and all that processes have to share. Nanoseconds, whole ones: nothing is rounded, so that of N
that fit exactly N are taken.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Claim(NamedTuple):
    """One more of what `key` names: it moves the mark by `step`, and the mark may stand `room` ahead."""

    key: str
    step: int
    room: int


class Taken(NamedTuple):
    """How far ahead each mark stands now; `refused` is the place of the claim that did not fit: then none moved."""

    ahead: tuple[int, ...]
    refused: int | None


class Counters(Protocol):
    """Marks by key."""

    async def take(self, claims: Sequence[Claim], now: int) -> Taken:
        """Move all marks, or none where one claim does not fit. However many come at once, each is counted once."""
        ...

    async def look(self, claims: Sequence[Claim], now: int) -> tuple[int, ...]:
        """How far ahead each mark stands; nothing is moved."""
        ...


def ahead_of(mark: int, claim: Claim, now: int) -> int:
    """How far ahead a mark stands; never further than there is room, should a clock have been put back."""
    return min(max(mark - now, 0), claim.room)


def settled(claims: Sequence[Claim], before: Sequence[int]) -> Taken:
    """What comes of claims whose marks stand so far ahead."""
    for place, (claim, ahead) in enumerate(zip(claims, before, strict=True)):
        if ahead + claim.step > claim.room:
            return Taken(tuple(before), place)
    return Taken(tuple(ahead + claim.step for claim, ahead in zip(claims, before, strict=True)), None)


class MemoryCounters:
    """The counters of a single process; with more than `most` keys the one that was moved longest ago is forgotten."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._marks: OrderedDict[str, int] = OrderedDict()

    async def take(self, claims: Sequence[Claim], now: int) -> Taken:
        marks = self._marks
        taken = settled(claims, await self.look(claims, now))
        if taken.refused is None:
            for claim, ahead in zip(claims, taken.ahead, strict=True):
                marks[claim.key] = now + ahead
                marks.move_to_end(claim.key)
            while len(marks) > self._most:
                marks.popitem(last=False)
        return taken

    async def look(self, claims: Sequence[Claim], now: int) -> tuple[int, ...]:
        return tuple(ahead_of(self._marks.get(claim.key, 0), claim, now) for claim in claims)
