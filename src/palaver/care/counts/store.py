"""Every query about what is counted by month; nothing of anybody is in it."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from palaver.care.counts.tables import care_counts
from palaver.storage.script import Script, Statement, rows

_c = care_counts.c
_BETWEEN = Statement(
    select(_c.month, _c.kind, _c.level, _c.number)
    .where(_c.month >= bindparam("first"), _c.month <= bindparam("last"))
    .order_by(_c.month, _c.kind, _c.level)
)


class Counted(NamedTuple):
    """One number of one month."""

    month: str
    kind: str
    level: str
    number: int


def between(first: str, last: str) -> Script[list[Counted]]:
    """The numbers of some months, both included."""
    return [Counted(*row) for row in (yield from rows(_BETWEEN(first=first, last=last)))]
