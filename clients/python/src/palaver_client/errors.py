"""What can go wrong, one class for every code that the server tells; when to try again is decided in `patience.py`."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast


class PalaverError(Exception):
    """Everything that this package raises by itself."""


class ConnectionBroke(PalaverError):
    """Nobody answers, or the connection broke and did not come back."""


class Waiting(PalaverError):
    """The run waits for a person. Answer, and go on with the same stream.

    `calls` says which calls wait, and in which run each is answered: this one, or a subagent's.
    """

    def __init__(self, run_id: str, calls: Mapping[str, str]) -> None:
        super().__init__(f"The run {run_id} waits for an answer about {', '.join(calls)}.")
        self.run_id = run_id
        self.calls = dict(calls)


class FileChanged(PalaverError):
    """The file became another one while it was being downloaded."""


class NotGenuine(PalaverError):
    """What came to a webhook was not signed with this secret, or not lately."""


class APIError(PalaverError):
    """The server, or the run, said no. `code` is a stable word; `request_id` finds it in the server's log."""

    code: str = ""
    status: int = 500
    retryable: bool = False

    def __init__(self, detail: str, **known: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = known.get("status", type(self).status)
        self.code = known.get("code", type(self).code)
        self.request_id: str | None = known.get("request_id")
        self.retry_after: float | None = known.get("retry_after")
        self.errors: list[dict[str, Any]] = known.get("errors") or []
        self.retryable = known.get("retryable", type(self).retryable)


class Unauthenticated(APIError):
    """No credential, or one that does not hold."""

    code = "unauthenticated"
    status = 401


class Forbidden(APIError):
    """The credential does not allow it."""

    code = "forbidden"
    status = 403


class NotFound(APIError):
    """There is no such thing, or it is somebody else's."""

    code = "not_found"
    status = 404


class Conflict(APIError):
    """The request does not fit what is there now."""

    code = "conflict"
    status = 409


class SessionBusy(Conflict):
    """A turn is already under way in this session."""

    code = "session_busy"


class PayloadTooLarge(APIError):
    """More bytes than are taken."""

    code = "payload_too_large"
    status = 413


class UnsupportedMediaType(APIError):
    """A body in a format that the server does not speak."""

    code = "unsupported_media_type"
    status = 415


class Invalid(APIError):
    """A field is missing, unknown or wrong; `errors` says which."""

    code = "invalid"
    status = 422


class RateLimited(APIError):
    """Too many requests; `retry_after` seconds say when to come back."""

    code = "rate_limited"
    status = 429
    retryable = True


class BudgetExceeded(APIError):
    """A limit in tokens or money is reached."""

    code = "budget_exceeded"
    status = 402


class NotImplementedYet(APIError):
    """A feature that is announced and not there."""

    code = "not_implemented"
    status = 501


class StorageFull(APIError):
    """There is no room for what is to be kept."""

    code = "storage_full"
    status = 507


class StorageFailed(APIError):
    """The storage of files does not do what it should."""

    code = "storage_failed"
    status = 502


class ModelUnavailable(APIError):
    """The model's server refused, failed, broke off or could not be reached."""

    code = "model_unavailable"
    status = 502
    retryable = True


class OutputInvalid(APIError):
    """No answer of the model follows the format that was asked for."""

    code = "output_invalid"
    status = 502
    retryable = True


class ModelTimeout(APIError):
    """The model's server did not answer within its deadline."""

    code = "model_timeout"
    status = 504
    retryable = True


class Unavailable(APIError):
    """The server cannot do it now and will again."""

    code = "unavailable"
    status = 503
    retryable = True


class Internal(APIError):
    """A fault of the server."""

    code = "internal"
    status = 500


def _all(kind: type[APIError]) -> dict[str, type[APIError]]:
    found = {kind.code: kind} if kind.code else {}
    for below in kind.__subclasses__():
        found |= _all(below)
    return found


CODES: Mapping[str, type[APIError]] = _all(APIError)
# A code that is not known here is of the kind that its status says, where a status says one.
_SHARED = Counter(kind.status for kind in APIError.__subclasses__())
_KINDS = {kind.status: kind for kind in APIError.__subclasses__() if _SHARED[kind.status] == 1}


def of_reply(status: int, headers: Mapping[str, str], body: bytes) -> APIError:
    """The error of an answer; one that is not Palaver's own has its status only."""
    try:
        problem: Any = json.loads(body)
    except ValueError:
        problem = None
    said = cast("dict[str, Any]", problem) if isinstance(problem, dict) else {}
    code = str(said.get("code") or "")
    detail = str(said.get("detail") or said.get("title") or f"The server answered with status {status}.")
    kind = CODES.get(code) or _KINDS.get(status, APIError)
    return kind(
        detail,
        status=status,
        code=code,
        request_id=said.get("request_id") or headers.get("x-request-id"),
        retry_after=_seconds(headers.get("retry-after")),
        errors=said.get("errors"),
        retryable=kind.retryable or (not code and status == 502),
    )


def of_event(event: Mapping[str, Any]) -> APIError:
    """The error that ended a run."""
    return CODES.get(event["code"], APIError)(event["message"], code=event["code"], retryable=event["retryable"])


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() else None
