"""The few routes that are asked most, served without the framework's layers: the same endpoints, the same errors.

On one core the layers cost 150 µs a request, a third of a whole list of sessions. See docs/decisions/0005-express.md.
"""

from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from palaver.core.errors import PalaverError
from palaver.entry import problem

ROUTES = {
    ("POST", "/api/v1/query"),
    ("POST", "/api/v1/sessions/{session_id}/messages"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/messages"),
    ("POST", "/v1/responses"),
    ("POST", "/api/ai-sdk/chat"),
    ("POST", "/ag-ui"),
    ("GET", "/api/v1/sessions"),
    ("GET", "/api/v1/sessions/{session_id}"),
    ("GET", "/api/v1/sessions/{session_id}/messages"),
}


class Express:
    """Answers what it can by itself, and hands everything else to the application."""

    def __init__(self, app: ASGIApp, routers: Iterable[APIRouter]) -> None:
        self._app = app
        routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
        self._routes = [
            (method, route) for route in routes for method in route.methods or () if (method, route.path) in ROUTES
        ]
        missing = ROUTES - {(method, route.path) for method, route in self._routes}
        assert not missing, f"routes that are to be served directly are not there: {missing}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for method, route in self._routes:
                if method == scope["method"] and (found := route.path_regex.fullmatch(scope["path"])):
                    scope["route"] = route
                    response = await _answer(route, Request(scope, receive, send), found.groupdict())
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)


async def _answer(route: APIRoute, request: Request, named: dict[str, str]) -> Response:
    try:
        return await route.endpoint(request=request, **named)
    except PalaverError as error:
        return problem.of_error(error)
