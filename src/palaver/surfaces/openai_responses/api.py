"""`/v1/responses`: the routes; what is asked, where it goes on and what is told stand beside."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from palaver.core.errors import Conflict, Invalid, NotFound
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.kit.answers import answer
from palaver.runs.prompt import Prompt
from palaver.runs.store import Kept
from palaver.sessions.service import Sessions
from palaver.surfaces.asking import SESSION_HEADER, WAITS, Asking, session_headers
from palaver.surfaces.openai_responses.asked import NEUTRAL, ResponseRequest
from palaver.surfaces.openai_responses.items import items_of
from palaver.surfaces.openai_responses.names import response_id
from palaver.surfaces.openai_responses.pages import page, paging
from palaver.surfaces.openai_responses.placing import Placing
from palaver.surfaces.openai_responses.told import ResponseStream
from palaver.surfaces.refusing import read


class _Looking(BaseModel):
    """How somebody wants to see a response that is there."""

    model_config = ConfigDict(extra="forbid")

    stream: bool = False
    starting_after: int = Field(-1, ge=0, lt=1 << 53)
    include_obfuscation: Literal["false"] = "false"


def routes(asking: Asking, placing: Placing, sessions: Sessions, door: Door) -> APIRouter:
    """Responses: made, read, heard again, ended and deleted."""
    router = APIRouter(tags=["surfaces"])
    responses = _Responses(asking, placing, sessions)

    @router.post("/v1/responses")
    async def create(request: Request) -> Response:
        return await responses.create(request, await door.who(request.scope))

    @router.get("/v1/responses/{name}")
    async def get(name: str, request: Request) -> Response:
        return await responses.get(request, await door.who(request.scope), name)

    @router.post("/v1/responses/{name}/cancel")
    async def cancel(name: str, request: Request) -> Response:
        return await responses.cancel(await door.who(request.scope), name)

    @router.delete("/v1/responses/{name}")
    async def delete(name: str, request: Request) -> Response:
        return await responses.delete(await door.who(request.scope), name)

    @router.get("/v1/responses/{name}/input_items")
    async def input_items(name: str, request: Request) -> Response:
        return await responses.input_items(request, await door.who(request.scope), name)

    return router


class _Responses:
    """What can be done with responses."""

    def __init__(self, asking: Asking, placing: Placing, sessions: Sessions) -> None:
        self._asking = asking
        self._placing = placing
        self._records = placing.records
        self._runs = placing.records.runs
        self._sessions = sessions

    async def create(self, request: Request, principal: Principal) -> Response:
        body = await read(request, ResponseRequest, NEUTRAL)
        try:
            prompt = await self._placing.prompt(principal, body, request.headers.get(SESSION_HEADER))
        except ValueError as error:
            raise Invalid(str(error)) from None
        if body.background:
            return await self._in_background(principal, prompt, stream=bool(body.stream))
        if body.stream:
            return await self._asking.stream(request.scope, principal, prompt, ResponseStream(prompt))
        run, _ = await self._asking.whole(request.scope, principal, prompt)
        return await self._answer(run)

    async def _in_background(self, principal: Principal, prompt: Prompt, *, stream: bool) -> Response:
        run = await self._asking.begun(principal, prompt, lambda it: self._runs.start(principal, it))
        return await self._heard(principal, run) if stream else await self._answer(run)

    async def _heard(self, principal: Principal, run: Kept, after: int = -1) -> Response:
        """The events after a number; the run goes on when the reader goes."""
        stream = ResponseStream(run.prompt, after=after)
        stream.headers = [(name.encode(), value.encode()) for name, value in session_headers(run).items()]
        return await self._asking.doorway.follow(principal, run.id, stream)

    async def get(self, request: Request, principal: Principal, name: str) -> Response:
        try:
            asked = _Looking.model_validate(dict(request.query_params))
        except ValidationError as error:
            raise Invalid.about(error.errors(include_url=False), "query") from None
        run = await self._records.run(principal, name)
        return await self._heard(principal, run, asked.starting_after) if asked.stream else await self._answer(run)

    async def cancel(self, principal: Principal, name: str) -> Response:
        run = await self._records.run(principal, name)
        await self._runs.cancel(principal.user_id, run.id)
        await self._runs.ended(run.id)
        return await self._answer(run)

    async def delete(self, principal: Principal, name: str) -> Response:
        """Only where nothing was said after it: everything that was would go with it."""
        run = await self._records.run(principal, name)
        if run.state != "over":
            raise Conflict(f"This response is not finished: cancel it first. {WAITS if run.state == 'waiting' else ''}")
        try:
            branch = await self._records.branch(principal, run.session_id)
        except NotFound:
            raise NotFound(f"There is no response {name[:200]!r}.") from None
        if branch.session.head_message_id != run.message_id:
            raise Conflict("Something was said after this response, or beside it, and would go with it.")
        await self._sessions.remove_message(principal.user_id, run.message_id)
        return answer({"id": response_id(run.id), "object": "response", "deleted": True})

    async def input_items(self, request: Request, principal: Principal, name: str) -> Response:
        asked = paging(request)
        run = await self._records.run(principal, name)
        if run.user_message_id is None:
            return answer(page([], asked))
        branch = await self._records.branch(principal, run.session_id, run.user_message_id)
        return answer(page([item for message in branch.messages for item in items_of(message)], asked))

    async def _answer(self, run: Kept) -> Response:
        return answer(await self._records.response(run), headers=session_headers(run))
