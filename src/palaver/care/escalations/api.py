"""Escalations over HTTP, for those who answer and for the person; it translates and decides nothing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.care.escalations.escalation import Escalation, EscalationList, EscalationWhole, Said
from palaver.care.escalations.machine import LIVE, OPEN, State
from palaver.care.escalations.service import Escalations
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems

AT = "/api/v1/care/escalations"
REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _422="A field is missing, unknown or wrong.",
)
MISSING = problems(_404="There is no such escalation, or it is none of yours.")
CHANGING = MISSING | problems(_409="Somebody else has claimed it, nobody has, or it is over.", _503="Try again.")

Which = Literal["created", "routed", "acknowledged", "closed", "failed", "expired", "live", "open", "all"]
_STATES: dict[Which, tuple[State, ...]] = {
    **{state: (state,) for state in (*OPEN, "closed")},
    "live": LIVE,
    "open": OPEN,
    "all": (*OPEN, "closed"),
}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EscalationNoteIn(_Body):
    """Something for those who answer."""

    text: str = Field(min_length=1, max_length=10_000)


class EscalationCloseIn(_Body):
    """How it ended."""

    outcome: Said = Field(description="What came of it.")
    note: str | None = Field(None, min_length=1, max_length=10_000, description="A last note.")


def routes(escalations: Escalations, door: Door) -> APIRouter:
    """Everything about escalations but the live queue, which streams."""
    router = APIRouter(prefix=AT, tags=["care"])
    _reading(router, escalations, door)
    _taking(router, escalations, door)
    _ending(router, escalations, door)
    return router


def _reading(router: APIRouter, escalations: Escalations, door: Door) -> None:
    @router.get(
        "",
        operation_id="list_escalations",
        summary="The queue: the most urgent first, among them who waits longest; a person's own, newest first",
        responses=described(EscalationList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def page(
        principal: Annotated[Principal, Depends(door)],
        *,
        state: Annotated[Which, Query(description="`live`: called or answered; `open`: failed as well.")] = "open",
        mine: Annotated[bool, Query(description="Your own, as a person, where you also answer.")] = False,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        return answer(await escalations.page(principal, _STATES[state], cursor=cursor, limit=limit, mine=mine))

    @router.get(
        "/{escalation_id}",
        operation_id="get_escalation",
        summary="One, with what happened to it; the person sees their own, reduced",
        responses=described(EscalationWhole) | REFUSED | MISSING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def one(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await escalations.one(principal, escalation_id))


def _taking(router: APIRouter, escalations: Escalations, door: Door) -> None:
    @router.post(
        "/{escalation_id}/claim",
        operation_id="claim_escalation",
        summary="It is yours to answer; 409 where it is somebody else's",
        responses=described(EscalationWhole) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def claim(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await escalations.claim(principal, escalation_id))

    @router.post(
        "/{escalation_id}/acknowledge",
        operation_id="acknowledge_escalation",
        summary="You are there: nobody else is called",
        responses=described(EscalationWhole) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def acknowledge(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await escalations.acknowledge(principal, escalation_id))

    @router.post(
        "/{escalation_id}/release",
        operation_id="release_escalation",
        summary="You answer it no more: who is on call is told anew",
        responses=described(EscalationWhole) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def release(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await escalations.release(principal, escalation_id))


def _ending(router: APIRouter, escalations: Escalations, door: Door) -> None:
    @router.post(
        "/{escalation_id}/notes",
        operation_id="note_escalation",
        summary="Write a note for those who answer",
        responses=described(EscalationWhole) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def note(
        escalation_id: str, said: EscalationNoteIn, principal: Annotated[Principal, Depends(door)]
    ) -> Response:  # fmt: skip
        return answer(await escalations.add_note(principal, escalation_id, said.text))

    @router.post(
        "/{escalation_id}/close",
        operation_id="close_escalation",
        summary="It is done",
        responses=described(EscalationWhole) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def close(
        escalation_id: str, said: EscalationCloseIn, principal: Annotated[Principal, Depends(door)]
    ) -> Response:  # fmt: skip
        return answer(await escalations.close(principal, escalation_id, said.outcome, said.note))

    @router.post(
        "/{escalation_id}/decline",
        operation_id="decline_escalation",
        summary="You are the person and want nobody to come",
        description="403 where the operator does not leave it to you at this urgency.",
        responses=described(Escalation) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def decline(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await escalations.decline(principal, escalation_id))
