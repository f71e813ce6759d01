"""Runs as streams over HTTP: ask and listen, come back and go on; it translates and decides nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from palaver.bus.port import Bus
from palaver.core.errors import Invalid
from palaver.core.ids import RunId, SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, described, problems
from palaver.realtime.follow import Feed, RunFeed, SessionFeed
from palaver.realtime.sse import EventStream, Pulse
from palaver.runs import request as asking
from palaver.runs.prompt import Prompt
from palaver.runs.service import Runs
from palaver.runs.view import RunView, view
from palaver.sessions.service import Sessions

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events; each `data` is an event with `seq`, `run_id` and `session_id`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
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
LONGEST_KEY = 200
KEYED = {"parameters": [asked.takes_header("Idempotency-Key", LONGEST_KEY)]}
LAST = Annotated[str | None, Header(alias="Last-Event-ID", max_length=40)]


def routes(runs: Runs, sessions: Sessions, bus: Bus, *, pulse: Pulse, door: Door) -> APIRouter:
    """Everything that streams."""
    router = APIRouter(tags=["runs"])

    async def stream(feed: Feed) -> Response:
        try:
            return EventStream(feed, pulse, await feed.past())
        except BaseException:
            feed.close()
            raise

    async def prompt_of(request: Request, session_id: str | None) -> tuple[Principal, Prompt]:
        principal = await door.who(request.scope)
        try:
            if session_id is not None:
                said = await asked.body(request, asking.Question)
            else:
                said = await asked.body(request, asking.Query)
                session_id = said.session_id
        except ValidationError as error:
            raise Invalid.about(error.errors(include_url=False), "body") from None
        return principal, said.asked(SessionId(session_id) if session_id else None, _key(request))

    async def ask(principal: Principal, prompt: Prompt) -> Response:
        """The run's stream; whoever listens from its beginning need not look for what was told before."""
        run_id = runs.new_id()
        feed = RunFeed(bus, runs, principal.user_id, run_id, after=0)
        try:
            kept = await runs.start(principal, prompt, run_id)
        except BaseException:
            feed.close()
            raise
        if kept.id == run_id:
            return EventStream(feed, pulse)
        feed.close()
        return await stream(RunFeed(bus, runs, principal.user_id, kept.id, after=0))

    @router.post(
        "/api/v1/query",
        summary="Ask, and hear the answer as it comes",
        responses=STREAM | REFUSED | ASKING,
        openapi_extra=SECURED | asked.takes_body(asking.Query) | KEYED,
        response_class=Response,
    )
    async def query(request: Request) -> Response:
        return await ask(*await prompt_of(request, None))

    @router.post(
        "/api/v1/sessions/{session_id}/messages",
        summary="Ask in a session: a stream where text/event-stream is accepted, else the run that was started",
        status_code=202,
        responses=described(RunView, 202, says="Accepted.") | STREAM | REFUSED | ASKING,
        openapi_extra=SECURED | asked.takes_body(asking.Question) | KEYED,
        response_class=Response,
    )
    async def send(session_id: str, request: Request) -> Response:
        principal, prompt = await prompt_of(request, session_id)
        if "text/event-stream" in request.headers.get("accept", ""):
            return await ask(principal, prompt)
        return answer(view(await runs.start(principal, prompt)), 202)

    @router.post(
        "/api/v1/sessions/{session_id}/resume",
        summary="Ask in a session and hear the answer as it comes",
        responses=STREAM | REFUSED | ASKING,
        openapi_extra=SECURED | asked.takes_body(asking.Question) | KEYED,
        response_class=Response,
    )
    async def resume(session_id: str, request: Request) -> Response:
        return await ask(*await prompt_of(request, session_id))

    @router.get(
        "/api/v1/runs/{run_id}/events",
        summary="A run's events after a number: what was told, then what comes",
        responses=STREAM | REFUSED | problems(_422="`after` or Last-Event-ID is no number."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def follow(
        run_id: str,
        principal: Annotated[Principal, Depends(door)],
        after: Annotated[int | None, Query(ge=0)] = None,
        last: LAST = None,
    ) -> Response:
        number = after if after is not None else _number(last)
        return await stream(RunFeed(bus, runs, principal.user_id, RunId(run_id), after=number))

    @router.get(
        "/api/v1/sessions/{session_id}/events",
        summary="The events of the run that answers in a session now, and of all that follow",
        responses=STREAM | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def watch(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return await stream(
            SessionFeed(bus, runs, sessions, user_id=principal.user_id, session_id=SessionId(session_id))
        )

    return router


def _key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key") or None
    if key is not None and len(key) > LONGEST_KEY:
        at = {"loc": ["header", "Idempotency-Key"], "msg": "too long", "type": "string_too_long"}
        raise Invalid(f"Idempotency-Key has at most {LONGEST_KEY} characters.", errors=[at])
    return key


def _number(last: str | None) -> int:
    if not last:
        return 0
    if not (last.isascii() and last.isdigit() and len(last) < 16):
        raise Invalid(
            "Last-Event-ID is not a number of ours.",
            errors=[{"loc": ["header", "Last-Event-ID"], "msg": "not an event number", "type": "int_parsing"}],
        )
    return int(last)
