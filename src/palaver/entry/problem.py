"""Errors as problem+json (RFC 9457), whatever raised them; it logs causes and decides no status of its own."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from palaver.core.errors import Invalid, PalaverError, Unavailable
from palaver.kit.answers import PROBLEM_JSON, Problem
from palaver.observability.logs import request_id
from palaver.surfaces.errors import Shape, Wrong

log = logging.getLogger(__name__)

shaped: ContextVar[Shape | None] = ContextVar("shaped", default=None)  # the gate knows the path

_encode = msgspec.json.Encoder().encode
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_CODES = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
}


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One error as a response, in the shape that clients of this path read."""
    if shape := shaped.get():
        return shape(Wrong(status, code, detail, errors, request_id.get() or ""), headers or {})
    told = Problem(
        type=f"urn:palaver:problem:{code}",
        title=title,
        status=status,
        code=code,
        detail=detail,
        request_id=request_id.get() or "",
        errors=[dict(error) for error in errors],
    )
    return Response(_encode(told), status, dict(headers or {}), PROBLEM_JSON)


def of_error(error: PalaverError) -> Response:
    """One of our own errors."""
    headers = dict(error.headers)
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))  # whoever waits so long is heard
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = "1"
    if error.status >= 500:
        log.warning("%s", error.detail, extra={"code": error.code, "cause": repr(error.__cause__)})
    return problem(error.status, error.code, error.title, detail=error.detail, errors=error.errors, headers=headers)


def of_fault() -> Response:
    """A fault of ours: the cause is in the log, under the request's id."""
    return problem(500, PalaverError.code, PalaverError.title, detail="The cause is in the server's log.")


def answer_errors(app: FastAPI) -> None:
    """Let `app` answer every error this way."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, PalaverError)
        return of_error(error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return of_error(Invalid.about(error.errors()))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error.__cause__, PalaverError):  # raised while the body was read
            return of_error(error.__cause__)
        if error.status_code == 400:  # a body that is no text, or no JSON
            return of_error(Invalid("The body is not JSON in UTF-8."))
        title = HTTPStatus(error.status_code).phrase
        code = _CODES.get(error.status_code, "internal" if error.status_code >= 500 else "invalid")
        headers = {"Allow": _methods(app, request)} if error.status_code == 405 else error.headers
        return problem(error.status_code, code, title, detail=f"{title}.", headers=headers)

    async def fault(request: Request, error: Exception) -> Response:
        return of_fault()

    app.add_exception_handler(Exception, fault)
    app.add_exception_handler(PalaverError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _methods(app: FastAPI, request: Request) -> str:
    """What may be done at this path; the framework names only what the first of its routes can do.

    Where a path is spelled out, what could be there under any name is not told.
    """
    found: dict[str, int] = {}
    for method in _METHODS:
        scope = {**request.scope, "method": method}
        paths = [getattr(route, "path", "") for route in _spelled(app.routes) if route.matches(scope)[0] is Match.FULL]
        if paths:
            found[method] = min(path.count("{") for path in paths)
    return ", ".join(method for method, names in found.items() if names == min(found.values()))


def _spelled(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route itself; the framework keeps those of a router together."""
    for route in routes:
        inner: APIRouter | None = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _spelled(inner.routes)
