"""A bounded mailbox between one writer that never waits and one reader; it knows nothing of what it carries."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lagged(Exception):
    """The reader was too slow and was let go; it may come back with the last number it has."""


class Closed(Exception):
    """Nothing more will come, because the writer is going away."""


def _one() -> int:
    return 1


class Mailbox(Generic[T]):
    """Items for one reader, at most `most` weights of them; when there is no room, the reader is let go."""

    __slots__ = ("_end", "_items", "_most", "_waiter", "_weight", "at_once", "lagging")

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: list[T] = []
        self._weight = 0
        self._end: type[Exception] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.lagging: Callable[[], None] | None = None  # called when the reader is let go
        self.at_once: Callable[[T], bool] | None = None  # takes an item past the mailbox, or says that it cannot now

    def offer(self, item: T, weigh: Callable[[], int] = _one) -> None:
        """Hand over without waiting; a full mailbox ends this reader, not the writer."""
        if self._end is not None:
            return
        if self.at_once is not None and not self._items and self.at_once(item):
            return
        weight = weigh()
        if self._weight + weight > self._most and self._items:
            self._items.clear()
            self.end(Lagged)
            if self.lagging:
                self.lagging()
            return
        self._items.append(item)
        self._weight += weight
        self._wake()

    def end(self, why: type[Exception] = Closed) -> None:
        """Nothing more comes; the reader still gets what is there, then `why`."""
        if self._end is None:
            self._end = why
            self._wake()

    async def take(self) -> list[T]:
        """Everything that is there, once there is anything; raises `Lagged` or `Closed` at the end."""
        if not self._items:
            if self._end is not None:
                raise self._end
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
            return await self.take()
        return self.taken()

    def taken(self) -> list[T]:
        """What is there now, without waiting; raises `Lagged` or `Closed` where nothing more comes."""
        if not self._items and self._end is not None:
            raise self._end
        items, self._items = self._items, []
        self._weight = 0
        return items

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
