"""With which groups sessions are shared, over HTTP; it translates and decides nothing."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.core.ids import SessionId
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.sessions.api import INVALID, REFUSED
from palaver.sessions.sharing.service import GIVEN, SharedSessions, SharedWith

AT = "/api/v1/sessions/{session_id}/shared-with"
CHANGING = INVALID | problems(_409="It is shared with as many as can be.", _503="Try again.")
GONE = {204: {"description": "Done."}}


class SharedWithList(msgspec.Struct, frozen=True):
    """With whom something is shared, in the order in which it was."""

    items: list[SharedWith]
    next_cursor: str | None = None


class SharedIn(BaseModel):
    """What they may do."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: GIVEN = Field("viewer", description="What they may do: an editor asks and changes, a viewer reads.")


def routes(shared: SharedSessions, door: Door) -> APIRouter:
    """Everything about sharing sessions with groups."""
    router = APIRouter(tags=["sessions"])

    @router.get(
        AT,
        operation_id="list_groups_of_session",
        summary="The groups and organisations that a session is shared with",
        responses=described(SharedWithList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def listed(session_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(SharedWithList(await shared.everyone(principal.user_id, SessionId(session_id))))

    @router.put(
        AT + "/{holder_id}",
        operation_id="share_session",
        summary="Share a session with a group or an organisation, or in another role",
        description="Whoever belongs to it takes part, from when they belong to it until they leave it.",
        responses=described(SharedWith) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def share(
        session_id: str, holder_id: str, body: SharedIn, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        return answer(await shared.share(principal, SessionId(session_id), holder_id, body.role))

    @router.delete(
        AT + "/{holder_id}",
        status_code=204,
        operation_id="unshare_session",
        summary="Share a session with a group or an organisation no more",
        description="What they listen to of it ends at once, and so does what they asked there.",
        responses=GONE | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def unshare(session_id: str, holder_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await shared.unshare(principal, SessionId(session_id), holder_id)
        return Response(status_code=204)

    return router
