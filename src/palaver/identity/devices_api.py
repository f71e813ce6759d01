"""Where somebody is signed in, over HTTP; it translates and decides nothing."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.devices import Device, Devices, Here
from palaver.identity.door import SECURED, Door
from palaver.identity.refusals import ScopeMissing
from palaver.kit.answers import answer, described, problems

REFUSED = problems(_401="No credential, or one that does not hold.", _403="An API key cannot do this; sign in.")


class DeviceList(msgspec.Struct, frozen=True):
    """Where you are signed in; the one that was used last first."""

    items: Sequence[Device]


def routes(devices: Devices, door: Door) -> APIRouter:
    """Everything below /api/v1/auth/devices."""
    router = APIRouter(prefix="/api/v1/auth/devices", tags=["auth"])

    def here(request: Request, principal: Principal) -> Here:
        _check(principal)
        if principal.via == "cookie":
            return Here(cookie=door.cookie(request.scope))
        return Here(family_id=door.family(request.scope))

    @router.get(
        "",
        operation_id="list_devices",
        summary="List where you are signed in",
        description="What a program calls itself is its own word. API keys are listed at `/api/v1/api-keys`.",
        responses=described(DeviceList) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def listing(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        return answer(DeviceList(await devices.list(principal.user_id, here(request, principal))))

    @router.delete(
        "",
        status_code=204,
        operation_id="end_other_devices",
        summary="Sign out everywhere else",
        responses={204: {"description": "Done."}} | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def end_others(request: Request, principal: Annotated[Principal, Depends(door)]) -> Response:
        await devices.end_others(principal.user_id, here(request, principal))
        return Response(status_code=204)

    @router.delete(
        "/{device_id}",
        status_code=204,
        operation_id="end_device",
        summary="Sign out somewhere",
        description="It is refused from the next request on; its sockets are closed.",
        responses={204: {"description": "Done."}} | REFUSED | problems(_404="You have no such device."),
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def end(device_id: str, principal: Annotated[Principal, Depends(door)]) -> Response:
        _check(principal)
        await devices.end(principal.user_id, device_id)
        return Response(status_code=204)

    return router


def _check(principal: Principal) -> None:
    if principal.via == "key":
        raise ScopeMissing("An API key cannot look after sign-ins; sign in.")
