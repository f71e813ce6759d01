"""Deleting a user over HTTP, for administrators; it translates and decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.identity.removing.service import Removing
from palaver.identity.users.api import GONE, REFUSED, UNKNOWN, by_whom
from palaver.kit.answers import problems

ALONE = problems(_409="This is the last administrator, or the last owner of an organisation (`last_owner`).")


def routes(removing: Removing, door: Door) -> APIRouter:
    """One route below /api/v1/users."""
    router = APIRouter(prefix="/api/v1/users", tags=["users"])

    @router.delete(
        "/{user_id}",
        status_code=204,
        operation_id="delete_user",
        summary="Delete a user with everything that they own",
        description="There is no way back. They are signed out, what they have open is closed, what they asked is "
        "ended, and their sessions, projects, files, memories, definitions, webhooks and keys are deleted. What others "
        "own stays: there their messages remain, and say of nobody that they wrote them. If the server ends meanwhile, "
        "the next start goes on with it.",
        responses=GONE | REFUSED | UNKNOWN | ALONE,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def delete(
        request: Request, user_id: str, principal: Annotated[Principal, Depends(door.needs("admin"))]
    ) -> Response:
        await removing.remove(UserId(user_id), by_whom(request, principal))
        return Response(status_code=204)

    return router
