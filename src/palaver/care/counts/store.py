"""Every query about what is counted by month; nothing of anybody is in it."""

from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from palaver.care.counts.tables import care_counts
from palaver.storage.script import Script, Statement, rows

_c = care_counts.c
_BETWEEN = Statement(
    select(_c.month, _c.kind, _c.level, _c.number)
    .where(_c.month >= bindparam("first"), _c.month <= bindparam("last"))
    .order_by(_c.month, _c.kind, _c.level)
)
_IS = and_(_c.month == bindparam("m"), _c.kind == bindparam("k"), _c.level == bindparam("l"))
_LESS = Statement(update(care_counts).where(_IS, _c.number > 0).values(number=_c.number - 1))
_GONE = Statement(delete(care_counts).where(_IS, _c.number == 0))
_MORE = Statement(
    insert_or(care_counts)
    .values(month=bindparam("m"), kind=bindparam("k"), level=bindparam("l"), number=1)
    .on_conflict_do_update(index_elements=["month", "kind", "level"], set_={"number": _c.number + 1})
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


def moved(month: str, kind: str, before: str, after: str) -> Script[None]:
    """What was counted at one level counts at another: the engine counts only what is new."""
    yield _LESS(m=month, k=kind, l=before)
    yield _GONE(m=month, k=kind, l=before)
    yield _MORE(m=month, k=kind, l=after)
