"""`/v1/chat/completions`: the route; what is asked and told stands beside."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer
from palaver.kit.clock import Clock
from palaver.surfaces.asking import SESSION_HEADER, Asking, session_headers
from palaver.surfaces.openai_chat.asked import NEUTRAL, ChatRequest, history_of, prompt_of
from palaver.surfaces.openai_chat.told import ChatStream, completion
from palaver.surfaces.refusing import read

SPOKEN: dict[int | str, dict[str, Any]] = {
    200: {"description": "As OpenAI's own clients read it.", "content": {"application/json": {"schema": {}}}}
}


def routes(asking: Asking, door: Door, clock: Clock) -> APIRouter:
    """Chat Completions."""
    router = APIRouter(tags=["surfaces"])

    @router.post(
        "/v1/chat/completions",
        operation_id="openai_chat",
        summary="Ask as a client of OpenAI's Chat Completions",
        responses=SPOKEN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def chat(request: Request) -> Response:
        principal = await door.who(request.scope)
        body = await read(request, ChatRequest, NEUTRAL)
        try:
            prompt, history = prompt_of(body), history_of(body)
        except ValueError as error:
            raise Invalid(str(error)) from None
        named = request.headers.get(SESSION_HEADER) or body.session_id
        prompt = await asking.placed(principal, prompt, history, named)
        created = int(clock.now().timestamp())
        if body.stream:
            held = prompt.wanted.output_format is not None
            stream = ChatStream(created, held=held, with_usage=body.with_usage)
            return await asking.stream(request.scope, principal, prompt, stream)
        run, message = await asking.whole(request.scope, principal, prompt)
        return answer(completion(message, run.id, created), headers=session_headers(run))

    return router
