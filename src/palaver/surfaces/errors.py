"""Errors in the shapes that clients of other protocols read; which error it is, is decided where it happens."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.responses import Response


class Wrong(NamedTuple):
    """One error, before it has a shape; `errors` say which fields are wrong."""

    status: int
    code: str
    detail: str
    errors: Sequence[Mapping[str, Any]] = ()
    request_id: str = ""


Shape = Callable[[Wrong, Mapping[str, str]], Response]

_OPENAI_CODES = {
    "unauthenticated": "invalid_api_key",
    "budget_exceeded": "insufficient_quota",
    "rate_limited": "rate_limit_exceeded",
}
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
REQUEST_HEADER = "request-id"  # where Anthropic's clients look for it
OVERLOADED = 529  # of Anthropic's own
UNTHREADED = "thread_unsupported_request"  # hearing it, Anthropic's clients send whole histories
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}

_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_SCIM_TYPES = {
    "conflict": "uniqueness",
    "invalid": "invalidValue",
    "invalid_filter": "invalidFilter",
    "invalid_path": "invalidPath",
    "no_target": "noTarget",
}

_INVALID_REQUEST, _INTERNAL = -32600, -32603  # of JSON-RPC


def shape_of(path: str, *, versioned: bool = False) -> Shape | None:
    """How errors are told under this path; None where they are told our own way.

    `versioned`: the request names a version of Anthropic's protocol.
    """
    if path.startswith(("/api/ai-sdk/", "/ag-ui")):
        return plain
    if path == "/mcp":
        return mcp
    if path.startswith("/scim/"):
        return scim
    if not path.startswith("/v1/"):
        return None
    return anthropic if versioned or path.split("/", 3)[2] == "messages" else openai


def plain(wrong: Wrong, headers: Mapping[str, str]) -> Response:
    """As clients show errors that have no shape of their own in their protocol: they hand on what the body says."""
    code = "unknown_model" if _about(wrong, "unknown_model") else wrong.code
    told: dict[str, Any] = {"code": code, "message": wrong.detail, "request_id": wrong.request_id}
    told |= {"errors": [dict(error) for error in wrong.errors]} if wrong.errors else {}
    return _json(told, _status(wrong), headers)


def openai(wrong: Wrong, headers: Mapping[str, str]) -> Response:
    """As OpenAI's clients read errors."""
    return _json({"error": openai_error(wrong)}, _status(wrong), headers)


def openai_error(wrong: Wrong) -> dict[str, Any]:
    """The same as it stands in a stream."""
    status = _status(wrong)
    kind = "server_error" if status >= 500 else _OPENAI_TYPES.get(status, "invalid_request_error")
    code = "model_not_found" if _about(wrong, "unknown_model") else _OPENAI_CODES.get(wrong.code, wrong.code)
    return {"message": wrong.detail, "type": kind, "param": _field(wrong), "code": code}


def anthropic(wrong: Wrong, headers: Mapping[str, str]) -> Response:
    """As Anthropic's clients read errors."""
    told = {"type": "error", "error": anthropic_error(wrong), "request_id": wrong.request_id}
    status = _status(wrong)
    return _json(told, OVERLOADED if status == 503 else status, {**headers, REQUEST_HEADER: wrong.request_id})


def anthropic_error(wrong: Wrong) -> dict[str, Any]:
    """The same as it stands in a stream."""
    status = _status(wrong)
    kind = _ANTHROPIC_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    told = {"type": kind, "message": wrong.detail}
    return told | (
        {"details": {"error_code": UNTHREADED, "unsupported": ["thread"]}} if _about(wrong, UNTHREADED) else {}
    )


def mcp(wrong: Wrong, headers: Mapping[str, str]) -> Response:
    """As clients of the Model Context Protocol read what is refused before there is a request to answer."""
    error = {"code": _INVALID_REQUEST if wrong.status < 500 else _INTERNAL, "message": wrong.detail}
    told = {"jsonrpc": "2.0", "id": None, "error": error | {"data": {"code": wrong.code}}}
    return _json(told, wrong.status, headers)


def scim(wrong: Wrong, headers: Mapping[str, str]) -> Response:
    """As directories read errors (RFC 7644, section 3.12)."""
    status = _status(wrong)
    told: dict[str, Any] = {"schemas": [_SCIM_ERROR], "status": str(status), "detail": wrong.detail}
    told |= {"scimType": _SCIM_TYPES[wrong.code]} if wrong.code in _SCIM_TYPES else {}
    return Response(json.dumps(told).encode(), status, dict(headers), "application/scim+json")


def _status(wrong: Wrong) -> int:
    """Fields that are wrong are 400 with them, and a model that is not there 404."""
    if wrong.status != 422:
        return wrong.status
    return 404 if _about(wrong, "unknown_model") else 400


def _about(wrong: Wrong, kind: str) -> bool:
    return any(error.get("type") == kind for error in wrong.errors)


def _field(wrong: Wrong) -> str | None:
    """The field that is wrong, as a path: `messages.0.content`."""
    where = [str(part) for part in wrong.errors[0]["loc"]] if wrong.errors else []
    return ".".join(where[1:] if where[:1] == ["body"] else where) or None


def _json(told: Any, status: int, headers: Mapping[str, str]) -> Response:
    return Response(json.dumps(told).encode(), status, dict(headers), "application/json")
