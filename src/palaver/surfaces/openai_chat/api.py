"""`/v1/chat/completions` and `/v1/models`: the routes; what is asked and told stands beside."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.core.errors import Invalid, NotFound
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.inference.service import Inference
from palaver.kit.answers import answer
from palaver.kit.clock import Clock
from palaver.surfaces.asking import SESSION_HEADER, Asking, session_headers
from palaver.surfaces.openai_chat.asked import NEUTRAL, ChatRequest, history_of, prompt_of
from palaver.surfaces.openai_chat.told import ChatStream, completion
from palaver.surfaces.refusing import read

SPOKEN: dict[int | str, dict[str, Any]] = {
    200: {"description": "As OpenAI's own clients read it.", "content": {"application/json": {"schema": {}}}}
}


def routes(asking: Asking, inference: Inference, door: Door, clock: Clock) -> APIRouter:
    """Chat Completions, and the models that can be asked with it."""
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

    _models(router, inference, door)
    return router


def _models(router: APIRouter, inference: Inference, door: Door) -> None:
    async def listed(principal: Principal) -> list[dict[str, Any]]:
        found = await inference.models(principal)
        return [{"id": one.id, "object": "model", "created": 0, "owned_by": one.provider} for one in found]

    @router.get(
        "/v1/models",
        operation_id="openai_models",
        summary="List models as OpenAI does",
        responses=SPOKEN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def models(request: Request) -> Response:
        principal = await door.who(request.scope)
        return answer({"object": "list", "data": await listed(principal)})

    @router.get(
        "/v1/models/{model_id:path}",
        operation_id="openai_model",
        summary="One model as OpenAI tells of it",
        responses=SPOKEN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def model(model_id: str, request: Request) -> Response:
        for one in await listed(await door.who(request.scope)):
            if one["id"] == model_id:
                return answer(one)
        raise NotFound(f"There is no model {model_id[:200]!r} here.", errors=[])
