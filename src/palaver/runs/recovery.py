"""Goes on with runs whose process is gone: a cut model step is asked again, and the stream says so."""

from collections.abc import Awaitable, Callable, Sequence

from palaver.core.events import (
    CancelRequested,
    ReasoningGrew,
    Stamped,
    StepRestarted,
    TextGrew,
    ToolCallGrew,
)
from palaver.core.ids import Seq
from palaver.runs import store
from palaver.runs.calls import Call
from palaver.runs.live import Live
from palaver.runs.parts import Parts
from palaver.runs.questioning import Questioning
from palaver.runs.queue import Queue
from palaver.runs.store import Kept
from palaver.runs.waking import restored
from palaver.runs.written import write
from palaver.storage import lease


class Recovery:
    """Claims what nobody drives, for this process."""

    def __init__(self, parts: Parts, queue: Queue, questioning: Questioning) -> None:
        self._parts = parts
        self._queue = queue
        self._questioning = questioning
        self.answered_below: Callable[[Live, Call], Awaitable[None]] = _nobody_below

    async def recover(self, *, alone: bool) -> int:
        """Go on with every run whose process is gone, and say how many; with `alone`, no other process drives any."""
        now = self._parts.clock.now()
        alive = await self._parts.database.read(lease.alive(now))
        found = await self._parts.database.read(store.live(self._parts.holder))
        left = [kept for kept in found if alone or kept.owner not in alive]
        count = await self._take_all([kept for kept in left if self._parts.journal.live(kept.id) is None])
        for session_id, user_id in await self._parts.database.read(store.stuck()):
            self._queue.joined(session_id)
            await self._queue.next_turn(session_id, user_id)
        return count

    async def _take_all(self, left: Sequence[Kept]) -> int:
        """Those above first, and awake as long as somebody works for them: what is said below is told there."""
        for kept in left:
            if kept.parent_run_id is not None:
                self._parts.family.joined(kept.parent_run_id, kept.id)
        count = 0
        for kept in sorted(left, key=lambda kept: kept.parent_run_id is not None):
            taken = await self._take_over(kept)
            count += taken
            if not taken:
                self._parts.family.left(kept.id)
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
        live = await restored(self._parts, kept, epoch=epoch)
        self._parts.journal.open(live)
        self._queue.joined(kept.session_id)  # turns may wait behind it
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
        elif said is not None and live.run.ending is None and not live.run.calls:
            restarted = StepRestarted(from_seq=said)
            live.fold(restarted)
            await write(self._parts.journal, live, restarted)
        for call in live.run.calls if live.run.ending is None else ():
            await self._mend(live, call)
        self._parts.driver.drive(live)

    async def _mend(self, live: Live, call: Call) -> None:
        """A call that was cut is made again where that is safe; else a person is asked."""
        if call.state != "started" or call.result is not None:
            return
        if call.child_run_id is not None:
            await self.answered_below(live, call)
            return
        await self._questioning.close(live, call.id)
        if not call.replay_safe:
            for event in await self._questioning.cut(live, call):
                live.fold(event)


def first_said(events: Sequence[Stamped]) -> Seq | None:
    """The number of the first piece of a step among these events."""
    return next((one.seq for one in events if isinstance(one.event, TextGrew | ReasoningGrew | ToolCallGrew)), None)


async def _nobody_below(live: Live, call: Call) -> None:
    """For a house without subagents."""
