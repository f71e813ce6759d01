"""Goes on with runs whose process is gone: a cut model step is asked again, and the stream says so."""

import time
from collections.abc import Sequence

from palaver.core.errors import PalaverError
from palaver.core.events import (
    CancelRequested,
    ReasoningGrew,
    RunEvent,
    Stamped,
    StepRestarted,
    TextGrew,
    ToolCallGrew,
)
from palaver.core.ids import Seq
from palaver.kit.clock import instant
from palaver.runs import store
from palaver.runs.accepting import prepare
from palaver.runs.live import Live
from palaver.runs.machine import failure, resume
from palaver.runs.parts import Parts, accepted_before
from palaver.runs.queue import Queue
from palaver.runs.store import Kept
from palaver.sessions import store as session_store
from palaver.sessions import tree
from palaver.storage import lease
from palaver.storage.script import Script


class Recovery:
    """Claims what nobody drives, for this process."""

    def __init__(self, parts: Parts, queue: Queue) -> None:
        self._parts = parts
        self._queue = queue

    async def recover(self, *, alone: bool) -> int:
        """Go on with every run whose process is gone, and say how many; with `alone`, no other process drives any."""
        now = self._parts.clock.now()
        alive = await self._parts.database.read(lease.alive(now))
        count = 0
        for kept in await self._parts.database.read(store.live(self._parts.holder)):
            if self._parts.journal.live(kept.id) is None and (alone or kept.owner not in alive):
                count += await self._take_over(kept)
        for session_id, user_id in await self._parts.database.read(store.stuck()):
            self._queue.joined(session_id)
            await self._queue.next_turn(session_id, user_id)
        return count

    async def heed(self) -> None:
        """End the runs of this process that somebody cancelled at another server."""
        for run_id, reason in await self._parts.database.read(store.to_end(self._parts.holder)):
            live = self._parts.journal.live(run_id)
            if live is not None and live.run.ending is None:
                self._parts.driver.heard(live, CancelRequested(reason=reason))

    async def _take_over(self, kept: Kept) -> bool:
        epoch = await self._parts.database.write(store.claim(kept, self._parts.holder))
        if epoch is None:
            return False
        live = Live(kept.id, kept.session_id, kept.user_id, epoch=epoch)
        bound = await self._parts.database.read(store.events(kept.id, 0))
        last = max((one.seq for one in bound), default=0)
        live.tail = await self._parts.database.read(store.unbound(kept.id, bound, last))
        told = [*bound, *live.tail]
        prepare(live, kept, None)
        session = await self._parts.database.read(session_store.find(kept.session_id, kept.user_id))
        live.reaches = tree.path(session.tree, live.place)
        live.system = session.session.system_prompt
        live.run = resume(one.event for one in told)
        live.next_seq = Seq(max((one.seq for one in told), default=0) + 1)
        live.last_told = live.next_seq - 1
        self._parts.journal.open(live)
        self._queue.joined(kept.session_id)  # turns may wait behind it
        began = instant(kept.started_at or kept.created_at)
        live.started = time.monotonic() - (self._parts.clock.now() - began).total_seconds()
        try:
            await self._go_on(live, kept)
        except store.LeaseLost:
            self._parts.driver.abandon(live.id)
            return False
        return True

    async def _go_on(self, live: Live, kept: Kept) -> None:
        said = first_said(live.tail)
        if kept.cancel:
            live.fold(CancelRequested())  # what was said until then is kept
        elif said is not None and live.run.ending is None:
            restarted = StepRestarted(from_seq=said)
            live.fold(restarted)
            await self._parts.journal.boundary(live, _only(live, restarted))
        try:
            live.model = await self._parts.resolve(live.run.model, accepted_before(live.user_id))
        except PalaverError as error:
            live.fold(failure(error))
        self._parts.driver.drive(live)


def first_said(events: Sequence[Stamped]) -> Seq | None:
    """The number of the first piece of a step among these events."""
    return next((one.seq for one in events if isinstance(one.event, TextGrew | ReasoningGrew | ToolCallGrew)), None)


def _only(live: Live, event: RunEvent) -> Script[tuple[tuple[RunEvent, ...], None]]:
    yield from store.hold(live.id, live.epoch)
    return (event,), None
