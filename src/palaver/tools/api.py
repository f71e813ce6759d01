"""The list of tools over HTTP; what it says is decided in `service.py`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.door import SECURED
from palaver.kit.answers import answer, described, problems
from palaver.tools.port import Effect, ToolSpec
from palaver.tools.service import Tools

Door = Callable[[HTTPConnection], Awaitable[Principal]]


class ToolInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A tool as people see it. `offered`: agents have it when nothing else is said."""

    name: str
    description: str
    parameters: dict[str, Any]
    effect: Effect
    server: str | None
    offered: bool


class ToolList(msgspec.Struct, frozen=True):
    """Every tool of this server; there is always one page."""

    items: list[ToolInfo]
    next_cursor: str | None = None


def routes(tools: Tools, door: Door) -> APIRouter:
    """GET /api/v1/tools; `door` tells who asks."""
    router = APIRouter(prefix="/api/v1", tags=["tools"])

    @router.get(
        "/tools",
        operation_id="list_tools",
        summary="List tools",
        responses=described(ToolList) | problems(_401="No credential, or one that does not hold."),
        openapi_extra=SECURED,
    )
    async def list_tools(principal: Annotated[Principal, Depends(door)]) -> Response:
        """Every tool of this server, what its calls take and do, and whether agents have it unless told otherwise."""
        offered = {tool.spec.name for tool in tools.offered()}
        return answer(ToolList([_info(tool.spec, offered) for tool in tools.all()]))

    return router


def _info(spec: ToolSpec, offered: set[str]) -> ToolInfo:
    return ToolInfo(
        name=spec.name,
        description=spec.description,
        parameters=spec.parameters,
        effect=spec.effect,
        server=spec.server,
        offered=spec.name in offered,
    )
