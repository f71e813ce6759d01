"""Questions to the person: the agent's own, those of a tool in mid-call, and those about a call that was cut.

What they say is written down by `answering.py`; nothing here waits for it but the tool that asked in mid-call.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from palaver.core.events import QuestionAnswered, QuestionAsked, RunEvent, ToolProgressed
from palaver.core.ids import SessionId, UserId
from palaver.core.questions import Answers, Option, Question
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import Clock, stamp
from palaver.runs import approvals_store, store
from palaver.runs.approvals_store import Approval
from palaver.runs.calls import LEAVE_IT, RUN_AGAIN, Call
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.storage.script import Script
from palaver.tools.builtin.notes import questions_of
from palaver.tools.policy import call_hash
from palaver.tools.port import Scene

LEAST_PAUSE = 0.25  # seconds between two lines of progress of one call; what comes in between is told by the last
LONGEST_LINE = 500

# What is told of questions that a call asks, under the id by which they are answered.
Notify = Callable[[str, Sequence[Question]], Awaitable[None]]

# The workspace of somebody's session, with what others lend to it.
Ground = Callable[[UserId, SessionId], Awaitable[Workspace]]


class Questioning:
    """Asks people in the name of runs."""

    def __init__(self, journal: Journal, workspaces: Workspaces, clock: Clock, *, expiry: timedelta) -> None:
        self._journal = journal
        self._workspaces = workspaces
        self._clock = clock
        self._expiry = expiry
        self.ground: Ground = self._own  # where agents work

    async def ask(self, live: Live, call: Call, arguments: dict[str, Any]) -> Sequence[RunEvent]:
        """The agent's own question: the run waits for its answer."""
        return await self._put(live, call.id, call.name, arguments, questions=questions_of(arguments))

    async def cut(self, live: Live, call: Call) -> Sequence[RunEvent]:
        """The call was cut when the server stopped; whether it took effect nobody knows, so a person says what next."""
        said = f"The server stopped while {call.name} was running. It may have taken effect, or not. Run it again?"
        question = Question(
            header="Interrupted", question=said, options=(Option(label=RUN_AGAIN), Option(label=LEAVE_IT))
        )
        return await self._put(live, call.id, call.name, call.arguments, questions=(question,), interrupted=True)

    async def scene(self, live: Live, call: Call, notify: Notify) -> Scene:
        """Where a call happens; `notify` is told of what the call asks the person."""
        return Scene(
            user_id=live.user_id,
            session_id=live.session_id,
            run_id=live.id,
            call_id=call.id,
            workspace=await self.ground(live.user_id, live.prompt.ground(live.session_id)),
            progress=self._teller(live, call.id),
            ask=lambda questions: self._in_mid_call(live, call, questions, notify),
        )

    async def ended(self, live: Live, call_id: str) -> None:
        """A call is over: what it asked in mid-call and nobody answered waits no more."""
        if any(which.startswith(f"{call_id}.") for which in live.unanswered):
            await self.close(live, call_id)

    async def close(self, live: Live, call_id: str) -> None:
        """What a call asked in mid-call, in this process or before it, waits no more."""

        def waits_no_more() -> Script[tuple[Sequence[RunEvent], None]]:
            yield from store.hold(live.id, live.epoch)
            now, closed = stamp(self._clock.now()), list[RunEvent]()
            for one in (yield from approvals_store.pending(live.id)):
                if one.call_id.startswith(f"{call_id}."):
                    yield from approvals_store.resolve(one, "cancelled", digest=one.digest, now=now)
                    closed.append(QuestionAnswered(call_id=one.call_id, answers=None, by="cancel"))
            return closed, None

        await self._journal.boundary(live, waits_no_more())

    async def _own(self, user_id: UserId, session_id: SessionId) -> Workspace:
        return self._workspaces.of(session_id)

    def _teller(self, live: Live, call_id: str) -> Callable[[str], None]:
        last = 0.0

        def tell(line: str) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= LEAST_PAUSE and line.strip():
                last = now
                self._journal.tell(live, ToolProgressed(call_id=call_id, content=line[:LONGEST_LINE]), len(line))

        return tell

    async def _in_mid_call(self, live: Live, call: Call, questions: Sequence[Question], notify: Notify) -> Answers:
        """What a tool under way wants to know: it waits, and the run with it."""
        which = f"{call.id}.{len(live.answers) + 1}"
        waiter: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()
        live.answers[which] = waiter
        await self._put(live, which, call.name, {}, questions=tuple(questions))
        await notify(which, questions)
        return await waiter

    async def _put(
        self, live: Live, call_id: str, name: str, arguments: dict[str, Any], *, questions: tuple[Question, ...],
        interrupted: bool = False,
    ) -> Sequence[RunEvent]:  # fmt: skip
        now = self._clock.now()
        expires = stamp(now + self._expiry)
        asked = QuestionAsked(call_id=call_id, questions=questions, expires_at=expires, interrupted=interrupted)
        approval = Approval(
            run_id=live.id,
            call_id=call_id,
            user_id=live.user_id,
            session_id=live.session_id,
            kind="question",
            name=name,
            arguments=arguments,
            digest=call_hash(name, arguments),
            reason="interrupted" if interrupted else "",
            questions=questions,
            state="pending",
            created_at=stamp(now),
            expires_at=expires,
            resolved_at=None,
        )

        def waits() -> Script[tuple[Sequence[RunEvent], Sequence[RunEvent]]]:
            yield from store.hold(live.id, live.epoch)
            yield from approvals_store.put(approval)
            return (asked,), (asked,)

        return await self._journal.boundary(live, waits())
