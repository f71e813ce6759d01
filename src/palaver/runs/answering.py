"""What people answer to what waits for them, and what they allow for good: one unit of work each.

An answer is durable when it returns, whichever device it came from; a second one for the same call is a Conflict.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal, NamedTuple, assert_never

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Forbidden, Invalid, NotFound, PalaverError
from palaver.core.events import ApprovalResolved, Controlled, QuestionAnswered, RunEvent, ToolFinished
from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.permissions import PermissionMode
from palaver.core.questions import Answers, Question
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.runs import approvals_store, store
from palaver.runs.approvals_store import Approval, ApprovalState, Grant
from palaver.runs.calls import LEAVE_IT, RUN_AGAIN
from palaver.runs.live import Live
from palaver.runs.replies import ASKING, REJECTED, UNWILLING, answered, with_reason
from palaver.runs.service import Runs
from palaver.runs.waking import says
from palaver.storage.port import Database
from palaver.storage.script import Script
from palaver.tools.checking import problem
from palaver.tools.policy import Scope, call_hash, remembered
from palaver.tools.service import Tools

log = logging.getLogger(__name__)

Decided = Literal["approve", "reject", "answer"]
By = Literal["person", "expiry"]

GRANT = "grt"
EXPIRED_AT_ONCE = 100  # looked at per round


class Answer(NamedTuple):
    """What a person says about a call that waits. `answers` has one list per question, `message` is for the model."""

    decision: Decided
    arguments: dict[str, Any] | None = None
    message: str | None = None
    answers: tuple[tuple[str, ...], ...] | None = None
    remember: Scope | None = None


class _Said(NamedTuple):
    """What an answer comes to: how it is kept, what happened to the run, and what is remembered."""

    became: ApprovalState
    events: tuple[RunEvent, ...]
    digest: str
    rule: str | None = None
    answers: Answers | None = None


class Answering:
    """The front door for people whom agents wait for."""

    def __init__(self, database: Database, runs: Runs, tools: Tools, clock: Clock) -> None:
        self._database = database
        self._runs = runs
        self._tools = tools
        self._clock = clock
        self.audit: Audit = unheard

    async def answer(self, user_id: UserId, run_id: RunId, call_id: str, answer: Answer) -> Approval:
        """Answer what waits; Conflict where somebody did before, Invalid where the answer does not fit."""
        approval = await self._database.read(approvals_store.find(run_id, call_id, user_id))
        _refuse_late(approval)
        _refuse_for_others(approval, answer, user_id)
        said = self._understood(approval, answer)
        await self._resolve(approval, said, by=user_id, scope=answer.remember)
        if said.rule is not None:
            about = {"tool": approval.name, "scope": answer.remember or ""}
            await self.audit(SecurityEvent(kind="grant.given", actor_id=user_id, subject=run_id, detail=about))
        return await self._database.read(approvals_store.find(run_id, call_id, user_id))

    async def answer_in_session(
        self, user_id: UserId, session_id: SessionId, call_id: str | None, answer: Answer
    ) -> Approval:
        """Answer what waits in a session; which call is meant need not be said where only one waits."""
        waiting = await self._database.read(approvals_store.in_session(session_id, user_id))
        found = [one for one in waiting if call_id is None or one.call_id == call_id]
        if len(found) > 1:
            problem_ = {"loc": ["body", "call_id"], "msg": f"{len(found)} calls wait", "type": "missing"}
            raise Invalid("Several calls wait in this session: say which one is meant.", errors=[problem_])
        if not found:
            raise NotFound("Nothing waits for you in this session.") if call_id is None else NotFound()
        return await self.answer(user_id, found[0].run_id, found[0].call_id, answer)

    async def waiting(self, user_id: UserId, after: tuple[str, str, str], most: int) -> Sequence[Approval]:
        """What waits for a person, oldest first."""
        return await self._database.read(approvals_store.page(user_id, after, most))

    async def grants(self, user_id: UserId) -> Sequence[Grant]:
        """What a person allowed for good."""
        return await self._database.read(approvals_store.grants_of(user_id))

    async def revoke(self, user_id: UserId, grant_id: str) -> None:
        """Allow it no more."""
        await self._database.write(approvals_store.revoke(grant_id, user_id))
        await self.audit(SecurityEvent(kind="grant.revoked", actor_id=user_id, subject=grant_id))

    async def control(self, run_id: RunId, *, mode: PermissionMode | None, model: tuple[str, str] | None) -> None:
        """Let a run know of another mode, or another model (its id and its provider's); a mode holds below it too."""
        name, provider = model or (None, None)
        await self._control(run_id, Controlled(permission_mode=mode, model=name, provider=provider))
        for child in await self._database.read(store.children(run_id)) if mode is not None else ():
            if child.state != "over":
                await self._control(child.id, Controlled(permission_mode=mode))

    async def _control(self, run_id: RunId, news: Controlled) -> None:
        try:
            await self._runs.waking.tell(run_id, says(news))
        except Conflict:
            log.info("A run that was to be controlled is over", extra={"run_id": run_id})

    async def keep_expiring(self, every: timedelta) -> None:
        """The job that rejects what waited too long. Runs until it is cancelled."""
        while True:
            await self.expire()
            await self._clock.sleep(every)

    async def expire(self) -> int:
        """Reject what waited too long; how much did."""
        late = await self._database.read(approvals_store.expired(stamp(self._clock.now()), EXPIRED_AT_ONCE))
        for approval in late:
            try:
                await self._resolve(approval, _expired(approval))
            except PalaverError as error:
                log.info("A call that waited too long is not there any more: %s", error.detail)
        return len(late)

    async def _resolve(
        self, approval: Approval, said: _Said, *, by: UserId | None = None, scope: Scope | None = None
    ) -> None:  # fmt: skip
        waiter: list[asyncio.Future[Answers]] = []

        def change(live: Live) -> Script[Sequence[RunEvent]]:
            now = stamp(self._clock.now())
            if not (yield from approvals_store.resolve(approval, said.became, digest=said.digest, now=now)):
                raise Conflict("This was answered a moment ago.")
            if said.rule is not None:
                session_id = None if scope == "tool" else live.prompt.ground(live.session_id)
                grant = Grant(new_id(GRANT), by or approval.user_id, session_id, said.rule, now)
                yield from approvals_store.grant(grant)
            found = live.answers.get(approval.call_id)
            waiter[:] = [found] if found is not None and not found.done() else []
            if _in_mid_call(approval) and not waiter:
                raise Conflict("The tool that asked this does not run any more.")
            return said.events if by in (None, live.user_id) else [_by_another(one, by) for one in said.events]

        await self._runs.waking.tell(approval.run_id, change)
        for one in waiter:
            if said.answers is not None and not one.done():
                one.set_result(said.answers)

    def _understood(self, approval: Approval, answer: Answer) -> _Said:
        if approval.kind == "question":
            return _answered(approval, answer)
        match answer.decision:
            case "approve":
                return self._approved(approval, answer)
            case "reject":
                return _rejected(approval, answer.message, "person")
            case "answer":
                raise _unfit("decision", "This waits for an approval: approve or reject it.")
            case _:
                assert_never(answer.decision)

    def _approved(self, approval: Approval, answer: Answer) -> _Said:
        arguments = approval.arguments if answer.arguments is None else answer.arguments
        tool = self._tools.get(approval.name)
        if answer.arguments is not None and tool and (wrong := problem(tool.spec.parameters, arguments)):
            raise _unfit("arguments", wrong)
        rule = None
        if answer.remember is not None and (rule := remembered(approval.name, arguments, answer.remember)) is None:
            raise _unfit("remember", "This very call cannot be remembered; approve it alone, or for its tool.")
        edited = arguments if arguments != approval.arguments else None
        event = ApprovalResolved(
            call_id=approval.call_id, decision="approve", by="person", message=answer.message, arguments=edited
        )
        return _Said("approved", (event,), call_hash(approval.name, arguments), rule)


def _refuse_for_others(approval: Approval, answer: Answer, user_id: UserId) -> None:
    """Forbidden where somebody allows what another one's agent would do: that is done with what is theirs."""
    if approval.kind == "approval" and answer.decision == "approve" and approval.user_id != user_id:
        raise Forbidden("Only who asked can allow this call: it is made with what is theirs. You can reject it.")


def _refuse_late(approval: Approval) -> None:
    if approval.state != "pending":
        raise Conflict(f"This is {approval.state} already.")


def _unfit(field: str, says_: str) -> Invalid:
    return Invalid(says_, errors=[{"loc": ["body", field], "msg": says_, "type": "value_error"}])


def _rejected(approval: Approval, message: str | None, by: By) -> _Said:
    content = with_reason(REJECTED, message) if by == "person" else "Nobody approved this call in time."
    event = ApprovalResolved(call_id=approval.call_id, decision="reject", by=by, message=message)
    state: ApprovalState = "rejected" if by == "person" else "expired"
    return _Said(state, (event, _result(approval, content, ok=False)), approval.digest)


def _expired(approval: Approval) -> _Said:
    if approval.kind == "approval":
        return _rejected(approval, None, "expiry")
    return _question_said(approval, None, "expired", by="expiry")


def _answered(approval: Approval, answer: Answer) -> _Said:
    if approval.reason == "interrupted":
        return _after_interruption(approval, answer)
    if answer.decision == "reject":
        return _question_said(approval, None, "rejected", by="person", message=answer.message)
    if answer.decision == "approve":
        raise _unfit("decision", "This is a question: answer it, or reject it.")
    return _question_said(approval, _given(approval.questions, answer), "answered", by="person")


def _after_interruption(approval: Approval, answer: Answer) -> _Said:
    again = answer.decision == "approve"
    if answer.decision == "answer":
        (given,) = _given(approval.questions, answer)
        if given not in {(RUN_AGAIN,), (LEAVE_IT,)}:
            raise _unfit("answers", f"Answer {RUN_AGAIN!r} or {LEAVE_IT!r}.")
        again = given == (RUN_AGAIN,)
    said = ((RUN_AGAIN if again else LEAVE_IT,),)
    event = QuestionAnswered(call_id=approval.call_id, answers=said, by="person")
    if again:
        return _Said("approved", (event,), approval.digest)
    return _Said("rejected", (event, _result(approval, CUT, ok=False)), approval.digest)


CUT = "The server stopped while this call ran; whether it took effect is not known. The person does not want it again."


def _given(questions: tuple[Question, ...], answer: Answer) -> tuple[tuple[str, ...], ...]:
    """One list of answers per question, each an option that was offered, or free text."""
    given = answer.answers
    if given is None and answer.message is not None and len(questions) == 1:
        given = ((answer.message,),)
    if given is None or len(given) != len(questions):
        raise _unfit("answers", f"Give {len(questions)} lists of answers, one per question.")
    for question, said in zip(questions, given, strict=True):
        if not (said or question.optional) or any(not text.strip() for text in said):
            raise _unfit("answers", f"The question {question.header!r} has no answer.")
        if len(said) > 1 and not question.multi:
            raise _unfit("answers", f"The question {question.header!r} takes one answer.")
    return given


def _question_said(
    approval: Approval, given: tuple[tuple[str, ...], ...] | None, became: ApprovalState, *, by: By,
    message: str | None = None,
) -> _Said:  # fmt: skip
    event = QuestionAnswered(call_id=approval.call_id, answers=given, by=by)
    if _in_mid_call(approval):
        return _Said(became, (event,), approval.digest, answers=Answers(given))
    if given is None:
        content = "Nobody answered in time." if by == "expiry" else with_reason(UNWILLING, message)
    else:
        content = answered(approval.questions, given)
    return _Said(became, (event, _result(approval, content, ok=given is not None)), approval.digest)


def _in_mid_call(approval: Approval) -> bool:
    return approval.kind == "question" and approval.name != ASKING and approval.reason != "interrupted"


def _by_another(event: RunEvent, user_id: UserId) -> RunEvent:
    """The event with who said it: whoever asked did not, and their words are not taken for theirs."""
    said = isinstance(event, QuestionAnswered | ApprovalResolved)
    return msgspec.structs.replace(event, user_id=user_id) if said else event


def _result(approval: Approval, content: str, *, ok: bool) -> ToolFinished:
    return ToolFinished(call_id=approval.call_id, ok=ok, content=content, duration_ms=0.0, truncated=False)
