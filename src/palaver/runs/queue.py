"""Turns that wait in their sessions: the next one begins when nothing answers there; it accepts no new ones."""

import logging

import msgspec

from palaver.core.errors import PalaverError
from palaver.core.events import CancelRequested, RunDone, RunEvent, RunFailed, SessionOpened
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import FinishReason
from palaver.files.attaching import names_files
from palaver.kit.clock import stamp
from palaver.runs import store
from palaver.runs.joining.standing_in import stand_in
from palaver.runs.live import Live
from palaver.runs.machine import failure
from palaver.runs.parts import Parts, accepted_before
from palaver.runs.store import Kept
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script

log = logging.getLogger(__name__)


class Queue:
    """The lines of all sessions; those of this process are known by name, others are found by recovery."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waited_in: set[SessionId] = set()

    def joined(self, session_id: SessionId) -> None:
        """A turn waits in this session from now on."""
        self._waited_in.add(session_id)

    async def concluded(self, session_id: SessionId, user_id: UserId) -> None:
        """A turn is over: the next one of its session may begin."""
        if session_id in self._waited_in:
            await self.next_turn(session_id, user_id)

    def may_wait(self, session_id: SessionId) -> bool:
        """Whether turns may wait in this session; where not, none of this process does."""
        return session_id in self._waited_in

    async def next_turn(self, session_id: SessionId, user_id: UserId) -> None:
        """Begin the turn that waits in a session, if one does and nothing answers there."""
        try:
            waiting = await self._parts.database.read(store.queued(session_id))
            if not waiting:
                self._waited_in.discard(session_id)
            for place, kept in enumerate(waiting):
                if await self._begin(kept):
                    self._make_way(kept, waiting[place + 1 :])
                    return
        except StorageUnavailable as error:  # `Recovery` finds it, as soon as the database takes writes again
            log.warning("A turn that waits could not begin and will be looked at again: %s", error.detail)

    def _make_way(self, begun: Kept, behind: list[Kept]) -> None:
        """A turn that interrupts and came later interrupts this one as well; its question is kept like every other."""
        live = self._parts.journal.live(begun.id)
        if live is not None and any(kept.prompt.when_busy == "interrupt" for kept in behind):
            self._parts.driver.heard(live, CancelRequested(reason="new_message"))

    async def _begin(self, kept: Kept) -> bool:
        """Whether a turn that waited is under way now; one that never can be is over."""
        live = Live(kept.id, kept.session_id, kept.user_id, epoch=kept.epoch + 1)
        try:
            model = stand_in(kept.prompt) or await self._parts.resolve(kept.model, accepted_before(kept.user_id))
            files = await self._parts.keeping.take(kept.session_id)
            run = await self._with_files(kept)
            begin = self._parts.acceptance.begin_queued(live, run, model)
            begin = self._parts.keeping.around(kept.session_id, begin, files, waiting=kept)
            accepted = await self._parts.journal.boundary(live, begin, self._parts.begin)
        except StorageUnavailable:
            raise
        except PalaverError as error:
            await self.end(kept, failure(error))
            return False
        return accepted.live is not None

    async def _with_files(self, kept: Kept) -> Kept:
        """The turn with its files in the workspace; they are there already where it tries to begin again."""
        if not names_files(kept.prompt.parts) or kept.session_id in self._parts.keeping.held:
            return kept
        placed = await self._parts.attachments.place(kept.user_id, kept.session_id, kept.prompt.parts)
        return kept._replace(prompt=msgspec.structs.replace(kept.prompt, parts=placed.parts))

    async def end(self, kept: Kept, event: CancelRequested | RunFailed) -> bool:
        """A turn that waits is not going to begin; False when it began, or was ended, a moment ago."""
        live = Live(kept.id, kept.session_id, kept.user_id, epoch=kept.epoch)
        reason: FinishReason = "interrupted" if isinstance(event, CancelRequested) else "error"
        why = event.code if isinstance(event, RunFailed) else None

        def end() -> Script[tuple[tuple[RunEvent, ...], None]]:
            yield from store.over(kept.id, kept.epoch, reason=reason, why=why, now=stamp(self._parts.clock.now()))
            said = (event,) if isinstance(event, RunFailed) else ()
            opened = SessionOpened(title=None, created=False)
            return (opened, *said, RunDone(finish_reason=reason, duration_ms=0, turns=0)), None

        try:
            await self._parts.journal.boundary(live, end())
        except store.LeaseLost:
            return False
        return True
