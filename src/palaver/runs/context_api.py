"""What models see, over HTTP; it translates and decides nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.context.manifest import Manifest
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import JSON, answer, described, problems
from palaver.runs.seeing import Seeing
from palaver.runs.service import Runs
from palaver.sessions.service import Sessions

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such session or message, or no model was asked for it.",
)
SUMMING = problems(
    _409="The session is answering, or there is nothing to sum up.",
    _422="A field is unknown or wrong, or the model's server does not accept the request.",
    _502="The model's server failed, or could not be reached.",
    _503="The database cannot be written, or the server is restarting.",
    _504="The model took too long.",
)
TOO_LONG = problems(_422="The model is not known, or the conversation is too long for it.")


class Summaries(msgspec.Struct, frozen=True):
    """The summaries of a branch."""

    items: list[Message]


class SummaryIn(BaseModel):
    """What a summary should be about."""

    model_config = ConfigDict(extra="forbid", strict=True)

    focus: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        None, description="What is to be kept above all."
    )


def routes(seeing: Seeing, runs: Runs, sessions: Sessions, door: Door) -> APIRouter:
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
    async def following(
        session_id: str,
        principal: Annotated[Principal, Depends(door)],
        question: Annotated[
            str, Query(max_length=10_000, description="What is to be asked; shows which facts it would recall.")
        ] = "",
    ) -> Response:
        return answer(await seeing.next(principal, SessionId(session_id), question))

    @router.post(
        "/sessions/{session_id}/summarize",
        status_code=201,
        operation_id="summarize_session",
        summary="Sum up what was said earlier; the last two exchanges stay whole, and so do all messages",
        responses=described(Message, 201, says="The summary; delete it to take it back.") | REFUSED | SUMMING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def summarize(
        session_id: str, principal: Annotated[Principal, Depends(door)], body: SummaryIn | None = None
    ) -> Response:
        made = await runs.summarize(principal, SessionId(session_id), body.focus if body else None)
        return Response(await sessions.message(principal.user_id, made), 201, media_type=JSON)

    @router.get(
        "/sessions/{session_id}/summaries",
        operation_id="list_summaries",
        summary="The summaries on a session's branch, oldest first",
        responses=described(Summaries) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def summaries(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(Summaries(await seeing.summaries(principal, SessionId(session_id))))

    return router
