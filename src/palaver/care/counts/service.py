"""What is told of months: counts, and nothing of anybody; it counts nothing itself."""

import msgspec

from palaver.care.counts import store
from palaver.care.counts.counting import SMALLEST, MonthCount, told
from palaver.core.errors import Invalid
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database

MOST_MONTHS = 120


class CareCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How often care was needed, month by month; a number below `smallest` is null. What never happened has no line."""

    items: list[MonthCount]
    smallest: int


class Counts:
    """The front door to counts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def between(self, first: str | None, last: str | None) -> CareCounts:
        """The months from one to another, both included; left out, the last twelve."""
        last = last or stamp(self._clock.now())[:7]
        first = first or _before(last, 11)
        if not 0 <= _month(last) - _month(first) < MOST_MONTHS:
            says = f"`to` is not before `from`, and at most {MOST_MONTHS} months are told at once."
            raise Invalid(says, errors=[{"loc": ["query", "from"], "msg": says, "type": "months"}])
        return CareCounts(items=told(await self._database.scan(store.between(first, last))), smallest=SMALLEST)


def _month(word: str) -> int:
    year, _, month = word.partition("-")
    return int(year) * 12 + int(month) - 1


def _before(word: str, months: int) -> str:
    year, month = divmod(_month(word) - months, 12)
    return f"{year:04}-{month + 1:02}"
