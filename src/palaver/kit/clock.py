"""Time as something one is handed; it neither formats for people nor knows time zones."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits. Nothing else in the house asks the operating system for it."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    async def sleep(self, span: timedelta) -> None:
        """Return once `span` has passed."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, span: timedelta) -> None:
        await asyncio.sleep(span.total_seconds())


class ManualClock:
    """A clock that moves when it is told to: the twin of `SystemClock`."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._now

    async def sleep(self, span: timedelta) -> None:
        if span <= timedelta(0):
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._now + span, self._count, waiter))
        await waiter

    def advance(self, span: timedelta) -> None:
        """Move forward and wake everyone whose time has come."""
        self._now += span
        while self._sleepers and self._sleepers[0][0] <= self._now:
            waiter = heapq.heappop(self._sleepers)[2]
            if not waiter.done():
                waiter.set_result(None)


def stamp(at: datetime) -> str:
    """An instant as it is stored and told: RFC 3339, UTC, microseconds, `Z`; text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def instant(text: str) -> datetime:
    """The instant that `stamp` wrote down."""
    return datetime.fromisoformat(text)
