"""What can go wrong while a model is asked, in words for people; it decides from values and asks nobody.

No sentence here carries a key or a word of a vendor's reply.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from palaver.core.errors import Invalid, ModelTimeout, ModelUnavailable, PalaverError


class UnknownModel(Invalid):
    """No provider offers this model, or not to this caller."""

    title = "This model is not known"


class ContextTooLong(Invalid):
    """The conversation does not fit into the model's window."""

    title = "The conversation is too long for this model"


class AskRefused(Invalid):
    """The model's server does not take this request as it is."""

    title = "The model's server does not accept this request"


class ToolsUnsupported(AskRefused):
    """The model calls no tools; without them it may well answer."""


class ModelUnreachable(ModelUnavailable):
    """No connection, or it was gone before anything was said."""


class ModelFailed(ModelUnavailable):
    """The model's server failed by its own account."""


class ModelBusy(ModelUnavailable):
    """The model's server asks for fewer requests."""


class ModelBrokeOff(ModelUnavailable):
    """The answer ended in the middle."""


class NotUnderstood(ModelUnavailable):
    """The reply is not what such a server answers."""


class ProviderResting(ModelUnavailable):
    """Too many failures lately: the server is given time and not asked."""


class KeyRefused(ModelUnavailable):
    """The server does not accept our key; only the operator can do something about it."""

    retryable = False


class NoCredit(ModelUnavailable):
    """The operator's account with the vendor is used up."""

    retryable = False


class AnswerWithheld(ModelUnavailable):
    """The vendor's content filter ended the answer."""

    retryable = False


TRANSIENT = (ModelUnreachable, ModelFailed, ModelBusy, ModelBrokeOff)
AILING = (ModelUnreachable, ModelFailed, ModelBrokeOff, NotUnderstood, ModelTimeout)

_TOO_LONG = re.compile(
    r"context[ _]?(length|window|size)|maximum context|too many (input )?tokens"
    r"|(prompt|input|request) is too (long|large)"
    r"|exceeds? (the )?(available )?(context|maximum number of tokens)|reduce the length",
    re.IGNORECASE,
)
_NO_TOOLS = re.compile(
    r"does not support (tool|function)"
    r"|(tool|function)[ _-]?(use|call(s|ing)?|choice)? (is |are )?not (supported|enabled)"
    r"|that support tool use|requires --(enable-auto-tool-choice|jinja)|tools? param(eter)? requires",
    re.IGNORECASE,
)
_NO_CREDIT = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "insufficient_credits", "billing_not_active", "billing_error"}
)
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "request_too_large"})
_BUSY = frozenset({"rate_limit_exceeded", "rate_limit_error", "rate_limited", "overloaded_error", "overloaded"})
_BAD_KEY = frozenset({"invalid_api_key", "authentication_error", "permission_error", "unauthorized"})
_NO_MODEL = frozenset({"model_not_found", "model_not_available", "not_found_error"})
_BAD_ASK = frozenset(
    {
        "invalid_request_error",
        "invalid_request",
        "unsupported_parameter",
        "unsupported_value",
        "invalid_prompt",
        "invalid_image",
        "invalid_image_url",
        "invalid_base64_image",
        "image_too_large",
    }
)
# the request's fields that a caller of ours can change; other names a vendor gives are not repeated
_OURS = frozenset(
    {
        "temperature",
        "top_p",
        "stop",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "thinking",
        "max_tokens",
        "max_completion_tokens",
        "reasoning_effort",
        "response_format",
    }
)


def worth_another_try(error: PalaverError) -> bool:
    """Whether the same server may well answer in a moment; only asked while nothing of the answer was told."""
    return isinstance(error, TRANSIENT)


def worth_another_model(error: PalaverError) -> bool:
    """Whether a model elsewhere may answer where this one did not."""
    return isinstance(error, (ModelUnavailable, ModelTimeout)) and not isinstance(error, AnswerWithheld)


def of_status(provider: str, status: int, complaint: object = None, retry_after: float | None = None) -> PalaverError:
    """What a reply's status means; `complaint` is the `error` of its body, if it had one."""
    words = _words(complaint)
    if words.no_tools and status >= 400:
        return ToolsUnsupported(f"{provider} says that this model calls no tools.")
    if status in (401, 403):
        return _bad_key(provider, status)
    if status == 402 or words.codes & _NO_CREDIT:
        return _no_credit(provider)
    if status in (429, 529):
        return ModelBusy(f"{provider} asks for fewer requests; try again in a moment.", retry_after=retry_after)
    if status in (408, 504):
        return ModelTimeout(f"{provider} gave up waiting for its model (status {status}).")
    if status >= 500 or status in (409, 425):
        return ModelFailed(f"{provider} failed with status {status}.", retry_after=retry_after)
    if status >= 400:
        return _refused(provider, status, words)
    return NotUnderstood(f"{provider} answered with status {status}, which is no answer; check its base_url.")


def of_complaint(provider: str, complaint: object) -> PalaverError:
    """What an error object inside a reply that began well means."""
    words = _words(complaint)
    if words.status is not None and words.status >= 400:
        return of_status(provider, words.status, complaint)
    if words.codes & _NO_CREDIT:
        return _no_credit(provider)
    if words.codes & _BUSY:
        return ModelBusy(f"{provider} asks for fewer requests; try again in a moment.")
    if words.codes & _BAD_KEY:
        return _bad_key(provider, None)
    if words.too_long or words.codes & (_NO_MODEL | _BAD_ASK):
        return _refused(provider, 400, words)
    return ModelFailed(f"{provider} reported an error while answering.")


class _Words:
    """What can be made out of a vendor's complaint, whatever its shape."""

    def __init__(self, codes: frozenset[str], status: int | None, param: str | None, message: str) -> None:
        self.codes = codes
        self.status = status
        self.param = param
        self.too_long = bool(codes & _TOO_LONG_CODES) or bool(_TOO_LONG.search(message[:4_000]))
        self.no_tools = bool(_NO_TOOLS.search(message[:4_000]))


def _words(complaint: object) -> _Words:
    if not isinstance(complaint, Mapping):
        return _Words(frozenset(), None, None, complaint if isinstance(complaint, str) else "")
    fields = cast("Mapping[str, Any]", complaint)
    told = [fields.get(name) for name in ("code", "type", "status")]
    codes = frozenset(value.lower() for value in told if isinstance(value, str))
    status = next((status for status in map(_status, told) if status is not None), None)
    param = fields.get("param")
    message = fields.get("message")
    named = param if isinstance(param, str) and param in _OURS else None
    return _Words(codes, status, named, message if isinstance(message, str) else "")


def _status(value: object) -> int | None:
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():
        value = int(value)
    return value if isinstance(value, int) and 100 <= value <= 599 else None


def _refused(provider: str, status: int, words: _Words) -> PalaverError:
    if words.too_long or status == 413:
        return ContextTooLong("The conversation is too long for this model. Start a new one, or pick a larger model.")
    if status == 404 or words.codes & _NO_MODEL:
        return UnknownModel(f"{provider} does not know this model.")
    about = f" It objects to '{words.param}'." if words.param else ""
    return AskRefused(f"{provider} did not accept the request (status {status}).{about}")


def _bad_key(provider: str, status: int | None) -> PalaverError:
    said = f" (status {status})" if status else ""
    return KeyRefused(f"{provider} did not accept the server's API key{said}. The operator has to check it.")


def _no_credit(provider: str) -> PalaverError:
    return NoCredit(f"The server's account with {provider} has no credit left. The operator has to look at it.")
