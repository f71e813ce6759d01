"""What follows from how a receiver answered: done, again after so long, or never again; it waits for nothing.

A delivery that fails holds back those behind it, so that order is kept. Waits triple, are spread by a fifth to both
sides, and end with the endpoint: after so long without success it is disabled.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

FACTOR = 3.0
SPREAD = 0.2  # of a wait, to both sides: receivers that came back are not asked by everybody at once
GONE = 410  # "do not send me anything any more", as Standard Webhooks has it

Why = Literal["failing", "gone", "backlog"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited between tries, and how long there are any."""

    first: timedelta
    longest: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Again:
    """Not yet: try again after this."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Stop:
    """The endpoint is disabled."""

    why: Why


Verdict = Again | Stop | None  # None: it is done


def judge(
    patience: Patience,
    status: int | None,
    *,
    failures: int,
    since: timedelta,
    chance: float,
    asked: timedelta | None = None,
) -> Verdict:
    """After a try that was answered with `status`, or not at all.

    `failures` counts this endpoint's in a row, this one included; `since` is how long ago the first of them was.
    `chance` is a random number in [0, 1); `asked` is the least wait that the receiver asked for.
    """
    if status is not None and 200 <= status < 300:
        return None
    if status == GONE:
        return Stop("gone")
    left = patience.whole - since
    if left <= timedelta(0):
        return Stop("failing")
    # counted in powers: a float has no room for more
    wait = min(patience.longest, patience.first * FACTOR ** min(failures - 1, 64))
    wait *= 1 - SPREAD + 2 * SPREAD * chance
    if asked is not None:
        wait = max(wait, asked)
    return Again(min(wait, left))


def asked_for(retry_after: str | None, now: datetime) -> timedelta | None:
    """What a `Retry-After` says: seconds, or an instant; None where it says neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 999_999_999))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return max(until - now, timedelta(0)) if until.tzinfo is not None else None
