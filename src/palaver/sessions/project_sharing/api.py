"""With whom projects are shared, over HTTP; it translates and decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described
from palaver.sessions.api import REFUSED
from palaver.sessions.project_sharing.service import SharedProjects
from palaver.sessions.sharing.api import CHANGING, GONE, SharedIn, SharedWithList
from palaver.sessions.sharing.service import SharedWith

AT = "/api/v1/projects/{project_id}/shared-with"


def routes(shared: SharedProjects, door: Door) -> APIRouter:
    """Everything about sharing projects."""
    router = APIRouter(tags=["sessions"])

    @router.get(
        AT,
        operation_id="list_project_shared_with",
        summary="With whom a project is shared",
        responses=described(SharedWithList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def everyone(project_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(SharedWithList(await shared.everyone(principal.user_id, project_id)))

    @router.put(
        AT + "/{holder_id}",
        operation_id="share_project",
        summary="Share a project with a person, a group or an organisation, or in another role",
        description="Its instructions and files, not its sessions: those are shared one by one.",
        responses=described(SharedWith) | REFUSED | CHANGING,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def share(
        project_id: str, holder_id: str, body: SharedIn, principal: Annotated[Principal, Depends(door)]
    ) -> Response:
        return answer(await shared.share(principal, project_id, holder_id, body.role))

    @router.delete(
        AT + "/{holder_id}",
        status_code=204,
        operation_id="unshare_project",
        summary="Share a project with somebody no more, or leave it",
        responses=GONE | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def unshare(project_id: str, holder_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await shared.unshare(principal, project_id, holder_id)
        return Response(status_code=204)

    return router
