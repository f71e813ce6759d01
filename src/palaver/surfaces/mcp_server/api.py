"""`/mcp` and the metadata of the protected resource: who may ask, and what is told to those who may not."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from palaver.core.errors import Forbidden, Unauthenticated
from palaver.core.principal import Principal
from palaver.identity.door import Door
from palaver.identity.settings import IdentitySettings
from palaver.kit.answers import answer
from palaver.surfaces.mcp_server.admission import PATH, WELL_KNOWN, challenge, may_come_from, metadata, place_of
from palaver.surfaces.mcp_server.serving import SESSION, Serving


def routes(serving: Serving, door: Door, settings: IdentitySettings) -> APIRouter:
    """The MCP server."""
    router = APIRouter(tags=["surfaces"])
    issuers = [one.issuer for one in settings.issuers]

    async def admitted(request: Request) -> Principal:
        place = place_of(request.headers, request.url.scheme)
        if not may_come_from(request.headers.get("origin"), place, settings.trusted_origins):
            raise Forbidden("Pages of this origin may not ask here: see identity.trusted_origins.")
        try:
            return await door.who(request.scope)
        except Unauthenticated as error:
            told = challenge(place, error.headers.get("WWW-Authenticate"))
            raise Unauthenticated(error.detail, headers={"WWW-Authenticate": told}) from error

    @router.post(PATH, response_class=Response)
    @router.delete(PATH, response_class=Response)
    async def message(request: Request) -> Response:
        return await serving.response(await admitted(request))

    @router.get(PATH, response_class=Response)
    async def listen(request: Request) -> Response:
        """What an answer still had to say when its line broke. Nothing is said here that was not asked for."""
        principal = await admitted(request)
        session, last = request.headers.get(SESSION), request.headers.get("last-event-id")
        if session and last:
            return serving.again(principal, session, last)
        return Response(status_code=405, headers={"Allow": "POST, DELETE"})

    @router.get(WELL_KNOWN, response_class=Response)
    @router.get(WELL_KNOWN + PATH, response_class=Response)
    async def described(request: Request) -> Response:
        return answer(metadata(place_of(request.headers, request.url.scheme), issuers))

    return router
