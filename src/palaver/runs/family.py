"""Which runs of this process answer calls of which: what is said below is told above as well; it starts no run."""

from collections.abc import Callable

import msgspec

from palaver.core.events import RunEvent, SubagentTold
from palaver.core.ids import RunId
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.records import kind
from palaver.runs.told import Told

# What a stream above does not repeat: the whole message, whose text it had, and half calls.
LEFT_OUT = frozenset({"session", "message", "tool_call_delta", "title", "usage"})

_decode = msgspec.json.Decoder(dict[str, object]).decode


class Family:
    """The runs above and below each other that are driven here. A run with somebody below is not laid down."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._above: dict[RunId, RunId] = {}
        self._below: dict[RunId, set[RunId]] = {}
        self.alone: Callable[[Live], None] = _nothing
        journal.told_below = self.heard

    def joined(self, above: RunId, below: RunId) -> None:
        """A run begins, or wakes, below another one."""
        self._above[below] = above
        self._below.setdefault(above, set()).add(below)

    def left(self, below: RunId) -> None:
        """A run is not driven here any more; the one above may rest now."""
        above = self._above.pop(below, None)
        if above is None:
            return
        others = self._below[above]
        others.discard(below)
        if not others:
            del self._below[above]
            if (live := self._journal.live(above)) is not None:
                self.alone(live)

    def below(self, live: Live) -> bool:
        """Whether somebody answers a call of this run here."""
        return live.id in self._below

    def heard(self, live: Live, told: Told) -> None:
        """What a run below told is told above, in that call's name."""
        above = self._journal.live(live.parent.run_id) if live.parent else None
        if above is None or live.parent is None:
            return
        for _, line in told.lines:
            if kind(line) not in LEFT_OUT:
                self._journal.tell(above, _nested(live, live.parent.call_id, line), len(line))


def _nested(live: Live, call_id: str, line: bytes) -> RunEvent:
    return SubagentTold(
        parent_call_id=call_id, child_run_id=live.id, child_session_id=live.session_id, event=_decode(line)
    )


def _nothing(live: Live) -> None:
    """For a family whose runs need not know."""
