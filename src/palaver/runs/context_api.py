"""What models see, over HTTP; it translates and decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from palaver.context.manifest import Manifest
from palaver.core.ids import MessageId, SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.runs.seeing import Seeing

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such session or message, or no model was asked for it.",
)
TOO_LONG = problems(_422="The model is not known, or the conversation is too long for it.")


def routes(seeing: Seeing, door: Door) -> APIRouter:
    """Everything about contexts."""
    router = APIRouter(prefix="/api/v1", tags=["context"])

    @router.get(
        "/messages/{message_id}/context",
        operation_id="get_message_context",
        summary="What an answer was based on: exactly what its last model call saw",
        responses=described(Manifest) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def behind(message_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await seeing.behind(principal, MessageId(message_id)))

    @router.get(
        "/sessions/{session_id}/context",
        operation_id="get_session_context",
        summary="What the next model call of a session would see, but for the question; no model is asked",
        responses=described(Manifest) | REFUSED | TOO_LONG,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def following(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await seeing.next(principal, SessionId(session_id)))

    return router
