"""What is announced and not there yet: each answers 501 and is listed; nothing here does anything."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from palaver.core.errors import NotImplementedYet
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import problems

_SESSION = "/api/v1/sessions/{session_id}"
LATER = (
    ("POST", f"{_SESSION}/fork"),
    ("GET", f"{_SESSION}/checkpoints"),
    ("POST", f"{_SESSION}/checkpoints"),
    ("POST", f"{_SESSION}/rewind"),
    ("POST", f"{_SESSION}/summarize"),
    ("GET", f"{_SESSION}/context"),
    ("GET", "/api/v1/messages/{message_id}/context"),
    ("POST", "/api/v1/sessions/import"),
    ("GET", f"{_SESSION}/members"),
    ("POST", f"{_SESSION}/members"),
    ("DELETE", f"{_SESSION}/members"),
    ("GET", f"{_SESSION}/files"),
    ("POST", f"{_SESSION}/files"),
    ("POST", f"{_SESSION}/answer"),
    ("POST", f"{_SESSION}/control"),
    ("POST", "/api/v1/runs/{run_id}/answers"),
    ("GET", "/api/v1/approvals"),
    ("GET", "/api/v1/tools"),
    ("GET", "/api/v1/skills"),
    ("GET", "/api/v1/agents"),
    ("GET", "/api/v1/commands"),
    ("GET", "/api/v1/mcp-servers"),
    ("GET", "/api/v1/webhooks"),
    ("POST", "/api/v1/webhooks"),
)


def listed() -> list[str]:
    """What is not there yet, for people to read."""
    return [f"{method} {path}" for method, path in LATER]


def routes(door: Door) -> APIRouter:
    """The announced endpoints."""
    router = APIRouter(tags=["not there yet"])
    responses = problems(_401="No credential.", _403="The credential does not allow it.", _501="Not there yet.")

    async def later(principal: Annotated[Principal, Depends(door)]) -> Response:
        raise NotImplementedYet

    for method, path in LATER:
        name = f"{method.lower()}_{path.removeprefix('/api/v1/').replace('/', '_').replace('{', '').replace('}', '')}"
        router.add_api_route(
            path,
            later,
            methods=[method],
            summary="Not there yet",
            operation_id=name,
            responses=responses,
            openapi_extra=SECURED,
            response_class=Response,
        )
    return router
