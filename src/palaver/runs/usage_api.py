"""What models consumed, over HTTP; it translates and decides nothing."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.identity.door import SECURED, Door
from palaver.identity.scopes import ADMIN
from palaver.kit.answers import answer, described, problems
from palaver.kit.clock import stamp
from palaver.runs import usage_store
from palaver.runs.usage_store import Asked, By, Consumed
from palaver.runs.usage_table import table
from palaver.storage.port import Database

Whose = Literal["me", "all"]
Form = Literal["json", "csv"]
_FULL = ":00:00.000000Z"
_NAMED = {"Content-Disposition": 'attachment; filename="usage.csv"'}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="The credential does not allow it; everybody's usage is for administrators.",
    _422="Something is no time, or not one of these words.",
)


class Share(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one part consumed; `key` says which, "" what belongs to none: asked without an API key, for example.

    `name` is how people call it: a user's address, a key's or an organisation's name.
    """

    key: str
    used: Consumed
    name: str | None = None


class UsageReport(msgspec.Struct, frozen=True):
    """What was consumed, in parts and together; `total` is the sum of the parts.

    By organisation, those who belong to several count for each.
    """

    by: By
    items: list[Share]
    total: Consumed


Instant = Annotated[
    str | None, Query(max_length=40, description="A day (UTC) or an instant, as RFC 3339 has them; hours count whole.")
]


def routes(database: Database, door: Door) -> APIRouter:
    """What was consumed."""
    router = APIRouter(prefix="/api/v1", tags=["context"])

    @router.get(
        "/usage",
        operation_id="get_usage",
        summary="Tokens and cost, by day, model, session, user, key or organisation; it adds up",
        responses=_with_table(described(UsageReport)) | REFUSED,
        openapi_extra=SECURED,
        response_class=Response,
    )
    async def usage(
        principal: Annotated[Principal, Depends(door)],
        *,
        since: Annotated[Instant, Query(alias="from")] = None,
        to: Instant = None,
        by: By = "day",
        whose: Annotated[Whose, Query(alias="of", description="One's own, or everybody's: administrators.")] = "me",
        form: Annotated[Form, Query(alias="format")] = "json",
    ) -> Response:
        if whose == "all":
            door.check(principal, ADMIN)
        asked = Asked(by, *hours(since, to), None if whose == "all" else principal.user_id)
        parts = await database.scan(usage_store.added_up(asked))
        if form == "csv":
            return Response(table(by, parts), media_type="text/csv; charset=utf-8", headers=_NAMED)
        total = Consumed()
        for _, _, used in parts:
            total = total.plus(used)
        return answer(UsageReport(by, [Share(key, used, name) for key, name, used in parts], total))

    return router


def _with_table(said: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    said[200]["content"]["text/csv"] = {"schema": {"type": "string"}}
    return said


def hours(since: str | None, to: str | None) -> tuple[str, str]:
    """The first hour, and the first that is not meant. Raises Invalid."""
    return _hour(since, "from") or usage_store.FIRST, _hour(to, "to", whole=True) or usage_store.LAST


def _hour(text: str | None, name: str, *, whole: bool = False) -> str | None:
    """The hour in which an instant lies, as it is stored, or what comes right behind it; a full hour is itself."""
    at = _instant(text, name)
    return at if at is None or (whole and not at.endswith(_FULL)) else at[:13]


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
