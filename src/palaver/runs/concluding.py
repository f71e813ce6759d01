"""The end of a run, written down: its message, its last events, and nothing of it that waits; when is the machine's."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import msgspec

from palaver.context import store as context_store
from palaver.core.errors import NotFound
from palaver.core.events import MessageFinished, ModelReplied, RunEvent, RunWaits
from palaver.core.ids import UserId
from palaver.core.messages import Message
from palaver.core.usage import Usage
from palaver.identity.budgets.service import Warned
from palaver.kit.clock import Clock, stamp
from palaver.runs import approvals_store, ending, store
from palaver.runs.asking import Counter
from palaver.runs.compacting import compacted
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.seen import seen
from palaver.runs.spending.purse import Purse, notices
from palaver.runs.store import LeaseLost
from palaver.sessions import summing, turns
from palaver.storage.port import StorageUnavailable
from palaver.storage.script import Script

log = logging.getLogger(__name__)

AGAIN = timedelta(milliseconds=500)  # how soon a conclusion is written again when the database refused it


class Threaded(Protocol):
    """Writes down where the history of a client of another protocol goes on."""

    def __call__(self, user_id: UserId, thread: str, message: Message, /) -> Script[None]: ...


class Concluding:
    """Ends the runs of this process, and lays down those that wait."""

    def __init__(self, journal: Journal, *, count: Counter, clock: Clock) -> None:
        self._journal = journal
        self._count = count
        self._clock = clock
        self.threaded: Threaded = _nobody_asks_again
        self.purse: Purse | None = None
        self.spent = Usage()  # what all runs that were concluded here consumed

    async def conclude(self, live: Live) -> Sequence[RunEvent] | None:
        """Write the answer down and end the run; None when there is nothing left to write."""
        usage = await self._usage(live)
        while True:
            try:
                return (await self._write_end(live, usage),)
            except StorageUnavailable:
                await self._clock.sleep(AGAIN)
            except LeaseLost:
                return None  # driven elsewhere: there is nothing left to write
            except NotFound:  # its session is gone, and what it cost is not
                if self.purse is not None:
                    await self.purse.settle_alone(live, usage)
                return None
            except Exception:  # a fault of ours: this run is given up until the next start, the others go on
                log.exception("The end of a run could not be written", extra={"run_id": live.id})
                return None

    async def rest(self, live: Live) -> Sequence[RunEvent] | None:
        """From now on the run waits as a row, and its session says so."""

        waits = RunWaits(call_ids=tuple(call.id for call in live.fold().calls if call.open))

        def lie_down() -> Script[tuple[Sequence[RunEvent], None]]:
            yield from store.rest(live.id, live.epoch)
            if self.purse is not None:
                yield from self.purse.rest(live)
            yield from turns.wait(live.session_id)
            return (waits,), None

        while True:
            try:
                await self._journal.boundary(live, lie_down())
            except StorageUnavailable:
                await self._clock.sleep(AGAIN)
            except (LeaseLost, NotFound):
                return None
            else:
                return ()

    async def _write_end(self, live: Live, usage: Usage) -> RunEvent:
        now = self._clock.now()
        manifest = seen(live, at=stamp(now), reported=live.run.steps.context_tokens or None)
        end = ending.compose(live, usage, at=stamp(now), milliseconds=(time.monotonic() - live.started) * 1000)

        def write() -> Script[tuple[Sequence[RunEvent], Sequence[Warned]]]:
            error = end.message.error
            reason = end.done.finish_reason
            yield from store.over(live.id, live.epoch, reason=reason, why=error.code if error else None, now=stamp(now))
            if live.run.calls:
                yield from approvals_store.cancel(live.id, stamp(now))
            warned = (yield from self.purse.settle(live, usage)) if self.purse is not None else ()
            if warned:
                end.first.extend(notices(warned))
            if live.prompt.summarize is not None:
                return (yield from self._summed_up(live, end, stamp(now))), warned
            answered = turns.answer(live.session_id, live.user_id, end.message, below=live.place, now=stamp(now))
            siblings = yield from answered
            if manifest is not None:
                yield from context_store.put(live.message_id, manifest)
            if live.prompt.thread is not None:
                yield from self.threaded(live.user_id, live.prompt.thread, end.message)
            return end.told(siblings), warned

        warned = await self._journal.boundary(live, write())
        self.spent = self.spent.plus(usage)
        if warned and self.purse is not None:
            await self.purse.told(warned)
        return end.done

    def _summed_up(self, live: Live, end: ending.End, now: str) -> Script[Sequence[RunEvent]]:
        """A run that is nothing but a summary: it stands below the last message, or nothing is changed."""
        made = live.made
        if made is None or end.done.finish_reason != "stop":
            yield from summing.let_go(live.session_id, now)
            return [*end.first, end.done]
        siblings = yield from summing.add(live.session_id, live.user_id, made, below=live.place, now=now)
        message = msgspec.structs.replace(made, siblings=siblings)
        return [*end.first, compacted(made), MessageFinished(message=message), end.done]

    async def _usage(self, live: Live) -> Usage:
        """What the vendor reported, or what is counted here; with its price where one is known."""
        run, model = live.fold(), live.model
        steps = run.steps
        cut = bool(steps.said) and not steps.asked and not isinstance(live.settled, ModelReplied)
        spent = steps.spent
        if cut or steps.uncounted or not steps.count:
            spent = spent.plus(await self._counted(live)) if spent != Usage() else await self._counted(live)
        return spent if spent.cost_usd is not None else ending.priced(spent, model)

    async def _counted(self, live: Live) -> Usage:
        """The last step, counted here."""
        run = live.run
        said = "".join(getattr(part, "text", "") for part in run.steps.said)
        asked = ending.asked_text(live)
        counted = Usage(
            input_tokens=await self._count(asked, run.model) if asked else 0,
            output_tokens=await self._count(said, run.model) if said else 0,
            estimated=True,
        )
        return ending.priced(counted, live.model)


def _nobody_asks_again(user_id: UserId, thread: str, message: Message) -> Script[None]:
    """Where no such client is served."""
    yield from ()
