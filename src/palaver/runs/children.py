"""What becomes of runs above and below when one of them ends: the answer comes up, and nobody below outlives a call."""

import logging
import time

from palaver.core.errors import Conflict, PalaverError, Unavailable
from palaver.core.events import ToolFinished
from palaver.core.ids import RunId
from palaver.core.messages import TextPart
from palaver.runs import store
from palaver.runs.calls import Call
from palaver.runs.delegating import failed
from palaver.runs.live import Live
from palaver.runs.parts import Parts
from palaver.runs.service import Runs
from palaver.runs.store import Kept
from palaver.runs.waking import says
from palaver.sessions import store as session_store
from palaver.sessions.store import Found
from palaver.storage.script import Script

log = logging.getLogger(__name__)

GONE = "The subagent's run is gone."


class Children:
    """Brings what subagents answer to the runs that wait for it."""

    def __init__(self, parts: Parts, runs: Runs) -> None:
        self._parts = parts
        self._runs = runs

    async def concluded(self, live: Live) -> None:
        """A run is over: whoever waits for it hears its answer, and whoever works for it is stopped."""
        for call in live.run.calls:
            if call.child_run_id is not None and call.result is None:
                await self._stop(call.child_run_id)
        if live.parent is None:
            return
        try:
            await self._runs.waking.tell(live.parent.run_id, says(_answer(live, live.parent.call_id)))
        except (Conflict, Unavailable) as error:
            log.info("Nobody waits for a subagent any more: %s", error.detail, extra={"run_id": live.id})
        finally:
            self._parts.family.left(live.id)

    async def answered_below(self, live: Live, call: Call) -> None:
        """After a restart: a subagent that is done has answered, one that is not there failed; others go on."""
        assert call.child_run_id is not None
        child = await self._parts.database.read(store.known(call.child_run_id))
        if child is None:
            live.fold(failed(call.id, GONE))
        elif child.state == "over":
            live.fold(await self._kept_answer(child, call.id))

    async def wake_parents(self) -> None:
        """After a restart: runs that wait for somebody who is done."""
        for run_id, _ in await self._parts.database.read(store.parents_to_wake()):
            children = await self._parts.database.read(store.children(run_id))
            answers = [await self._kept_answer(kept, kept.parent_call_id or "") for kept in children if kept.ended_at]
            await self._runs.waking.tell(run_id, says(*answers))

    async def _stop(self, child: RunId) -> None:
        try:
            await self._runs.end(child)
        except PalaverError as error:
            log.info("A subagent could not be stopped: %s", error.detail, extra={"run_id": child})

    async def _kept_answer(self, child: Kept, call_id: str) -> ToolFinished:
        try:
            found = await self._parts.database.read(_message_of(child))
        except PalaverError:
            return failed(call_id, GONE)
        message = found.message()
        usage = message.usage
        return ToolFinished(
            call_id=call_id,
            ok=child.finish_reason == "stop",
            content=_last_words(message.parts) or (message.error.message if message.error else GONE),
            duration_ms=message.latency_ms or 0.0,
            truncated=False,
            cost_usd=(usage.cost_usd or 0.0) if usage else 0.0,
        )


def _answer(live: Live, call_id: str) -> ToolFinished:
    run = live.run
    said = _last_words(run.steps.said)
    why = run.ending.error.message if run.ending and run.ending.error else ""
    done = run.over == "stop"
    content = said or why or "The subagent said nothing."
    return ToolFinished(
        call_id=call_id,
        ok=done,
        content=content if done or not why or content == why else f"{content}\n[It ended early: {why}]",
        duration_ms=round((time.monotonic() - live.started) * 1000, 3),
        truncated=False,
        cost_usd=(run.steps.spent.cost_usd or 0.0) + run.steps.delegated_usd,
    )


def _last_words(parts: tuple[object, ...]) -> str:
    """The text after the last call."""
    said: list[str] = []
    for part in reversed(parts):
        if not isinstance(part, TextPart):
            break
        said.append(part.text)
    return "".join(reversed(said))


def _message_of(child: Kept) -> Script[Found]:
    kept = yield from session_store.held(child.session_id)
    return (yield from session_store.in_session(kept, child.message_id))
