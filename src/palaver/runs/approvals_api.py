"""What waits for people over HTTP: listed, answered, allowed for good; it translates and decides nothing."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.permissions import PermissionMode
from palaver.core.principal import Principal
from palaver.core.questions import Question
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.kit.pages import BadCursor, cursor, position
from palaver.runs.answering import Answer, Answering
from palaver.runs.api import REFUSED
from palaver.runs.approvals_store import Approval, ApprovalKind, ApprovalState, Grant
from palaver.runs.controlling import Controlling, Resolve
from palaver.sessions.incoming import refuse_unwritable
from palaver.sessions.service import Sessions
from palaver.sessions.session import Session

ANSWERING = problems(
    _409="It was answered before, or the run does not wait any more.",
    _422="The answer does not fit what was asked.",
    _503="The database cannot be written, or another server drives the run.",
)
LONGEST_ANSWER = 20_000
LARGEST_ARGUMENTS = 900_000  # bytes of JSON; a body as a whole has at most 1 MB

Words = Annotated[str, Field(min_length=1, max_length=LONGEST_ANSWER)]


class AnswerIn(BaseModel):
    """What a person says about a call that waits."""

    model_config = ConfigDict(extra="forbid", strict=True)

    decision: Literal["approve", "reject", "answer"]
    arguments: dict[str, Any] | None = Field(None, description="What to run instead; only when approving.")
    message: Words | None = Field(None, description="Words for the agent; for one question, its answer.")
    answers: Annotated[list[Annotated[list[Words], Field(max_length=50)]], Field(max_length=16)] | None = Field(
        None, description="One list per question: labels that were offered, or free text."
    )
    remember: Literal["session", "tool"] | None = Field(
        None, description="Allow the same call in this session, or every call of this tool, from now on."
    )

    @field_validator("message")
    @classmethod
    def _writable(cls, text: str | None) -> str | None:
        refuse_unwritable(text)
        return text

    @model_validator(mode="after")
    def _fits(self) -> "AnswerIn":
        if self.decision != "approve" and (self.arguments is not None or self.remember is not None):
            raise ValueError("arguments and remember belong to an approval")
        if self.decision != "answer" and self.answers is not None:
            raise ValueError("answers belong to the decision `answer`")
        if self.arguments is not None and len(msgspec.json.encode(self.arguments)) > LARGEST_ARGUMENTS:
            raise ValueError(f"the arguments have more than {LARGEST_ARGUMENTS} bytes of JSON")
        for said in (text for one in self.answers or () for text in one):
            refuse_unwritable(said)
        return self

    def said(self) -> Answer:
        """The same as a value."""
        given = tuple(tuple(one) for one in self.answers) if self.answers is not None else None
        return Answer(self.decision, self.arguments, self.message, given, self.remember)


class RunAnswerIn(AnswerIn):
    """What a person says about one call of a run."""

    call_id: Annotated[str, Field(min_length=1, max_length=200)]


class SessionAnswerIn(AnswerIn):
    """What a person says about a call of a session; where only one waits, which need not be said."""

    call_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class ControlIn(BaseModel):
    """How a session, and the turn that runs in it, goes on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    permission_mode: PermissionMode | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _something(self) -> "ControlIn":
        if self.permission_mode is None and self.model is None:
            raise ValueError("give permission_mode or model")
        refuse_unwritable(self.model)
        return self


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """A call that waits, or waited, for a person; `kind` says whether for a yes or for an answer."""

    run_id: RunId
    session_id: SessionId
    session_title: str | None
    call_id: str
    kind: ApprovalKind
    name: str
    arguments: dict[str, Any]
    reason: str
    questions: tuple[Question, ...]
    state: ApprovalState
    created_at: str
    expires_at: str | None
    resolved_at: str | None


class ApprovalList(msgspec.Struct, frozen=True):
    """What waits for a person, oldest first."""

    items: list[ApprovalView]
    next_cursor: str | None


class GrantView(msgspec.Struct, frozen=True):
    """A rule that a person allowed for good: in one session, or (null) in all of theirs."""

    id: str
    session_id: SessionId | None
    rule: str
    created_at: str


class GrantList(msgspec.Struct, frozen=True):
    """What a person allowed for good."""

    items: list[GrantView]
    next_cursor: str | None


def routes(answering: Answering, sessions: Sessions, resolve: Resolve, door: Door) -> APIRouter:
    """Everything about what waits for people."""
    router = APIRouter(prefix="/api/v1", tags=["runs"])
    _listing(router, answering, sessions, door)
    _answering(router, answering, sessions, door)
    _controlling(router, Controlling(answering, sessions, resolve), door)
    _granting(router, answering, door)
    return router


def _listing(router: APIRouter, answering: Answering, sessions: Sessions, door: Door) -> None:
    @router.get(
        "/approvals",
        operation_id="list_approvals",
        summary="All that waits for you, oldest first",
        description="Calls that need your yes, and questions of agents and their tools, of all your sessions.",
        responses=described(ApprovalList) | problems(_401="No credential.", _422="The cursor is another list's."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def approvals(
        principal: Annotated[Principal, Depends(door)],
        cursor: Annotated[str | None, Query(max_length=400)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> Response:
        found = await answering.waiting(principal.user_id, _after(cursor), limit + 1)
        shown = [await _view(sessions, one, principal.user_id) for one in found[:limit]]
        return answer(ApprovalList(shown, _more(found[limit - 1]) if len(found) > limit else None))


def _answering(router: APIRouter, answering: Answering, sessions: Sessions, door: Door) -> None:
    @router.post(
        "/runs/{run_id}/answers",
        operation_id="answer_run",
        summary="Approve, reject or answer what a run waits for",
        description="Of several answers to one call the first counts; the run goes on with it.",
        responses=described(ApprovalView) | REFUSED | ANSWERING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def of_run(run_id: str, body: RunAnswerIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        said = await answering.answer(principal.user_id, RunId(run_id), body.call_id, body.said())
        return answer(await _view(sessions, said, principal.user_id))

    @router.post(
        "/sessions/{session_id}/answer",
        operation_id="answer_in_session",
        summary="Approve, reject or answer what waits in a session",
        description="The same as for a run. Where only one call waits, `call_id` need not be said.",
        responses=described(ApprovalView) | REFUSED | ANSWERING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def in_session(
        session_id: str, body: SessionAnswerIn, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        await sessions.find(principal.user_id, SessionId(session_id), "write")
        said = await answering.answer_in_session(principal.user_id, SessionId(session_id), body.call_id, body.said())
        return answer(await _view(sessions, said, principal.user_id))


def _controlling(router: APIRouter, controlling: Controlling, door: Door) -> None:
    @router.post(
        "/sessions/{session_id}/control",
        operation_id="control_session",
        summary="Change the permission mode or the model of a session, from the running turn's next step on",
        description="A mode counts from the next call, a model from the next step; both stay for later turns.",
        responses=described(Session) | REFUSED | ANSWERING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def control(session_id: str, body: ControlIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        session = await controlling.control(
            principal, SessionId(session_id), mode=body.permission_mode, model=body.model
        )
        return answer(session)


def _granting(router: APIRouter, answering: Answering, door: Door) -> None:
    @router.get(
        "/grants",
        operation_id="list_grants",
        summary="What you allowed for good",
        description="Rules that came of answers with `remember`, in one session or (null) in all of yours.",
        responses=described(GrantList) | problems(_401="No credential."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def grants(principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(GrantList([_granted(one) for one in await answering.grants(principal.user_id)], None))

    @router.delete(
        "/grants/{grant_id}",
        status_code=204,
        operation_id="revoke_grant",
        summary="Allow it no more",
        description="From the next call on it is asked about again.",
        responses={204: {"description": "Done."}} | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def revoke(grant_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await answering.revoke(principal.user_id, grant_id)
        return Response(status_code=204)


async def _view(sessions: Sessions, approval: Approval, user_id: UserId) -> ApprovalView:
    session = await sessions.find(user_id, approval.session_id)
    return ApprovalView(
        session_title=session.title,
        **{name: getattr(approval, name) for name in ApprovalView.__struct_fields__ if name != "session_title"},
    )


def _granted(grant: Grant) -> GrantView:
    return GrantView(grant.id, grant.session_id, grant.rule, grant.created_at)


def _more(last: Approval) -> str:
    return cursor(last.created_at, last.run_id, last.call_id)


def _after(word: str | None) -> tuple[str, str, str]:
    if not word:
        return "", "", ""
    try:
        return position(word, tuple[str, str, str])
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error
