"""Counts by month over HTTP, for administrators; it translates and decides nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from palaver.care.counts.service import CareCounts, Counts
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.identity.scopes import ADMIN
from palaver.kit.answers import answer, described, problems

_REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="For administrators.",
    _422="A month that is none, or too many of them.",
)
_MONTH = r"^(20|21)\d\d-(0[1-9]|1[0-2])$"
First = Annotated[str | None, Query(alias="from", pattern=_MONTH, description="The first month, such as 2026-11.")]
Last = Annotated[str | None, Query(alias="to", pattern=_MONTH, description="The last month; left out, this one.")]


def routes(counts: Counts, door: Door) -> APIRouter:
    """What is told of months."""
    router = APIRouter(prefix="/api/v1/care", tags=["care"])

    @router.get(
        "/counts",
        operation_id="get_care_counts",
        summary="How often care was needed, by month; numbers, and nothing of anybody",
        responses=described(CareCounts) | _REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def between(
        principal: Annotated[Principal, Depends(door.needs(ADMIN))], first: First = None, last: Last = None
    ) -> Response:
        """They stay when what they were counted from is deleted. Small numbers are told as null."""
        return answer(await counts.between(first, last))

    return router
