"""API keys over HTTP: one's own, and what was leaked for administrators; it translates and decides nothing."""

from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity import schemas
from palaver.identity.api_keys.leaks import Leaked, Leaks
from palaver.identity.door import SECURED, Door
from palaver.identity.keys import ApiKeys
from palaver.identity.scopes import ADMIN
from palaver.kit.answers import answer, described, problems
from palaver.kit.sealed import Sealed

UNAUTHENTICATED = problems(_401="No credential, or one that does not hold.")
INVALID = problems(_422="A field is missing, unknown or wrong.")
PATH = "/api/v1/api-keys"
NO_STORE = {"Cache-Control": "no-store"}


class Rotation(BaseModel):
    """How a key is rotated. Left out, both hold side by side for as long as the server's settings say."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    overlap_seconds: int | None = Field(
        None, ge=0, examples=[86_400], description="Seconds that the old key goes on to hold; 0 ends it at once."
    )


class FoundText(BaseModel):
    """A text in which keys may stand, such as what a scanner for leaked secrets reports."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    text: Sealed[str] = Field(description="Any text; API keys are looked for in it.")
    revoke: bool = Field(False, description="Whether those that are known are deleted at once.")


class LeakedList(msgspec.Struct, frozen=True):
    """Every key that was in the text, each once."""

    items: list[Leaked]


def overlap_of(body: Rotation | None) -> timedelta | None:
    """How long both keys hold, where that was said."""
    seconds = body.overlap_seconds if body else None
    return None if seconds is None else timedelta(seconds=min(seconds, 10**9))


def routes(keys: ApiKeys, leaks: Leaks, door: Door) -> APIRouter:
    """Everything below /api/v1/api-keys."""
    router = APIRouter()
    router.routes.extend(_making(keys, door).routes)
    router.routes.extend(_ending(keys, leaks, door).routes)
    return router


def _making(keys: ApiKeys, door: Door) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["api-keys"])

    @router.get(
        "",
        operation_id="list_api_keys",
        summary="List your API keys",
        responses=described(schemas.KeyList) | UNAUTHENTICATED,
        openapi_extra=SECURED,
    )
    async def list_keys(principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(schemas.key_list(await keys.list(principal.user_id)))

    @router.post(
        "",
        status_code=201,
        operation_id="create_api_key",
        summary="Make an API key",
        description="The key itself is in this answer and never told again. A key cannot make a wider one.",
        responses=described(schemas.NewKey, 201, says="Made.")
        | UNAUTHENTICATED
        | problems(_403="The scopes or networks are wider than your own.", _409="You have as many as one may.")
        | INVALID,
        openapi_extra=SECURED,
    )
    async def make_key(body: schemas.KeyRequest, principal: Annotated[Principal, Depends(door)]) -> Response:
        made = await keys.create(principal, body.name, body.scopes, expires_at=body.expires_at, networks=body.networks)
        return answer(schemas.new_key(*made), 201, NO_STORE)

    @router.post(
        "/{key_id}/rotate",
        status_code=201,
        operation_id="rotate_api_key",
        summary="Rotate an API key",
        description="Makes the key that follows it, with the same name, scopes and networks, good for as long. The old "
        "one holds until the overlap is over.",
        responses=described(schemas.NewKey, 201, says="Made.")
        | UNAUTHENTICATED
        | problems(_403="It is wider than your own credential.", _404="You have no such key.")
        | problems(_409="It has ended or was rotated already, or you have as many as one may.")
        | INVALID,
        openapi_extra=SECURED,
    )
    async def rotate(
        key_id: str, principal: Annotated[Principal, Depends(door)], body: Rotation | None = None
    ) -> Response:
        made = await keys.rotate(principal, key_id, overlap=overlap_of(body))
        return answer(schemas.new_key(*made), 201, NO_STORE)

    return router


def _ending(keys: ApiKeys, leaks: Leaks, door: Door) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["api-keys"])

    @router.delete(
        "/{key_id}",
        status_code=204,
        operation_id="delete_api_key",
        summary="Delete an API key",
        description="It is refused from the next request on.",
        responses=UNAUTHENTICATED | problems(_404="You have no such key.") | INVALID,
        openapi_extra=SECURED,
    )
    async def delete_key(key_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        await keys.delete(principal.user_id, key_id)
        return Response(status_code=204)

    @router.post(
        "/leaked",
        operation_id="look_up_leaked_keys",
        summary="Whose keys were leaked; for administrators",
        description="Looks for API keys in a text and says whose they are; with `revoke`, deletes the known ones.",
        responses=described(LeakedList) | UNAUTHENTICATED | problems(_403="Not an administrator.") | INVALID,
        openapi_extra=SECURED,
    )
    async def leaked(body: FoundText, principal: Annotated[Principal, Depends(door.needs(ADMIN))]) -> Response:
        found = await leaks.look(body.text, revoke=body.revoke, by=principal)
        return answer(LeakedList(found), headers=NO_STORE)

    return router
