"""The audit log over HTTP, for administrators; it translates and decides nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BeforeValidator
from starlette.requests import HTTPConnection
from starlette.responses import Response, StreamingResponse

from palaver.core.audit import SecurityEvent
from palaver.core.errors import Invalid
from palaver.core.principal import Principal
from palaver.kit.answers import answer, described, problems
from palaver.kit.clock import stamp
from palaver.kit.pages import BadCursor, cursor, position
from palaver.privacy.audit.chain import AuditEntry
from palaver.privacy.audit.service import AuditLog
from palaver.privacy.audit.store import Asked

Admins = Callable[[HTTPConnection], Awaitable[Principal]]

LINES = "application/x-ndjson"
_REFUSED = problems(
    _401="No credential, or one that does not hold.",
    _403="Only administrators may read the audit log.",
    _422="A cursor of another list, or a field that is wrong.",
)
_EXPORT: dict[int | str, dict[str, Any]] = {
    200: {"description": "One entry a line, the oldest first.", "content": {LINES: {"schema": {"type": "string"}}}}
}


class AuditPage(msgspec.Struct, frozen=True):
    """Some entries, the newest first."""

    items: list[AuditEntry]
    next_cursor: str | None


def _written(given: object) -> object:
    """A number would be taken for seconds since 1970."""
    if isinstance(given, str) and "t" not in given.lower():
        raise ValueError("A time is written like 2031-01-01T00:00:00Z.")
    return given


Kind = Annotated[
    str | None,
    Query(
        max_length=100,
        pattern=r"^[a-z_]+(\.[a-z_]+)?$",
        description="An act, such as `auth.signed_in`, or all of an area, such as `auth`.",
    ),
]
Id = Annotated[str | None, Query(max_length=100, description="Who did it.")]
Time = Annotated[AwareDatetime | None, BeforeValidator(_written), Query()]
Cursor = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=500)]


def _asked(kind: Kind = None, actor_id: Id = None, since: Time = None, until: Time = None) -> Asked:
    return Asked(kind, actor_id, stamp(since) if since else None, stamp(until) if until else None)


Wanted = Annotated[Asked, Depends(_asked)]


def routes(audit: AuditLog, admins: Admins, secured: dict[str, Any]) -> APIRouter:
    """The list, and all of it in one file."""
    router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

    @router.get(
        "",
        operation_id="list_audit",
        summary="Who did what to which account, key or rule",
        responses=described(AuditPage) | _REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def some(
        principal: Annotated[Principal, Depends(admins)],
        asked: Wanted,
        at: Annotated[Cursor, Query(alias="cursor")] = None,
        limit: Limit = 100,
    ) -> Response:
        """The newest first. `until` is exclusive."""
        found = await audit.newest(asked, _before(at), limit)
        return answer(AuditPage(found, cursor(found[-1].n) if len(found) == limit else None))

    @router.get(
        "/export",
        operation_id="export_audit",
        summary="The audit log as JSON lines, with the hashes and seals that show that it is whole",
        responses=_EXPORT | _REFUSED,
        openapi_extra=secured,
        response_class=Response,
    )
    async def all_of_it(principal: Annotated[Principal, Depends(admins)], asked: Wanted) -> Response:
        await audit(SecurityEvent(kind="audit.exported", actor_id=principal.user_id))
        headers = {"Content-Disposition": 'attachment; filename="palaver-audit.jsonl"'}
        return StreamingResponse(_lines(audit, asked), 200, headers, LINES)

    return router


def _before(word: str | None) -> int | None:
    try:
        return position(word, tuple[int])[0] if word else None
    except BadCursor as error:
        where = {"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}
        raise Invalid(str(error), errors=[where]) from error


async def _lines(audit: AuditLog, asked: Asked) -> AsyncIterator[bytes]:
    async for entry in audit.oldest(asked):
        yield msgspec.json.encode(entry) + b"\n"
