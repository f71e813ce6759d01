"""♥ Which numbers of a month may be told: none so small that somebody could be recognised in it."""

from collections.abc import Iterable

import msgspec

from palaver.care.counts.store import Counted

# Below five, whoever knows one person of a small house may know what the number says of them. Statistical offices
# suppress cells from three to ten; sums are not told either, for what is missing could be worked out of them.
SMALLEST = 5


class MonthCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often something happened in a month of UTC; null where it did, and too seldom to be told (see `smallest`).

    `kind`: `noticed` messages, `unread` ones (nobody knows what they say, and help was shown), and what became of
    escalations: `created`, `routed`, `acknowledged`, `closed`, `failed`, `expired`, each as often as it happened.
    """

    month: str
    kind: str
    level: str
    number: int | None


def told(counted: Iterable[Counted]) -> list[MonthCount]:
    """The numbers as they may be told."""
    return [
        MonthCount(
            month=one.month, kind=one.kind, level=one.level, number=one.number if one.number >= SMALLEST else None
        )
        for one in counted
    ]
