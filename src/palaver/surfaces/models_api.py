"""`/v1/models`: every model that can be asked, as OpenAI lists them, or Anthropic where its clients ask."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from palaver.core.errors import NotFound
from palaver.identity.door import Door
from palaver.inference.service import Inference, ModelInfo
from palaver.kit.answers import answer

UNKNOWN = "1970-01-01T00:00:00Z"  # when a model was made, which nobody tells us


def routes(inference: Inference, door: Door) -> APIRouter:
    """The list, and one of it."""
    router = APIRouter(tags=["surfaces"])

    @router.get("/v1/models")
    async def models(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 20,
        after_id: str | None = None,
        before_id: str | None = None,
    ) -> Response:
        """`limit`, `after_id` and `before_id` are Anthropic's; OpenAI's list is whole."""
        found = await inference.models(await door.who(request.scope))
        if not _anthropic(request):
            return answer({"object": "list", "data": [_of_openai(one) for one in found]})
        return answer(_page(found, limit, after_id, before_id))

    @router.get("/v1/models/{model_id:path}")
    async def model(model_id: str, request: Request) -> Response:
        for one in await inference.models(await door.who(request.scope)):
            if one.id == model_id:
                return answer(_of_anthropic(one) if _anthropic(request) else _of_openai(one))
        raise NotFound(f"There is no model {model_id[:200]!r} here.")

    return router


def _anthropic(request: Request) -> bool:
    return "anthropic-version" in request.headers


def _of_openai(one: ModelInfo) -> dict[str, Any]:
    return {"id": one.id, "object": "model", "created": 0, "owned_by": one.provider}


def _of_anthropic(one: ModelInfo) -> dict[str, Any]:
    told = {"type": "model", "id": one.id, "display_name": one.name, "created_at": UNKNOWN, "lifecycle": "active"}
    return told | {"max_input_tokens": one.context_window, "max_tokens": one.max_output}


def _page(found: list[ModelInfo], limit: int, after: str | None, before: str | None) -> dict[str, Any]:
    """What stands after one model, or before one; an id that is not there is the edge."""
    ids = [one.id for one in found]
    first = ids.index(after) + 1 if after in ids else 0
    last = ids.index(before) if before in ids else len(ids)
    page = found[first:last][-limit:] if before is not None else found[first:last][:limit]
    more = len(found[first:last]) > limit
    edges = {"first_id": page[0].id, "last_id": page[-1].id} if page else {"first_id": None, "last_id": None}
    return {"data": [_of_anthropic(one) for one in page], "has_more": more, **edges}
