"""What is announced and not there yet: each answers 501 and is listed; nothing here does anything."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from palaver.core.errors import NotImplementedYet
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import problems

# path → method → (the operation's name, what it will do)
Operations = Mapping[str, tuple[str, str]]


LATER: dict[str, Operations] = {
    "/api/v1/tools": {"POST": ("create_tool", "Make a tool of one's own")},
    "/api/v1/tools/{tool_id}": {
        "PATCH": ("change_tool", "Change a tool of one's own"),
        "DELETE": ("delete_tool", "Remove a tool of one's own"),
    },
}

# Other people's wire formats: their clients read errors in their own shape.
SURFACES = "/v1/{path:path}"


def listed() -> list[str]:
    """What is not there yet, for people to read."""
    ours = [f"{method} {path}" for path, operations in LATER.items() for method in operations]
    return [*ours, "/v1/*"]


def routes(door: Door) -> APIRouter:
    """The announced endpoints."""
    router = APIRouter(tags=["not there yet"])
    responses = problems(_401="No credential.", _403="The credential does not allow it.", _501="Not there yet.")

    async def later(principal: Annotated[Principal, Depends(door)]) -> Response:
        raise NotImplementedYet

    for path, operations in LATER.items():
        for method, (name, says) in operations.items():
            router.add_api_route(
                path.replace("{path}", "{path:path}"),
                later,
                methods=[method],
                summary=says,
                operation_id=name,
                responses=responses,
                openapi_extra=SECURED,
                response_class=Response,
            )
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    router.add_api_route(SURFACES, _surface, methods=every, include_in_schema=False)
    return router


async def _surface(path: str, request: Request) -> Response:
    """The refusal as the clients of that surface read it: Anthropic's under `messages`, else OpenAI's."""
    says = NotImplementedYet.title
    error: dict[str, Any] = {"type": "api_error", "message": says}
    if path.split("/", maxsplit=1)[0] == "messages":
        return JSONResponse({"type": "error", "error": error}, 501)
    return JSONResponse({"error": error | {"param": None, "code": NotImplementedYet.code}}, 501)
