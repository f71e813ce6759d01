"""Turns that wait in their sessions: the next one begins when nothing answers there; it accepts no new ones."""

from contextlib import suppress

from palaver.core.errors import PalaverError
from palaver.core.events import CancelRequested, RunDone, RunEvent, RunFailed, SessionOpened
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import FinishReason
from palaver.kit.clock import stamp
from palaver.runs import store
from palaver.runs.live import Live
from palaver.runs.machine import failure
from palaver.runs.parts import Parts, accepted_before
from palaver.runs.store import Kept
from palaver.storage.script import Script


class Queue:
    """The lines of all sessions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def next_turn(self, session_id: SessionId, user_id: UserId) -> None:
        """Begin the turn that waits in a session, if one does and nothing answers there."""
        for kept in await self._parts.database.read(store.queued(session_id)):
            live = Live(kept.id, session_id, user_id, epoch=kept.epoch + 1)
            try:
                model = await self._parts.resolve(kept.model, accepted_before(user_id))
                accepted = await self._parts.journal.boundary(
                    live, self._parts.acceptance.begin_queued(live, kept, model), self._parts.begin
                )
            except PalaverError as error:
                await self.end(kept, failure(error))
                continue
            if accepted.live is not None:
                return

    async def end(self, kept: Kept, event: CancelRequested | RunFailed) -> None:
        """A turn that waits is not going to begin."""
        live = Live(kept.id, kept.session_id, kept.user_id, epoch=kept.epoch)
        reason: FinishReason = "interrupted" if isinstance(event, CancelRequested) else "error"
        why = event.code if isinstance(event, RunFailed) else None

        def end() -> Script[tuple[tuple[RunEvent, ...], None]]:
            yield from store.over(kept.id, kept.epoch, reason=reason, why=why, now=stamp(self._parts.clock.now()))
            said = (event,) if isinstance(event, RunFailed) else ()
            opened = SessionOpened(title=None, created=False)
            return (opened, *said, RunDone(finish_reason=reason, duration_ms=0, turns=0)), None

        with suppress(store.LeaseLost):  # it began, or was ended, a moment ago
            await self._parts.journal.boundary(live, end())
