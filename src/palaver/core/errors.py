"""The one tree of errors a caller can be told about; the class knows its code and its HTTP status.

Causes are not part of it: they go to the log under the request's id.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class PalaverError(Exception):
    """Something a caller can be told, in words meant for them."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on the server"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.headers = dict(headers or {})


class Unauthenticated(PalaverError):
    """Nobody, or a credential that does not hold."""

    status = 401
    code = "unauthenticated"
    title = "Sign in first"


class Forbidden(PalaverError):
    """Known, but not allowed."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class SecondFactorMissing(Forbidden):
    """Whoever has this role signs in with two factors here, and this one has only one."""

    code = "second_factor_required"
    title = "Set up a second factor first"


class NotFound(PalaverError):
    """Unknown, or somebody else's: the two answer alike."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(PalaverError):
    """The request does not fit what is there now."""

    status = 409
    code = "conflict"
    title = "Conflict"


class SessionBusy(Conflict):
    """A turn is already under way in this session."""

    code = "session_busy"
    title = "This session is already answering"


class PayloadTooLarge(PalaverError):
    """More bytes than are taken."""

    status = 413
    code = "payload_too_large"
    title = "The request is too large"


class Misdirected(PalaverError):
    """A request for a name that is not ours."""

    status = 421
    code = "misdirected"
    title = "Misdirected request"


class UnsupportedMediaType(PalaverError):
    """A body in a format that is not spoken here."""

    status = 415
    code = "unsupported_media_type"
    title = "Unsupported media type"


class Invalid(PalaverError):
    """A request that breaks the rules of its fields; `errors` says where."""

    status = 422
    code = "invalid"
    title = "The request is not valid"

    @classmethod
    def about(cls, found: Sequence[Mapping[str, Any]], where: str | None = None) -> "Invalid":
        """From what pydantic found, each `{loc, msg, type}`; `where` (body, query) is put before each `loc`."""
        errors: list[dict[str, Any]] = [
            {
                "loc": [*([where] if where else []), *one["loc"]],
                "msg": str(one["msg"]).removeprefix("Value error, "),
                "type": one["type"],
            }
            for one in found
        ]
        first = errors[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        return cls(f"{field}: {first['msg']}" if field else first["msg"], errors=errors)


class RateLimited(PalaverError):
    """Too many requests; `retry_after` seconds say when to come back."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"
    retryable = True


class BudgetExceeded(PalaverError):
    """A limit in tokens or money is reached."""

    status = 402
    code = "budget_exceeded"
    title = "The budget is used up"


class NotImplementedYet(PalaverError):
    """A feature that is announced and not there."""

    status = 501
    code = "not_implemented"
    title = "This feature is not there yet"


class StorageFull(PalaverError):
    """A disk or a workspace has no room for what is to be kept; what was there before is unharmed."""

    status = 507
    code = "storage_full"
    title = "There is no room left"


class StorageBroken(PalaverError):
    """The server that keeps contents of files refuses us, or gives what was never given to it."""

    status = 502
    code = "storage_failed"
    title = "The storage of files does not do what it should"


class ModelUnavailable(PalaverError):
    """The model's server refused, failed, broke off or could not be reached."""

    status = 502
    code = "model_unavailable"
    title = "The model is not available"
    retryable = True


class OutputInvalid(PalaverError):
    """No answer of the model follows the format that was asked for."""

    status = 502
    code = "output_invalid"
    title = "The answer does not follow its format"
    retryable = True


class ModelTimeout(PalaverError):
    """The model's server did not answer within its deadline."""

    status = 504
    code = "model_timeout"
    title = "The model took too long"
    retryable = True


class Unavailable(PalaverError):
    """The server itself cannot do it now and will again: draining, a full disk, a database that is away."""

    status = 503
    code = "unavailable"
    title = "Temporarily unavailable"
    retryable = True


def coded(code: str) -> type[PalaverError]:
    """The class of a stable code, as it was told in an event; `PalaverError` where there is none."""
    kinds: list[type[PalaverError]] = [PalaverError]
    for kind in kinds:
        if kind.code == code:
            return kind
        kinds.extend(kind.__subclasses__())
    return PalaverError
