"""The list of models over HTTP; what it says is decided in `service.py`."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from palaver.core.principal import Principal
from palaver.identity.door import SECURED
from palaver.inference.service import Inference, ModelInfo
from palaver.kit.answers import answer, described, problems

Door = Callable[[HTTPConnection], Awaitable[Principal]]


class ModelList(msgspec.Struct, frozen=True):
    """Every model that the caller may ask."""

    items: list[ModelInfo]


def routes(inference: Inference, door: Door) -> APIRouter:
    """GET /api/v1/models; `door` tells who asks."""
    router = APIRouter(prefix="/api/v1", tags=["models"])

    @router.get(
        "/models",
        operation_id="list_models",
        summary="List models",
        responses=described(ModelList) | problems(_401="No credential, or one that does not hold."),
        openapi_extra=SECURED,
    )
    async def list_models(principal: Annotated[Principal, Depends(door)]) -> Response:
        """Every model that can be asked, with its window, its price and whether it is ready."""
        return answer(ModelList(await inference.models(principal)))

    return router
