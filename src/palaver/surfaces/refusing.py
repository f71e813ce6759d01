"""What a surface cannot honour is refused by its name, never ignored; which fields these are, each surface says."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import msgspec
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from palaver.core.errors import Invalid

_decode = msgspec.json.Decoder().decode

Model = TypeVar("Model", bound=BaseModel)


def refused(field: str, why: str, kind: str = "unsupported") -> Invalid:
    """The error for one field."""
    return Invalid(f"{field}: {why}", errors=[{"loc": ["body", *field.split(".")], "msg": why, "type": kind}])


def unless_neutral(body: Mapping[str, Any], neutral: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The body without fields that only say what happens anyway; Invalid where one of them says something else."""
    for field, harmless in neutral.items():
        if field in body and body[field] not in (None, *harmless):
            with contextlib.suppress(TypeError):
                if not body[field] and isinstance(body[field], dict | list):
                    continue
            raise refused(field, "This is not supported here; leave it out.")
    return {name: value for name, value in body.items() if name not in neutral}


async def read(request: Request, model: type[Model], neutral: Mapping[str, Sequence[Any]]) -> Model:
    """The body as a model; Invalid names what is missing, wrong, or not supported."""
    body = parsed(await request.body())
    if not isinstance(body, dict):
        raise Invalid("The body is no JSON object.")
    try:
        return model.model_validate(unless_neutral(cast("dict[str, Any]", body), neutral))
    except ValidationError as error:
        raise Invalid.about([_named(one) for one in error.errors(include_url=False)], "body") from None


def parsed(text: bytes) -> Any:
    """JSON as values that can be kept: Invalid for what is none, and for half surrogate pairs and NUL."""
    try:
        value: Any = _decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Invalid("This is not JSON in UTF-8.") from None
    if b"\\u0000" in text and _holds_nul(value):
        raise Invalid("There is a NUL character in it, which is not kept.")
    return value


def arguments_of(text: str, field: str) -> dict[str, Any]:
    """The arguments of a call, which these protocols write as JSON in a string; nothing at all is none."""
    try:
        arguments = parsed((text or "{}").encode())
    except Invalid as error:
        raise refused(field, error.detail, "json") from None
    if not isinstance(arguments, dict):
        raise refused(field, "This is no JSON object.", "json")
    return cast("dict[str, Any]", arguments)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(one) for key, one in cast("dict[str, Any]", value).items())
    return isinstance(value, list) and any(map(_holds_nul, cast("list[Any]", value)))


def _named(error: Any) -> Any:
    """What the framework calls an extra field is one that we do not support."""
    if error["type"] != "extra_forbidden":
        return error
    return {**error, "msg": "This is not supported here; leave it out."}
