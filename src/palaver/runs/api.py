"""Runs over HTTP where nothing streams: ask and wait, look, cancel; it translates and decides nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header
from starlette.responses import Response

from palaver.core.ids import RunId, SessionId
from palaver.core.messages import Message
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import JSON, answer, described, problems
from palaver.runs import request as asking
from palaver.runs.service import Runs
from palaver.runs.view import Interrupted, RunView, view
from palaver.sessions.service import Sessions

REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _404="No such session, run or message.",
)
ASKING = problems(
    _409="The session is answering, or the idempotency key was used for something else.",
    _422="A field is missing, unknown or wrong.",
    _501="A field of a feature that is not there yet.",
    _503="The database cannot be written, or the server is restarting.",
)


def routes(runs: Runs, sessions: Sessions, door: Door) -> APIRouter:
    """Everything about runs that answers at once, or once the run is over."""
    router = APIRouter(tags=["runs"])

    @router.post(
        "/api/v1/query/single",
        operation_id="ask_and_wait",
        summary="Ask, and get the finished message",
        responses=described(Message)
        | described(RunView, 202, says="The run waits for a person: see /api/v1/approvals.")
        | REFUSED
        | ASKING
        | problems(_502="The model's server failed, or could not be reached.", _504="The model took too long."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def single(
        body: asking.Query,
        principal: Annotated[Principal, Depends(door)],
        key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
    ) -> Response:
        prompt = body.asked(SessionId(body.session_id) if body.session_id else None, key)
        run = await runs.finish(principal, msgspec.structs.replace(prompt, eventless=True))
        if run.state == "waiting":
            return answer(view(run), 202)
        return Response(await sessions.message(principal.user_id, run.message_id), media_type=JSON)

    @router.get(
        "/api/v1/runs/{run_id}",
        operation_id="get_run",
        summary="One run",
        responses=described(RunView) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def get(run_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await runs.get(principal.user_id, RunId(run_id)))

    @router.post(
        "/api/v1/runs/{run_id}/cancel",
        operation_id="cancel_run",
        summary="End a run and keep what it said",
        responses=described(RunView) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def cancel(run_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(await runs.cancel(principal.user_id, RunId(run_id)))

    @router.post(
        "/api/v1/sessions/{session_id}/interrupt",
        operation_id="interrupt_session",
        summary="End the run that answers in this session, if there is one",
        responses=described(Interrupted) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def interrupt(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(Interrupted(await runs.interrupt(principal.user_id, SessionId(session_id))))

    return router
