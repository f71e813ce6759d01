"""What one transaction takes of the runs, numbered, so that it can be given back when the transaction fails.

What is changed in memory is changed while the transaction runs, so that the next one of the same commit sees it, and
undone last first. It tells nobody.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from palaver.core.events import RunEvent, Stamped
from palaver.core.ids import RunId, Seq
from palaver.runs import store
from palaver.runs.live import Live
from palaver.runs.machine import UNTOLD
from palaver.runs.records import Growth, joined, record
from palaver.runs.store import LeaseLost
from palaver.storage.script import Script

T = TypeVar("T")


class Taken(NamedTuple):
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


class Heard(Protocol):
    """Hears of what a run says for good, in the transaction that writes it down; it may write more there."""

    def __call__(self, live: Live, events: Sequence[Stamped], lines: Mapping[Seq, bytes], /) -> Script[None]: ...


def nobody_hears(live: Live, events: Sequence[Stamped], lines: Mapping[Seq, bytes]) -> Script[None]:
    """Where nobody else keeps anything of runs."""
    yield from ()


class Batch:
    """One transaction: what it took of which runs; `number` is the boundary's, counted per run."""

    def __init__(self, heard: Heard = nobody_hears) -> None:
        self._heard = heard
        self.taken: list[Taken] = []
        self.undone: list[Taken] = []
        self.number = 0

    def boundary(self, live: Live, script: Script[tuple[Sequence[RunEvent], T]]) -> Script[T]:
        """The caller's script, and everything of this step, for good."""
        try:
            events, value = yield from script
            taken = self._take(live, events)
            live.tail = []
            if taken.events:
                lines = dict(taken.lines)
                yield from store.put_events(live.id, [*taken.tail, *taken.events], lines)
                yield from self._heard(live, taken.events, lines)
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

    def _take(self, live: Live, events: Sequence[RunEvent]) -> Taken:
        said, size = live.unwritten, live.unwritten_size
        before = live.next_seq, live.step_from
        live.unwritten, live.unwritten_size = [], 0
        stamped, lines = _number(live, [*joined(said), *events] if said else events)
        taken = Taken(live, said, size, stamped, lines, *before, live.tail, len(live.tail))
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
