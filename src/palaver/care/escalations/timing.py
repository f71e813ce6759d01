"""♥ What follows from how an alarm went: wait for an answer, try again, call the next group, or give up. No clock.

Its numbers are an operator's, and their defaults are ours: no standard says how long somebody may wait. What we hold to
is the order: who could be told is waited for, who could not is tried again, and nobody is waited for who was not told.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

LONGEST = timedelta(minutes=10)  # between two tries on a way: a pager that comes back is told within it


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited for what, and how often something is tried. `steps`: groups, times rounds through them."""

    answer: timedelta
    retry: timedelta
    tries: int
    steps: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody was told. `again`: after what time those are tried who were not, if they are."""

    again: timedelta | None


@dataclass(frozen=True, slots=True)
class Retry:
    """Nobody was told: the same group again after this."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class Climb:
    """The next group, at once."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """There is no next group. `failed` says that nobody was ever told, `expired` that nobody answered."""

    as_: Literal["fail", "expire"]


Next = Wait | Retry | Climb | GiveUp


def judge(patience: Patience, *, reached: bool, missing: bool, tries: int, step: int, ever: bool) -> Next:
    """After a try: whether anybody was told, whether anybody could not be, the how many-th try it was.

    `ever` says whether an earlier alarm about the same reached anybody.
    """
    left = tries < patience.tries
    wait = min(LONGEST, patience.retry * 2 ** min(tries - 1, 20))
    if reached:
        return Wait(wait if missing and left else None)
    if missing and left:
        return Retry(wait)
    return climb(patience, step=step, ever=ever)


def climb(patience: Patience, *, step: int, ever: bool) -> Next:
    """Nobody answered in time, or nobody of this group can be told."""
    if step + 1 < patience.steps:
        return Climb()
    return GiveUp("expire" if ever else "fail")
