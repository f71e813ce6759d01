"""One call of a run: whether it may be made, by whose yes, and what came of it; the order of calls is the machine's.

What runs is what was decided about: the arguments that were approved are bound to the approval by a digest.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from palaver.core.errors import PalaverError
from palaver.core.events import ApprovalAsked, QuestionAsked, RunEvent, ToolFinished, ToolHanded, ToolStarted
from palaver.core.questions import Question
from palaver.kit.clock import Clock, stamp
from palaver.runs import approvals_store, ledger, limits, store
from palaver.runs.approvals_store import Approval
from palaver.runs.asking import INTERNAL, Boxes
from palaver.runs.box import Box
from palaver.runs.calls import Call
from palaver.runs.delegating import Delegating
from palaver.runs.effects import reached
from palaver.runs.hooked import Hooked, mode_of
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.questioning import Questioning
from palaver.runs.written import write
from palaver.storage.port import Database, StorageUnavailable
from palaver.storage.script import Script
from palaver.tools import policy
from palaver.tools.builtin.notes import questions_of
from palaver.tools.checking import problem
from palaver.tools.policy import Decision, Rules
from palaver.tools.port import Outcome, Tool
from palaver.tools.rules import parsed
from palaver.tools.service import Tools

log = logging.getLogger(__name__)

AGAIN = timedelta(milliseconds=500)  # how soon a result is written again when the database refused it


class Acting:
    """Makes the calls of the runs of this process. `expiry` is how long a call waits for a person."""

    def __init__(
        self, database: Database, journal: Journal, tools: Tools, *, boxes: Boxes, hooked: Hooked,
        delegating: Delegating, questioning: Questioning, clock: Clock, expiry: timedelta, parallel: int,
    ) -> None:  # fmt: skip
        self._database = database
        self._journal = journal
        self._tools = tools
        self._boxes = boxes
        self._hooked = hooked
        self._delegating = delegating
        self._questioning = questioning
        self._clock = clock
        self._expiry = expiry
        self._parallel = parallel

    async def use(self, live: Live, call_id: str) -> Sequence[RunEvent] | None:
        """The next thing to do about a call: the events that came of it, written down; None where the run is lost."""
        if live.slots is None:
            live.slots = asyncio.Semaphore(self._parallel)
        async with live.slots:
            call = next(call for call in live.fold().calls if call.id == call_id)
            began = time.monotonic()
            try:
                box = live.box = live.box or await self._boxes.of(live)
                return await self._go_on(live, box, call)
            except store.LeaseLost:
                return None  # driven elsewhere: there is nothing left to write here
            except PalaverError as error:
                return await self._finish(live, call, Outcome(error.detail, ok=False), began)
            except Exception:  # a fault of ours must end this call, and no other one
                log.exception("A call failed", extra={"run_id": live.id, "call_id": call_id})
                return await self._finish(live, call, Outcome(INTERNAL.message, ok=False), began)

    async def _go_on(self, live: Live, box: Box, call: Call) -> Sequence[RunEvent]:
        if call.name in box.handed and not call.called.flaw:
            return await self._hand(live, box, call)
        tool = box.tools.get(call.name)
        if call.called.flaw or tool is None:
            known = ", ".join([*box.tools, *sorted(box.handed)]) or "none"
            said = call.called.flaw or f"There is no tool {call.name!r} here. There are: {known}."
            return await self._finish(live, call, Outcome(said, ok=False))
        arguments = call.arguments
        if call.state == "asked":
            waits = await self._decide(live, box, call, tool)
            if not isinstance(waits, dict):
                return waits
            arguments = waits
        elif call.state == "approved" and (refused := await self._refused(live, box, call, tool)):
            return await self._finish(live, call, refused)
        if tool.spec.kind == "subagent":
            return await self._delegating.begin(live, box, call, arguments)
        return await self._make(live, box, msgspec.structs.replace(call, arguments=arguments), tool)

    async def _hand(self, live: Live, box: Box, call: Call) -> Sequence[RunEvent]:
        """Leave a call to the client, where it fits the schema that the client gave."""
        spec = next(spec for spec in box.specs if spec.name == call.name)
        if wrong := problem(spec.parameters, call.arguments):
            said = f"The call does not fit the schema of {call.name}. {wrong}"
            return await self._finish(live, call, Outcome(said, ok=False))
        return await write(self._journal, live, ToolHanded(call_id=call.id))

    async def _decide(self, live: Live, box: Box, call: Call, tool: Tool) -> dict[str, Any] | Sequence[RunEvent]:
        """The arguments to run with, or the events of a call that does not run now."""
        fired = await self._hooked.fire(
            live, box, "PreToolUse", tool_name=call.name, tool_input=call.arguments, call_id=call.id
        )
        arguments = call.arguments
        if fired is not None and fired.modified_input is not None:
            arguments = fired.modified_input
        if wrong := problem(tool.spec.parameters, arguments):
            said = f"The call does not fit the schema of {call.name}. {wrong}"
            return await self._finish(live, call, Outcome(said, ok=False))
        hooked = Decision(fired.decision, fired.reason) if fired is not None and fired.decision else None
        rules = box.permissions.rules
        decision = policy.decide(mode_of(live, box), tool.spec, arguments, rules, hooked=hooked)
        if decision.verdict != "allow":  # what a person allowed for good is looked up only where it matters
            rules = await self._with_grants(live, rules)
            decision = policy.decide(mode_of(live, box), tool.spec, arguments, rules, hooked=hooked)
        if decision.verdict == "deny":
            return await self._finish(live, call, Outcome(f"Not allowed: {decision.reason}", ok=False))
        if decision.verdict == "ask":
            return await self._ask(live, box, msgspec.structs.replace(call, arguments=arguments), decision.reason)
        if tool.spec.kind == "question":
            asked = await self._questioning.ask(live, call, arguments)
            return await self._notify(live, box, asked, kind="question", says=_together(questions_of(arguments)))
        return arguments

    async def _with_grants(self, live: Live, rules: Rules) -> Rules:
        granted = await self._database.read(approvals_store.granted(live.user_id, live.prompt.ground(live.session_id)))
        return Rules(allow=(*rules.allow, *parsed(granted)), deny=rules.deny, ask=rules.ask)

    async def _refused(self, live: Live, box: Box, call: Call, tool: Tool) -> Outcome | None:
        """Why a call that a person approved is not made after all: it is another one, or it is forbidden by now."""
        if call.replay_safe or call.child_run_id is not None:
            return None
        approved = await self._database.read(approvals_store.digest(live.id, call.id))
        if approved != policy.call_hash(call.name, call.arguments):
            return Outcome("This is not the call that was approved, so it was not made.", ok=False)
        hooked = await self._said_of_edits(live, box, call) if call.edited else None
        decision = policy.decide(mode_of(live, box), tool.spec, call.arguments, box.permissions.rules, hooked=hooked)
        return Outcome(f"Not allowed: {decision.reason}", ok=False) if decision.verdict == "deny" else None

    async def _said_of_edits(self, live: Live, box: Box, call: Call) -> Decision | None:
        """Hooks saw other arguments than those that a person wrote: they may still refuse, and nothing else."""
        fired = await self._hooked.fire(
            live, box, "PreToolUse", tool_name=call.name, tool_input=call.arguments, call_id=call.id
        )
        return Decision("deny", fired.reason) if fired is not None and fired.decision == "deny" else None

    async def _ask(self, live: Live, box: Box, call: Call, reason: str) -> Sequence[RunEvent]:
        arguments, now = call.arguments, self._clock.now()
        asked = ApprovalAsked(
            call_id=call.id, name=call.name, arguments=arguments, reason=reason, expires_at=stamp(now + self._expiry)
        )
        approval = Approval(
            run_id=live.id,
            call_id=call.id,
            user_id=live.user_id,
            session_id=live.session_id,
            kind="approval",
            name=call.name,
            arguments=arguments,
            digest=policy.call_hash(call.name, arguments),
            reason=reason,
            questions=(),
            state="pending",
            created_at=stamp(now),
            expires_at=asked.expires_at,
            resolved_at=None,
        )

        def waits() -> Script[tuple[Sequence[RunEvent], Sequence[RunEvent]]]:
            yield from store.hold(live.id, live.epoch)
            yield from approvals_store.put(approval)
            return (asked,), (asked,)

        return await self._notify(live, box, await self._journal.boundary(live, waits()), kind="approval", says=reason)

    async def _notify(
        self, live: Live, box: Box, events: Sequence[RunEvent], *, kind: str, says: str
    ) -> Sequence[RunEvent]:
        """Tell hooks of what waits. It is folded before: whoever is told may answer before the hook does."""
        if not self._hooked.asks(box, "Notification"):
            return events
        call_id = next(one.call_id for one in events if isinstance(one, ApprovalAsked | QuestionAsked))
        for event in events:
            live.fold(event)
        await self._hooked.fire(live, box, "Notification", kind=kind, message=says, call_id=call_id)
        return ()

    async def _make(self, live: Live, box: Box, call: Call, tool: Tool) -> Sequence[RunEvent]:
        started = ToolStarted(call_id=call.id, arguments=call.arguments, replay_safe=tool.spec.replay_safe)
        if reached(tool.spec):
            one = ledger.effect(live, call, tool.spec, self._clock)
            await self._journal.boundary(live, ledger.begins(live, one, (started,)))
            live.fold(started)
        elif tool.spec.replay_safe:
            self._journal.tell(live, started, 0)  # were it lost, the call would simply be made again
        else:
            await write(self._journal, live, started)
            live.fold(started)
        began = time.monotonic()
        outcome = await self._use(live, box, call, tool)
        await self._questioning.ended(live, call.id)
        return await self._finish(live, call, await self._after(live, box, call, outcome), began)

    async def _use(self, live: Live, box: Box, call: Call, tool: Tool) -> Outcome:
        """What comes of it, in the time that is left of the turn's."""
        deadline = asyncio.timeout(limits.seconds_left(live.run.steps, box.limits))

        async def notify(call_id: str, questions: Sequence[Question]) -> None:
            await self._hooked.fire(
                live, box, "Notification", kind="question", message=_together(questions), call_id=call_id
            )

        try:
            async with deadline:
                scene = await self._questioning.scene(live, call, notify)
                return await self._tools.use(tool, call.arguments, scene)
        except TimeoutError:
            if not deadline.expired():
                raise
            return Outcome(f"{call.name} was stopped: {limits.too_slow(box.limits).message}", ok=False)

    async def _after(self, live: Live, box: Box, call: Call, outcome: Outcome) -> Outcome:
        """What came of it, with what hooks say about that; what was done cannot be undone by them."""
        if not self._hooked.asks(box, "PostToolUse"):
            return outcome
        result = {"ok": outcome.ok, "content": outcome.content}
        fired = await self._hooked.fire(
            live, box, "PostToolUse", tool_name=call.name, tool_input=call.arguments, tool_result=result,
            call_id=call.id,
        )  # fmt: skip
        if fired is None:
            return outcome
        if fired.decision == "deny":
            return Outcome(f"The call was made, and a hook withholds what came of it: {fired.reason}", ok=False)
        if fired.additional_context is None:
            return outcome
        content = f"{outcome.content}\n[A hook adds: {fired.additional_context}]"
        return Outcome(content, outcome.ok, outcome.parts, outcome.truncated)

    async def _finish(self, live: Live, call: Call, outcome: Outcome, began: float | None = None) -> Sequence[RunEvent]:
        content = outcome.content
        if call.edited:
            content = f"[The person changed the arguments of this call before it was made.]\n{content}"
        finished = ToolFinished(
            call_id=call.id,
            ok=outcome.ok,
            content=content,
            duration_ms=round((time.monotonic() - began) * 1000, 3) if began is not None else 0.0,
            truncated=outcome.truncated,
            parts=outcome.parts,
        )
        tool = live.box.tools.get(call.name) if live.box else None
        outside = tool is not None and reached(tool.spec) is not None
        while True:
            try:
                if outside:
                    return await self._journal.boundary(live, ledger.ends(live, finished))
                return await write(self._journal, live, finished)
            except StorageUnavailable:  # it was done: what came of it must not be lost
                await self._clock.sleep(AGAIN)


def _together(questions: Sequence[Question]) -> str:
    return " ".join(one.question for one in questions)
