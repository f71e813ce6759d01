"""Makes what is under way match what runs want, and journals each event before acting on it; it decides nothing itself.

There is no task per run: only what a run wants has one, in the one task group of the process. A run that waits for a
person has none, and is not even in memory.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence, Set
from typing import Protocol

from palaver.core.events import RunEvent
from palaver.core.ids import RunId
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.machine import Conclude, Rest, UseTool, Waiting, Want, wants

log = logging.getLogger(__name__)

REST = frozenset[Want]({Rest()})
CONCLUDE = frozenset[Want]({Conclude()})


class Hands(Protocol):
    """Does one thing a run wants, and gives the events that came of it; None when there is nothing left to write."""

    def perform(self, live: Live, want: Want) -> Coroutine[None, None, Sequence[RunEvent] | None]: ...


class Driver:
    """Drives all runs of this process. `tasks` is the group that owns what is under way."""

    def __init__(self, journal: Journal, hands: Hands, tasks: asyncio.TaskGroup) -> None:
        self._journal = journal
        self._hands = hands
        self._tasks = tasks
        self._ended: dict[RunId, list[asyncio.Future[None]]] = {}
        self.concluded: Callable[[Live], Awaitable[None]] = _nothing_follows
        self.rested: Callable[[Live], None] = _nothing
        self.left: Callable[[RunId], None] = _nobody_waits
        self.kept_awake: Callable[[Live], bool] = _by_nothing
        journal.lost = self.abandon

    def drive(self, live: Live) -> None:
        """Start what the run wants and is not under way, cancel what it does not want any more."""
        wanted = self._due(live)
        for want in live.tasks.keys() - wanted:
            live.tasks.pop(want).cancel()
        for want in _in_order(live, wanted - live.tasks.keys()):
            name = f"{type(want).__name__} {live.id}"
            live.tasks[want] = self._tasks.create_task(self._perform(live, want), name=name)

    def heard(self, live: Live, *events: RunEvent) -> None:
        """Something happened to the run that no task of its own brought."""
        for event in events:
            live.fold(event)
        self.drive(live)

    def abandon(self, run_id: RunId) -> None:
        """The run is driven elsewhere, or its session is gone: stop without a word."""
        live = self._journal.live(run_id)
        if live is None:
            return
        self._journal.give_up(live)
        for task in live.tasks.values():
            task.cancel()
        live.tasks.clear()
        self._end(run_id)

    async def ended(self, run_id: RunId) -> None:
        """Return when the run is not driven here any more: it is over, waits as a row, or is driven elsewhere."""
        if self._journal.live(run_id) is None:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended.setdefault(run_id, []).append(waiter)
        await waiter

    def _due(self, live: Live) -> frozenset[Want]:
        """What should be under way here; where everything waits for somebody, the run rests."""
        wanted = wants(live.run)
        if live.expected:
            wanted -= CONCLUDE - live.tasks.keys()  # not before it heard what is being written down
        active = frozenset(want for want in wanted if not isinstance(want, Waiting))
        if active or not wanted or live.expected or self.kept_awake(live):
            return active
        return REST

    async def _perform(self, live: Live, want: Want) -> None:
        """Do what is wanted, and go on with what is wanted then: a turn of one step is one task."""
        task = asyncio.current_task()
        assert task is not None
        try:
            while True:
                events = await self._hands.perform(live, want)
                if live.tasks.get(want) is not task:
                    return  # not wanted any more: what it brought is too late
                del live.tasks[want]
                if events is None:
                    self.abandon(live.id)
                    return
                if isinstance(want, Rest):
                    self._lay_down(live)
                    return
                for event in events:
                    live.fold(event)
                following = self._due(live)
                if len(following) != 1 or following & live.tasks.keys():
                    break
                (want,) = following
                live.tasks[want] = task
            self.drive(live)
            if live.run.over is not None:
                self._journal.close(live)
                self._end(live.id)
                await self.concluded(live)
        except Exception:  # a fault of ours ends this run until the next start; every other run goes on
            log.exception("A run could not be driven", extra={"run_id": live.id})
            self.abandon(live.id)

    def _lay_down(self, live: Live) -> None:
        self._journal.close(live)
        self._end(live.id)
        self.rested(live)

    def _end(self, run_id: RunId) -> None:
        self.left(run_id)
        for waiter in self._ended.pop(run_id, ()):
            if not waiter.done():
                waiter.set_result(None)


def _in_order(live: Live, wanted: Set[Want]) -> Iterable[Want]:
    """Calls begin in the order in which the model asked for them, which a set does not keep."""
    if len(wanted) < 2:
        return wanted
    places = {call.id: place for place, call in enumerate(live.run.calls)}
    return sorted(wanted, key=lambda want: places[want.call_id] if isinstance(want, UseTool) else -1)


async def _nothing_follows(live: Live) -> None:
    """For a driver that nobody listens to."""


def _nothing(live: Live) -> None:
    """For a driver that nobody listens to."""


def _nobody_waits(run_id: RunId) -> None:
    """For a driver with room for all."""


def _by_nothing(live: Live) -> bool:
    return False
