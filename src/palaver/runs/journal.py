"""Where a run's events are written down, numbered and in order, before anyone hears of them; it decides no event.

Pieces of text go by group commit: everything that all runs said since the last transaction is taken by the next one,
adjacent pieces of one run joined. A boundary (a step begun or done, a run over) also survives a loss of power; it takes
the pieces before it along, and moves them to where they stay.

What a transaction changes in memory is done while it runs, so that the next one of the same commit sees it, and undone,
last first, when the commit fails.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from palaver.bus.port import Bus
from palaver.core.events import RunDone, RunEvent, Stamped
from palaver.core.ids import RunId, Seq
from palaver.kit.clock import Clock
from palaver.runs import store
from palaver.runs.live import Live
from palaver.runs.machine import UNTOLD
from palaver.runs.records import Growth, joined, record
from palaver.runs.store import LeaseLost
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
        self.told = 0
        self.lost: Callable[[RunId], None] = _nothing

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
        """Something a step brought, of that many characters: written down with the next transaction, then told."""
        if not live.unwritten:
            self._dirty.append(live)
        live.unwritten.append(event)
        live.unfolded.append(event)
        live.unwritten_size += size
        if not self._posted:
            self._post()

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
        attempt = _Attempt()
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def committed(value: T) -> None:
            live.commits += 1
            attempt.number = live.commits
            for taken in attempt.taken:
                self._tell(taken, live.commits)
            if begun:
                begun(value)

        def done(value: T) -> None:
            self._release(live, attempt.number)
            if not waiter.done():
                waiter.set_result(value)

        def failed(error: Exception) -> None:
            attempt.undo()
            if not waiter.done():
                waiter.set_exception(error)

        self._database.post(attempt.boundary(live, script), durable=True, done=done, failed=failed, committed=committed)
        return await waiter

    def _post(self) -> None:
        self._posted = True
        attempt = _Attempt()

        def done(lost: set[RunId]) -> None:
            for taken in attempt.taken:
                if taken.live.id not in lost:
                    self._tell(taken, taken.live.commits)
            for run_id in lost:
                self.lost(run_id)

        def failed(error: Exception) -> None:
            attempt.undo()
            self._dirty = [taken.live for taken in attempt.undone] + self._dirty
            self._posted = True
            asyncio.get_running_loop().call_later(RETRY.total_seconds(), self._post)

        self._database.post(self._flush(attempt), durable=False, done=done, failed=failed)

    def _flush(self, attempt: "_Attempt") -> Script[set[RunId]]:
        dirty, self._dirty, self._posted = self._dirty, [], False
        return (yield from attempt.jot(dirty))

    def _tell(self, taken: "_Taken", commit: int) -> None:
        """Tell what stands in the database, or keep it until the boundary before it is on the disk."""
        live = taken.live
        if live.room is not None:
            live.room.set()
            live.room = None
        if not taken.lines:
            return
        told = Told(live.address, taken.lines, ends=isinstance(taken.events[-1].event, RunDone))
        if live.synced < commit:
            live.held.append((commit, told))
        else:
            self._publish(live, told)

    def _release(self, live: Live, commit: int) -> None:
        live.synced = commit
        while live.held and live.held[0][0] <= commit:
            self._publish(live, live.held.popleft()[1])

    def _publish(self, live: Live, told: Told) -> None:
        self.told += len(told.lines)
        live.last_told = told.last
        address, weight = told.address, told.weight
        self._bus.publish(address.run_topic, told, weight)
        self._bus.publish(address.session_topic, told, weight)


class _Taken(NamedTuple):
    """What one transaction took of a run, and how the run stood before."""

    live: Live
    said: list[RunEvent]
    size: int
    events: list[Stamped]
    lines: list[tuple[Seq, bytes]]
    next_seq: Seq
    step_from: Seq | None
    tail: list[Stamped]
    kept: int  # how much of the tail stood there before


class _Attempt:
    """One transaction: what it took of which runs, so that it can be given back."""

    def __init__(self) -> None:
        self.taken: list[_Taken] = []
        self.undone: list[_Taken] = []
        self.number = 0

    def boundary(self, live: Live, script: Script[tuple[Sequence[RunEvent], T]]) -> Script[T]:
        """The caller's script, and everything of this step, for good."""
        try:
            events, value = yield from script
            taken = self._take(live, events)
            live.tail = []
            if taken.events:
                yield from store.put_events(live.id, [*taken.tail, *taken.events])
        except BaseException:
            self.undo()
            raise
        return value

    def jot(self, lives: Sequence[Live]) -> Script[set[RunId]]:
        """Everything that these runs said; which of them are not ours any more."""
        for live in lives:
            if live.unwritten:
                live.tail.extend(self._take(live, ()).events)
        rows = [(taken.live.id, taken.live.epoch, b"\n".join(line for _, line in taken.lines)) for taken in self.taken]
        try:
            if not rows or (yield from store.jot(rows)) == len(rows):
                return set()
            return (yield from _lost([taken.live for taken in self.taken]))
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Give everything back, last first."""
        if not self.taken:
            return
        self.undone, self.taken = self.taken, []
        for taken in reversed(self.undone):
            live = taken.live
            del taken.tail[taken.kept :]
            live.unwritten[:0] = taken.said
            live.unwritten_size += taken.size
            live.next_seq, live.step_from, live.tail = taken.next_seq, taken.step_from, taken.tail

    def _take(self, live: Live, events: Sequence[RunEvent]) -> _Taken:
        said, size = live.unwritten, live.unwritten_size
        before = live.next_seq, live.step_from
        live.unwritten, live.unwritten_size = [], 0
        stamped, lines = _number(live, [*joined(said), *events] if said else events)
        taken = _Taken(live, said, size, stamped, lines, *before, live.tail, len(live.tail))
        self.taken.append(taken)
        return taken


def _number(live: Live, events: Sequence[RunEvent]) -> tuple[list[Stamped], list[tuple[Seq, bytes]]]:
    stamped: list[Stamped] = []
    lines: list[tuple[Seq, bytes]] = []
    for event in events:
        if isinstance(event, UNTOLD):
            stamped.append(Stamped(Seq(0), event))
            continue
        seq = live.next_seq
        live.next_seq = Seq(seq + 1)
        if live.step_from is None and isinstance(event, Growth):
            live.step_from = seq
        stamped.append(Stamped(seq, event))
        lines.append((seq, record(seq, event)))
    return stamped, lines


def _lost(lives: Sequence[Live]) -> Script[set[RunId]]:
    lost: set[RunId] = set()
    for live in lives:
        try:
            yield from store.hold(live.id, live.epoch)
        except LeaseLost:
            lost.add(live.id)
    return lost


def _nothing(_: object) -> None:
    """For callbacks that nobody needs."""
