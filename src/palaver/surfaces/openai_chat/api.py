"""`/v1/chat/completions`: the route; what is asked and told stands beside."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.identity.door import Door
from palaver.kit.answers import answer
from palaver.kit.clock import Clock
from palaver.surfaces.asking import SESSION_HEADER, Asking, session_headers
from palaver.surfaces.openai_chat.asked import NEUTRAL, ChatRequest, history_of, prompt_of
from palaver.surfaces.openai_chat.told import ChatStream, completion
from palaver.surfaces.refusing import read


def routes(asking: Asking, door: Door, clock: Clock) -> APIRouter:
    """Chat Completions."""
    router = APIRouter(tags=["surfaces"])

    @router.post("/v1/chat/completions")
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
