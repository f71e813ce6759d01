"""Runs as streams over HTTP: ask and listen, come back and go on; it translates and decides nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from palaver.bus.port import Bus
from palaver.core.errors import Forbidden, Invalid
from palaver.core.ids import RunId, SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, described, problems
from palaver.realtime.follow import Feed, RunFeed, SessionFeed
from palaver.realtime.sse import EventStream, Pulse
from palaver.runs import request as asking
from palaver.runs.api import ASKING, REFUSED
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
LONGEST_KEY = 200
KEYED = {"parameters": [asked.takes_header("Idempotency-Key", LONGEST_KEY)]}
LAST = Annotated[str | None, Header(alias="Last-Event-ID", max_length=40)]


class Desk:
    """What the routes below share: reads who asks for what, and answers with streams."""

    def __init__(self, runs: Runs, bus: Bus, *, pulse: Pulse, door: Door) -> None:
        self.runs = runs
        self._bus = bus
        self._pulse = pulse
        self._door = door

    async def who(self, request: Request) -> Principal:
        """The caller; Forbidden for a page of another origin, which may not listen in."""
        principal = await self._door.who(request.scope)
        if not self._door.may_hand_cookie(request.scope):
            raise Forbidden("A page of another origin may stream only where it is trusted.")
        return principal

    async def prompt(self, request: Request, session_id: str | None) -> tuple[Principal, Prompt]:
        """Who asks, and what."""
        principal = await self.who(request)
        try:
            if session_id is not None:
                said = await asked.body(request, asking.TurnIn)
            else:
                said = await asked.body(request, asking.Query)
                session_id = said.session_id
        except ValidationError as error:
            raise Invalid.about(error.errors(include_url=False), "body") from None
        return principal, said.asked(SessionId(session_id) if session_id else None, _key(request))

    async def ask(self, principal: Principal, prompt: Prompt) -> Response:
        """The run's stream; whoever listens from its beginning need not look for what was told before."""
        run_id = self.runs.new_id()
        feed = self.run(principal, run_id, after=0)
        try:
            kept = await self.runs.start(principal, prompt, run_id)
            feed.session_id = kept.session_id
        except BaseException:
            feed.close()
            raise
        if kept.id == run_id:
            return EventStream(feed, self._pulse)
        feed.close()
        return await self.stream(self.run(principal, kept.id, after=0))

    def run(self, principal: Principal, run_id: RunId, *, after: int) -> RunFeed:
        """What is told of one run."""
        return RunFeed(self._bus, self.runs, principal.user_id, run_id, after=after)

    async def stream(self, feed: Feed) -> Response:
        """A stream of what was told before and what comes."""
        try:
            return EventStream(feed, self._pulse, await feed.past())
        except BaseException:
            feed.close()
            raise


def routes(runs: Runs, sessions: Sessions, bus: Bus, *, pulse: Pulse, door: Door) -> APIRouter:
    """Everything that streams."""
    router = APIRouter(tags=["runs"])
    desk = Desk(runs, bus, pulse=pulse, door=door)
    _asking(router, desk)
    _following(router, desk, sessions, bus)
    return router


def _asking(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/api/v1/query",
        operation_id="ask",
        summary="Ask, and hear the answer as it comes",
        responses=STREAM | REFUSED | ASKING,
        openapi_extra=SECURED | asked.takes_body(asking.Query) | KEYED,
        response_class=Response,
    )
    async def query(request: Request) -> Response:
        return await desk.ask(*await desk.prompt(request, None))

    @router.post(
        "/api/v1/sessions/{session_id}/messages",
        operation_id="ask_in_session",
        summary="Ask in a session: a stream where text/event-stream is accepted, else the run that was started",
        status_code=202,
        responses=described(RunView, 202, says="Accepted.") | STREAM | REFUSED | ASKING,
        openapi_extra=SECURED | asked.takes_body(asking.TurnIn) | KEYED,
        response_class=Response,
    )
    async def send(session_id: str, request: Request) -> Response:
        principal, prompt = await desk.prompt(request, session_id)
        if "text/event-stream" in request.headers.get("accept", ""):
            return await desk.ask(principal, prompt)
        return answer(view(await desk.runs.start(principal, prompt)), 202)

    @router.post(
        "/api/v1/sessions/{session_id}/resume",
        operation_id="resume_session",
        summary="Ask in a session and hear the answer as it comes",
        responses=STREAM | REFUSED | ASKING,
        openapi_extra=SECURED | asked.takes_body(asking.TurnIn) | KEYED,
        response_class=Response,
    )
    async def resume(session_id: str, request: Request) -> Response:
        return await desk.ask(*await desk.prompt(request, session_id))


def _following(router: APIRouter, desk: Desk, sessions: Sessions, bus: Bus) -> None:
    @router.get(
        "/api/v1/runs/{run_id}/events",
        operation_id="follow_run",
        summary="A run's events after a number: what was told, then what comes",
        responses=STREAM | REFUSED | problems(_422="`after` or Last-Event-ID is no number."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def follow(
        run_id: str,
        request: Request,
        after: Annotated[int | None, Query(ge=0)] = None,
        last: LAST = None,
    ) -> Response:
        principal = await desk.who(request)
        number = after if after is not None else number_of(last)
        return await desk.stream(desk.run(principal, RunId(run_id), after=number))

    @router.get(
        "/api/v1/sessions/{session_id}/events",
        operation_id="follow_session",
        summary="The events of the run that answers in a session now, and of all that follow",
        responses=STREAM | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def watch(session_id: str, request: Request) -> Response:
        user_id = (await desk.who(request)).user_id
        return await desk.stream(
            SessionFeed(bus, desk.runs, sessions, user_id=user_id, session_id=SessionId(session_id))
        )


def _key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key") or None
    if key is not None and len(key) > LONGEST_KEY:
        at = {"loc": ["header", "Idempotency-Key"], "msg": "too long", "type": "string_too_long"}
        raise Invalid(f"Idempotency-Key has at most {LONGEST_KEY} characters.", errors=[at])
    return key


def number_of(last: str | None) -> int:
    """The number in a Last-Event-ID; 0 without one."""
    if not last:
        return 0
    if not (last.isascii() and last.isdigit() and len(last) < 16):
        raise Invalid(
            "Last-Event-ID is not a number of ours.",
            errors=[{"loc": ["header", "Last-Event-ID"], "msg": "not an event number", "type": "int_parsing"}],
        )
    return int(last)
