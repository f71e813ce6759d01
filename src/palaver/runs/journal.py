"""Where a run's events are written down, numbered and in order, before anyone hears of them; it decides no event.

Pieces of text go by group commit: everything that all runs said since the last transaction is taken by the next one,
adjacent pieces of one run joined. A boundary (a step begun or done, a run over) also survives a loss of power; it takes
the pieces before it along, and moves them to where they stay.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from palaver.bus.port import Bus
from palaver.core.events import RunDone, RunEvent, Stamped
from palaver.core.ids import RunId
from palaver.kit.clock import Clock
from palaver.runs import store
from palaver.runs.batch import Batch, Heard, Taken, nobody_hears
from palaver.runs.confided import confidential
from palaver.runs.live import Live
from palaver.runs.records import Growth, record
from palaver.runs.told import Told
from palaver.storage.port import Database
from palaver.storage.script import Script

T = TypeVar("T")

RETRY = timedelta(milliseconds=250)  # a database that cannot be written is tried again this often; nothing is lost
SWEEP_AFTER = 32  # ended runs after which the journal is swept: often enough to stay small, seldom enough to be cheap


class Journal:
    """Writes down, then tells."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, most: int) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._most = most
        self._lives: dict[RunId, Live] = {}
        self._dirty: list[Live] = []
        self._posted = False
        self._ended = 0
        self._loop = asyncio.get_running_loop()
        self._wrote_at = 0.0
        self.told = 0
        self.lost: Callable[[RunId], None] = _nothing
        self.told_below: Callable[[Live, Told], None] = _nobody_above
        self.heard: Heard = nobody_hears

    def open(self, live: Live) -> None:
        """From now on this process writes this run."""
        self._lives[live.id] = live

    def close(self, live: Live) -> None:
        """The run is not driven here any more."""
        if self._lives.pop(live.id, None) is None:
            return
        live.unwritten.clear()
        self._ended += 1
        if self._ended % SWEEP_AFTER == 0:
            self._database.post(store.sweep(), durable=False, done=_nothing, failed=_nothing)

    def give_up(self, live: Live) -> None:
        """The run goes on elsewhere, or nowhere: whoever listens to it here is let go, and comes back with a number."""
        self.close(live)
        self._bus.end(live.address.run_topic)

    def live(self, run_id: RunId) -> Live | None:
        """The run, if it is driven here."""
        return self._lives.get(run_id)

    @property
    def lives(self) -> Sequence[Live]:
        """All runs that are driven here."""
        return tuple(self._lives.values())

    def tell(self, live: Live, event: RunEvent, size: int) -> None:
        """Something a step brought, of that many characters: written down at once or with the next transaction."""
        if not live.unwritten and self._tell_at_once(live, event):
            live.unfolded.append(event)
            return
        if not live.unwritten:
            self._dirty.append(live)
        live.unwritten.append(event)
        live.unfolded.append(event)
        live.unwritten_size += size
        if not self._posted:
            self._post()

    def _tell_at_once(self, live: Live, event: RunEvent) -> bool:
        """Write down and tell without a detour, where nothing else is to be written in this turn of the loop."""
        now = self._loop.time()
        if now == self._wrote_at or not isinstance(event, Growth):
            return False
        self._wrote_at = now
        seq = live.next_seq
        line = record(seq, event)
        wrote = self._database.at_once(store.one_jot(live.id, live.epoch, line))
        if wrote is None:
            return False
        if wrote.count != 1:
            self.lost(live.id)
            return True
        live.wrote(Stamped(seq, event))
        self._hold_or_publish(live, Told(live.address, [(seq, line)]), live.commits)
        return True

    async def room(self, live: Live) -> None:
        """Wait while more is unwritten than may be: the database cannot be written, so the model has to wait."""
        while live.unwritten_size > self._most:
            live.room = live.room or asyncio.Event()
            await live.room.wait()

    async def boundary(
        self, live: Live, script: Script[tuple[Sequence[RunEvent], T]], begun: Callable[[T], None] | None = None
    ) -> T:
        """Run `script` and write down the events that it gives; they are told once the disk has them.

        `begun` is called before that: work may begin then, but nothing may be told. Raises what the script raises;
        then nothing of it remains.
        """
        batch = Batch(self.heard)
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def committed(value: T) -> None:
            live.commits += 1
            batch.number = live.commits
            for taken in batch.taken:
                self._tell(taken, live.commits)
            if begun:
                begun(value)

        def done(value: T) -> None:
            self._release(live, batch.number)
            if not waiter.done():
                waiter.set_result(value)

        def failed(error: Exception) -> None:
            batch.undo()
            if not waiter.done():
                waiter.set_exception(error)

        self._database.post(
            batch.boundary(live, script),
            durable=True,
            done=done,
            failed=failed,
            committed=committed,
            fails_early=True,
        )
        return await waiter

    def _post(self) -> None:
        self._posted = True
        batch = Batch()

        def done(lost: set[RunId]) -> None:
            for taken in batch.taken:
                if taken.live.id not in lost:
                    self._tell(taken, taken.live.commits)
            for run_id in lost:
                self.lost(run_id)

        def failed(error: Exception) -> None:
            batch.undo()
            self._dirty = [taken.live for taken in batch.undone] + self._dirty
            self._posted = True
            asyncio.get_running_loop().call_later(RETRY.total_seconds(), self._post)

        self._database.post(self._flush(batch), durable=False, done=done, failed=failed, fails_early=True)

    def _flush(self, batch: Batch) -> Script[set[RunId]]:
        dirty, self._dirty, self._posted = self._dirty, [], False
        return (yield from batch.jot(dirty))

    def _tell(self, taken: Taken, commit: int) -> None:
        """Tell what stands in the database, or keep it until the boundary before it is on the disk."""
        live = taken.live
        if live.room is not None:
            live.room.set()
            live.room = None
        if not taken.lines:
            return
        ends = isinstance(taken.events[-1].event, RunDone)
        asker = live.user_id if confidential(taken.events) else None
        self._hold_or_publish(live, Told(live.address, taken.lines, ends=ends, asker=asker), commit)

    def _hold_or_publish(self, live: Live, told: Told, commit: int) -> None:
        if live.synced < commit:
            live.held.append((commit, told))
        else:
            self._publish(live, told)

    def _release(self, live: Live, commit: int) -> None:
        live.synced = commit
        while live.held and live.held[0][0] <= commit:
            self._publish(live, live.held.pop(0)[1])

    def _publish(self, live: Live, told: Told) -> None:
        self.told += len(told.lines)
        live.last_told = told.last
        if live.parent is not None:
            self.told_below(live, told)
        self._bus.publish(told.address.run_topic, told, told.weight)
        self._bus.publish(told.address.session_topic, told, told.weight)


def _nothing(_: object) -> None:
    """For callbacks that nobody needs."""


def _nobody_above(live: Live, told: Told) -> None:
    """For a journal in which no run is below another one."""
