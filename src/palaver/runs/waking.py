"""Brings news to a run, wherever it is: to one that is driven here at once, to one that waits as a row by waking it."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from palaver.core.errors import Conflict, PalaverError, Unavailable
from palaver.core.events import RunEvent
from palaver.core.ids import RunId, Seq
from palaver.kit.clock import instant
from palaver.runs import store
from palaver.runs.accepting import prepare
from palaver.runs.joining.standing_in import stand_in
from palaver.runs.live import Live
from palaver.runs.machine import Rest, failure, resume
from palaver.runs.parts import Parts, accepted_before
from palaver.runs.store import Kept, LeaseLost
from palaver.sessions import store as session_store
from palaver.sessions import tree, turns
from palaver.storage.script import Script

log = logging.getLogger(__name__)

# What is to be written beside the events, which it gives; it is run again where somebody else was faster.
Change = Callable[[Live], Script[Sequence[RunEvent]]]

TRIES = 20  # how often somebody else may be faster before it is a fault


class Waking:
    """Tells runs what happened. Every news is durable when `tell` returns."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def tell(self, run_id: RunId, change: Change) -> None:
        """Let the run know; Conflict where it is over, Unavailable where another server drives it."""
        for _ in range(TRIES):
            live = self._parts.journal.live(run_id)
            try:
                if live is not None:
                    if await self._tell_live(live, change):
                        return
                elif await self._wake(await self._waiting(run_id), change):
                    return
            except LeaseLost:  # somebody else was faster: look again
                continue
        raise Unavailable("This run changes too fast; try again.")

    async def _tell_live(self, live: Live, change: Change) -> bool:
        if Rest() in live.tasks:
            await self._parts.driver.ended(live.id)  # it lies down at this moment
            return False
        if live.run.ending is not None:
            raise Conflict("This run is ending.")

        def news() -> Script[tuple[Sequence[RunEvent], Sequence[RunEvent]]]:
            yield from store.hold(live.id, live.epoch)
            events = yield from change(live)
            return events, events

        await self._heard(live, self._parts.journal.boundary(live, news()))
        return True

    async def _heard(self, live: Live, writing: Awaitable[Sequence[RunEvent]]) -> None:
        """What is written down is heard; until then the run stays awake, whatever it waits for."""
        live.expected += 1
        events: Sequence[RunEvent] = ()
        try:
            events = await writing
        finally:
            live.expected -= 1
            if self._parts.journal.live(live.id) is live:
                self._parts.driver.heard(live, *events)

    async def _waiting(self, run_id: RunId) -> Kept:
        kept = await self._parts.database.read(store.known(run_id))
        if kept is None or kept.state in {"over", "queued"}:
            raise Conflict("This run does not wait for anything.")
        if kept.state == "live":
            raise Unavailable("Another server drives this run at the moment; try again.")
        return kept

    async def _wake(self, kept: Kept, change: Change) -> bool:
        family = self._parts.family
        if kept.parent_run_id is not None:
            family.joined(kept.parent_run_id, kept.id)
        try:
            await self._wake_parent(kept)
            live = await restored(self._parts, kept, epoch=kept.epoch + 1)
            await self._parts.journal.boundary(live, self._news(live, kept, change), self._beginner(live))
        except BaseException:
            family.left(kept.id)
            raise
        return True

    def _news(self, live: Live, kept: Kept, change: Change) -> Script[tuple[Sequence[RunEvent], Sequence[RunEvent]]]:
        yield from store.wake(kept, self._parts.holder)
        yield from turns.go_on(kept.session_id)
        events = yield from change(live)
        return events, events

    def _beginner(self, live: Live) -> Callable[[Sequence[RunEvent]], None]:
        def begun(events: Sequence[RunEvent]) -> None:
            self._parts.journal.open(live)
            self._parts.driver.heard(live, *events)

        return begun

    async def _wake_parent(self, kept: Kept) -> None:
        """What a run below says is told in the stream of the run above, which has to be here for that."""
        if kept.parent_run_id is None:
            return
        live = self._parts.journal.live(kept.parent_run_id)
        if live is not None and Rest() in live.tasks:
            await self._parts.driver.ended(live.id)  # it lies down at this moment
        above = await self._parts.database.read(store.known(kept.parent_run_id))
        if above is not None and above.state == "waiting":
            await self._wake(above, nothing_new)


def says(*events: RunEvent) -> Change:
    """A change that is nothing but events."""

    def change(live: Live) -> Script[Sequence[RunEvent]]:
        yield from ()
        return events

    return change


def nothing_new(live: Live) -> Script[Sequence[RunEvent]]:
    """For a run that is to be here, and need not know anything new."""
    yield from ()
    return ()


async def restored(parts: Parts, kept: Kept, *, epoch: int) -> Live:
    """The run as its row and its events tell of it, not yet driven; the model is looked up, or why not is folded."""
    live = Live(kept.id, kept.session_id, kept.user_id, epoch=epoch)
    bound = await parts.database.read(store.events(kept.id, 0))
    last = max((one.seq for one in bound), default=0)
    live.tail = await parts.database.read(store.unbound(kept.id, bound, last))
    told = [*bound, *live.tail]
    prepare(live, kept, None)
    session = await parts.database.read(session_store.held(kept.session_id))
    live.reaches = tree.path(session.tree, live.place)
    live.shared = session.room
    live.system, live.mode = session.session.system_prompt, session.session.permission_mode
    live.run = resume(one.event for one in told)
    live.next_seq = Seq(max((one.seq for one in told), default=0) + 1)
    live.last_told = live.next_seq - 1
    began = instant(kept.started_at or kept.created_at)
    live.started = time.monotonic() - (parts.clock.now() - began).total_seconds()
    try:
        live.model = stand_in(kept.prompt) or await parts.resolve(live.run.model, accepted_before(live.user_id))
    except PalaverError as error:
        live.fold(failure(error))
    return live
