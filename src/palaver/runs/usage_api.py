"""What models consumed, over HTTP; it translates and decides nothing."""

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.kit.answers import answer, described, problems
from palaver.kit.clock import stamp
from palaver.runs import usage_store
from palaver.runs.usage_store import By, Consumed
from palaver.storage.port import Database

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it.",
    _422="Something is no time, or not one of these words.",
)


class Share(msgspec.Struct, frozen=True):
    """What one day, model or session consumed; `key` says which."""

    key: str
    used: Consumed


class UsageReport(msgspec.Struct, frozen=True):
    """What was consumed, in parts and together; `total` is the sum of the parts."""

    by: By
    items: list[Share]
    total: Consumed


Instant = Annotated[str | None, Query(max_length=40, description="A day (UTC) or an instant, as RFC 3339 has them.")]


def routes(database: Database, door: Door) -> APIRouter:
    """What was consumed."""
    router = APIRouter(prefix="/api/v1", tags=["context"])

    @router.get(
        "/usage",
        operation_id="get_usage",
        summary="Tokens and cost, by day, model or session; counted from what is there, and it adds up",
        responses=described(UsageReport) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def usage(
        principal: Annotated[Principal, Depends(door)],
        since: Annotated[Instant, Query(alias="from")] = None,
        to: Instant = None,
        by: By = "day",
    ) -> Response:
        between = (_instant(since, "from") or usage_store.FIRST, _instant(to, "to") or usage_store.LAST)
        parts = await database.scan(usage_store.added_up(principal.user_id, by, *between))
        total = Consumed()
        for _, used in parts:
            total = total.plus(used)
        return answer(UsageReport(by, [Share(key, used) for key, used in parts], total))

    return router


def _instant(text: str | None, name: str) -> str | None:
    """An instant as it is stored; a day is its beginning. `to` is exclusive."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return stamp(at.replace(tzinfo=UTC) if at.tzinfo is None or _DAY.fullmatch(text) else at)
    except (ValueError, OverflowError) as error:
        where = {"loc": ["query", name], "msg": "not a day or an instant", "type": "instant"}
        raise Invalid("This is no time; 2026-11-21 is, and 2026-11-21T12:00:00Z.", errors=[where]) from error
