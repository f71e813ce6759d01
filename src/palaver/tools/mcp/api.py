"""Signing in to remote MCP servers over HTTP, and what such a server offers; definitions have routes of their own."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import RedirectResponse, Response

from palaver.core.errors import Forbidden, Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit import asked
from palaver.kit.answers import answer, described, problems
from palaver.tools.mcp.catalog import OfferedPrompt, OfferedResource
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.service import McpServers, Notice, ServerStatus

# The server with this id, or the operator's with this name, if the person may use it; raises `NotFound`.
Find = Callable[[Principal, str], Awaitable[Server]]

BACK = "/api/v1/mcp-sign-in"

REFUSED = problems(_401="No credential, or one that does not hold.", _403="The credential does not allow it.")
UNKNOWN = problems(_404="There is no such server, or it is somebody else's.")
INVALID = problems(_422="Something is missing, or too long.")
AWAY = problems(_503="The server is not there now.")


class SignInAt(msgspec.Struct, frozen=True):
    """The address at which the person signs in, in a browser."""

    url: str


class ServerOffer(msgspec.Struct, frozen=True):
    """How a server fares now that it was asked, and what it offers."""

    status: ServerStatus
    resources: list[OfferedResource]
    prompts: list[OfferedPrompt]
    notices: list[Notice]


class BackIn(BaseModel):
    """What an authorization server gives the person to bring back."""

    model_config = ConfigDict(extra="ignore")

    state: Annotated[str, Field(max_length=2_000, description="Which sign-in it was.")]
    code: Annotated[str, Field(max_length=8_000)] | None = Field(None, description="What is changed for a token.")
    iss: Annotated[str, Field(max_length=2_000)] | None = Field(None, description="Who sends the person back.")
    error: Annotated[str, Field(max_length=2_000)] | None = Field(None, description="Why nothing came of it.")


def routes(servers: McpServers, door: Door, find: Find) -> APIRouter:
    """What can be asked of servers beyond their definitions."""
    router = APIRouter(tags=["agents"])

    @router.get(
        "/api/v1/mcp-servers/{server_id}/offer",
        operation_id="get_mcp_server_offer",
        summary="What an MCP server offers now",
        description="The server is started or reached for it, if it is not there yet.",
        responses=described(ServerOffer) | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
    )
    async def offer(server_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        server = await find(principal, server_id)
        offered = await servers.tools(principal.user_id, [server])
        resources = await servers.resources(principal.user_id, [server])
        prompts = await servers.prompts(principal.user_id, [server])
        (status,) = servers.status(principal.user_id, [server])
        return answer(ServerOffer(status, resources, prompts, list(offered.notices)))

    @router.post(
        "/api/v1/mcp-servers/{server_id}/authorize",
        operation_id="authorize_mcp_server",
        summary="Begin to sign in to a remote MCP server",
        description="Open the address in a browser. From there the person comes back here, signed in.",
        responses=described(SignInAt) | REFUSED | UNKNOWN | AWAY,
        openapi_extra=SECURED,
    )
    async def authorize(server_id: str, request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        server = await find(principal, server_id)
        if server.source == "operator" and not principal.admin:
            raise Forbidden("Only administrators may sign in where everybody then is signed in.")
        back = f"{str(request.base_url).rstrip('/')}{BACK}"
        return answer(SignInAt(await servers.begin_sign_in(principal.user_id, server, back)))

    @router.get(
        BACK,
        operation_id="finish_mcp_sign_in",
        summary="Come back from signing in to a remote MCP server",
        description="Where the browser is sent from there; it goes on to the page.",
        status_code=303,
        response_class=Response,
        responses={303: {"description": "Signed in; on to the page."}} | REFUSED | UNKNOWN | INVALID | AWAY,
        openapi_extra=SECURED | asked.takes_query(BackIn),
    )
    async def back(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        said = _back(request)
        await servers.finish_sign_in(principal.user_id, said.state, said.code, iss=said.iss, error=said.error)
        return RedirectResponse("/", 303)

    return router


def _back(request: Request) -> BackIn:
    try:
        return asked.query(request, BackIn)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Invalid.about(found, "query") from None
