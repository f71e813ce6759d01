"""Joining over HTTP: it translates and decides nothing; how events are followed live is the doors' business."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.runs.joining.service import CareConversation, Joining, SaidAsHuman
from palaver.sessions.session import Human

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it, or the person refuses it.",
    _404="No such escalation for this caller, or its conversation was deleted.",
    _409="Somebody else looks after it, it is closed, or one has to join first.",
)
LONGEST_WORDS = 20_000


class WordsIn(BaseModel):
    """What somebody from the team says to a person."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=LONGEST_WORDS)
    idempotency_key: str | None = Field(
        None, min_length=1, max_length=100, description="The same words with the same key are said once."
    )


def routes(joining: Joining, door: Door) -> APIRouter:
    """Everything but the stream."""
    router = APIRouter(prefix="/api/v1/care/escalations/{escalation_id}", tags=["care"])

    @router.post(
        "/join",
        operation_id="join_conversation",
        summary="Answer in a person's session instead of the model, or stay there for longer",
        responses=described(Human) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def join(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        """The person is told who is there. Whatever a model says at this moment ends; what it said stays."""
        return answer(await joining.join(principal, escalation_id))

    @router.post(
        "/leave",
        operation_id="leave_conversation",
        summary="Let the model answer again; the person is told",
        status_code=204,
        responses=REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def leave(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await joining.leave(principal, escalation_id)
        return Response(status_code=204)

    @router.post(
        "/messages",
        operation_id="say_in_conversation",
        summary="Say something to the person, as a human",
        status_code=202,
        responses=described(SaidAsHuman, 202, says="It stands in the session, or follows what is under way there.")
        | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def say(escalation_id: str, said: WordsIn, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await joining.say(principal, escalation_id, said.text, said.idempotency_key), 202)

    @router.get(
        "/conversation",
        operation_id="get_conversation",
        summary="What may be seen of the conversation",
        responses=described(CareConversation) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def conversation(escalation_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        """All of it where the person agreed to that; else what was said since somebody from the team joined."""
        return answer(await joining.conversation(principal, escalation_id))

    return router
