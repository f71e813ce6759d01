"""Boundaries of runs that bring nothing but events: scripts, and the shortest way to one; it decides no event."""

from collections.abc import Sequence

from palaver.core.events import RunEvent
from palaver.runs import store
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.storage.script import Script


def only(live: Live, events: Sequence[RunEvent]) -> Script[tuple[Sequence[RunEvent], Sequence[RunEvent]]]:
    """These events and nothing else, as long as the run is ours."""
    yield from store.hold(live.id, live.epoch)
    return events, events


async def write(journal: Journal, live: Live, *events: RunEvent) -> Sequence[RunEvent]:
    """Write events down for good, and give them back: whoever folds them comes after the disk."""
    return await journal.boundary(live, only(live, events))
