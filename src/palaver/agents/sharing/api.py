"""With whom things of the shelves are shared, over HTTP: the same for every kind; it translates and decides nothing."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from starlette.responses import Response

from palaver.agents.api import REFUSED, UNKNOWN
from palaver.agents.kinds import Kind
from palaver.agents.sharing.service import SharedShelves, ShelfSharedWith
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems

MANY = problems(_409="It is shared with as many as can be.", _503="Try again.")
GONE = {204: {"description": "Done."}}


class ShelfSharedWithList(msgspec.Struct, frozen=True):
    """With whom something of a shelf is shared, in the order in which it was."""

    items: list[ShelfSharedWith]
    next_cursor: str | None = None


def routes(shared: SharedShelves, door: Door, kinds: Iterable[Kind]) -> APIRouter:
    """Every kind that counts where it is named."""
    router = APIRouter(prefix="/api/v1", tags=["agents"])
    for kind in kinds:
        _one(router, shared, door, kind)
    return router


def _one(router: APIRouter, shared: SharedShelves, door: Door, kind: Kind) -> None:
    at = f"/{kind.path}/{{definition_id}}/shared-with"

    @router.get(
        at,
        operation_id=f"list_{kind.name}_shared_with",
        summary=f"With whom one of the {kind.many} is shared, besides the house",
        responses=described(ShelfSharedWithList) | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def everyone(definition_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(ShelfSharedWithList(await shared.everyone(principal, kind, definition_id)))

    @router.put(
        at + "/{holder_id}",
        operation_id=f"share_{kind.name}",
        summary=f"Share one of the {kind.many} with a person, a group or an organisation",
        description="They use it where they name it; it grants them nothing.",
        responses=described(ShelfSharedWith) | REFUSED | UNKNOWN | MANY,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def share(
        definition_id: str, holder_id: str, principal: Annotated[Principal, Depends(door)]
    ) -> Response:  # fmt: skip
        return answer(await shared.share(principal, kind, definition_id, holder_id))

    @router.delete(
        at + "/{holder_id}",
        status_code=204,
        operation_id=f"unshare_{kind.name}",
        summary=f"Share one of the {kind.many} with somebody no more",
        responses=GONE | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def unshare(definition_id: str, holder_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await shared.unshare(principal, kind, definition_id, holder_id)
        return Response(status_code=204)
