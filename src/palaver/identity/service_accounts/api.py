"""Service accounts over HTTP, for administrators; it translates and decides nothing."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.principal import Principal, Role
from palaver.identity import schemas
from palaver.identity.api_keys.api import NO_STORE, Rotation, overlap_of
from palaver.identity.door import SECURED, Door
from palaver.identity.scopes import ADMIN
from palaver.identity.service_accounts.service import AccountRole, ServiceAccounts
from palaver.identity.store import User
from palaver.kit.answers import answer, described, problems

Needed = Callable[[HTTPConnection], Awaitable[Principal]]

REFUSED = problems(_401="No credential, or one that does not hold.", _403="Not an administrator.")
UNKNOWN = problems(_404="There is no such service account, or it has no such key.")
PATH = "/api/v1/service-accounts"
INVALID = problems(_422="A field is missing, unknown or wrong.")


class ServiceAccountIn(BaseModel):
    """A program that is to have an account."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: schemas.Name = Field(examples=["nightly reports"])
    role: AccountRole = "member"


class ServiceAccountChanges(BaseModel):
    """What is to be different; what is left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: schemas.Name | None = None
    role: AccountRole | None = None
    disabled: bool | None = Field(None, strict=True, examples=[True])


class ServiceAccount(msgspec.Struct, frozen=True):
    """The account of a program. Its id begins with `svc_` wherever it stands: as an author, in the audit log."""

    id: str
    name: str
    role: Role
    disabled: bool
    created_at: str


class ServiceAccountList(msgspec.Struct, frozen=True):
    """All of them, oldest first."""

    items: Sequence[ServiceAccount]


def routes(accounts: ServiceAccounts, door: Door) -> APIRouter:
    """Everything below /api/v1/service-accounts."""
    router = APIRouter()
    admin = door.needs(ADMIN)
    router.routes.extend(_accounts(accounts, admin).routes)
    router.routes.extend(_changing(accounts, admin).routes)
    router.routes.extend(_keys(accounts, admin).routes)
    return router


def _accounts(accounts: ServiceAccounts, admin: Needed) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["service-accounts"])

    @router.get(
        "",
        operation_id="list_service_accounts",
        summary="List service accounts",
        responses=described(ServiceAccountList) | REFUSED,
        openapi_extra=SECURED,
    )
    async def listing(principal: Annotated[Principal, Depends(admin)]) -> Response:
        return answer(ServiceAccountList([_shown(one) for one in await accounts.list()]))

    @router.post(
        "",
        status_code=201,
        operation_id="create_service_account",
        summary="Make a service account",
        description="Nobody signs in as it: it acts with the API keys that are made for it.",
        responses=described(ServiceAccount, 201, says="Made.") | REFUSED | INVALID,
        openapi_extra=SECURED,
    )
    async def create(body: ServiceAccountIn, principal: Annotated[Principal, Depends(admin)]) -> Response:
        return answer(_shown(await accounts.create(body.name, body.role, principal)), 201)

    @router.get(
        "/{service_account_id}",
        operation_id="get_service_account",
        summary="Read a service account",
        responses=described(ServiceAccount) | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
    )
    async def get(service_account_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        return answer(_shown(await accounts.get(service_account_id)))

    return router


def _changing(accounts: ServiceAccounts, admin: Needed) -> APIRouter:
    router = APIRouter(prefix=PATH, tags=["service-accounts"])

    @router.patch(
        "/{service_account_id}",
        operation_id="change_service_account",
        summary="Change or disable a service account",
        description="While it is disabled its keys open nothing, from the next request on.",
        responses=described(ServiceAccount) | REFUSED | UNKNOWN | INVALID,
        openapi_extra=SECURED,
    )
    async def change(
        service_account_id: str, body: ServiceAccountChanges, principal: Annotated[Principal, Depends(admin)]
    ) -> Response:
        changed = await accounts.change(
            service_account_id, principal, name=body.name, role=body.role, disabled=body.disabled
        )
        return answer(_shown(changed))

    @router.delete(
        "/{service_account_id}",
        status_code=204,
        operation_id="delete_service_account",
        summary="Delete a service account with everything that it owns",
        responses=REFUSED | UNKNOWN,
        openapi_extra=SECURED,
    )
    async def delete(service_account_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        await accounts.delete(service_account_id, principal)
        return Response(status_code=204)

    return router


def _keys(accounts: ServiceAccounts, admin: Needed) -> APIRouter:
    router = APIRouter(prefix=PATH + "/{service_account_id}/api-keys", tags=["service-accounts"])

    @router.get(
        "",
        operation_id="list_keys_of_service_account",
        summary="List the API keys of a service account",
        responses=described(schemas.KeyList) | REFUSED | UNKNOWN,
        openapi_extra=SECURED,
    )
    async def listing(service_account_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        return answer(schemas.key_list(await accounts.keys(service_account_id)))

    @router.post(
        "",
        status_code=201,
        operation_id="create_key_of_service_account",
        summary="Make an API key for a service account",
        responses=described(schemas.NewKey, 201, says="Made.")
        | REFUSED
        | UNKNOWN
        | problems(_409="It has as many as one may.")
        | INVALID,
        openapi_extra=SECURED,
    )
    async def create(
        service_account_id: str, body: schemas.KeyRequest, principal: Annotated[Principal, Depends(admin)]
    ) -> Response:
        made = await accounts.make_key(service_account_id, principal, **dict(body))
        return answer(schemas.new_key(*made), 201, NO_STORE)

    @router.post(
        "/{key_id}/rotate",
        status_code=201,
        operation_id="rotate_key_of_service_account",
        summary="Rotate an API key of a service account",
        responses=described(schemas.NewKey, 201, says="Made.")
        | REFUSED
        | UNKNOWN
        | problems(_409="It has ended or was rotated already, or the account has as many as one may.")
        | INVALID,
        openapi_extra=SECURED,
    )
    async def rotate(
        service_account_id: str,
        key_id: str,
        principal: Annotated[Principal, Depends(admin)],
        body: Rotation | None = None,
    ) -> Response:
        made = await accounts.rotate_key(service_account_id, key_id, principal, overlap_of(body))
        return answer(schemas.new_key(*made), 201, NO_STORE)

    @router.delete(
        "/{key_id}",
        status_code=204,
        operation_id="delete_key_of_service_account",
        summary="Delete an API key of a service account",
        responses=REFUSED | UNKNOWN,
        openapi_extra=SECURED,
    )
    async def delete(service_account_id: str, key_id: str, principal: Annotated[Principal, Depends(admin)]) -> Response:
        await accounts.delete_key(service_account_id, key_id, principal)
        return Response(status_code=204)

    return router


def _shown(user: User) -> ServiceAccount:
    return ServiceAccount(user.id, user.name or "", user.role, user.disabled_at is not None, user.created_at)
