"""What is read of OpenAI's chat completions: only the fields we use, so that the rest costs nothing to decode.

What the pieces of an answer become is not said here.
"""

from typing import Any, cast

import msgspec

from palaver.core.usage import Usage
from palaver.inference.providers.fields import count


class Function(msgspec.Struct, gc=False):
    """A piece of what is called."""

    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class CallDelta(msgspec.Struct, gc=False):
    """A piece of a tool call."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None
    extra_content: Any = None


class Delta(msgspec.Struct, gc=False):
    """What one event adds, or a whole message."""

    content: str | list[Any] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[CallDelta] | None = None
    function_call: Function | None = None


class Choice(msgspec.Struct, gc=False):
    """One of the answers; we ask for one."""

    delta: Delta | None = None
    finish_reason: str | None = None
    message: Delta | None = None
    index: int | None = None


class Chunk(msgspec.Struct, gc=False):
    """One event of a stream, or a whole reply."""

    choices: list[Choice] | None = None
    usage: Any = None
    error: Any = None
    model: str | None = None


decode = msgspec.json.Decoder(Chunk).decode
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)


def decode_loosely(data: bytes) -> Chunk | None:
    """A chunk of which one field has a type we do not expect: that field is dropped, the rest is kept."""
    try:
        return decode(data)
    except UNREADABLE:
        pass
    try:
        value = msgspec.json.decode(data)
    except UNREADABLE:
        return None
    return cast("Chunk | None", _fitting(value, Chunk))


def _fitting(value: object, kind: type[msgspec.Struct]) -> msgspec.Struct | None:
    if not isinstance(value, dict):
        return None
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        inner = cast("dict[str, Any]", value).get(field.name)
        nested = _NESTED.get((kind, field.name))
        if inner is None:
            continue
        if nested is not None and isinstance(inner, list):
            made[field.name] = _fitting_all(cast("list[Any]", inner), nested)
        elif nested is not None:
            made[field.name] = _fitting(inner, nested)
        else:
            made[field.name] = _or_none(inner, field.type)
    return kind(**made)


def _fitting_all(values: list[Any], kind: type[msgspec.Struct]) -> list[Any]:
    return [made for made in (_fitting(value, kind) for value in values) if made is not None]


def _or_none(value: object, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


_NESTED: dict[tuple[type[msgspec.Struct], str], type[msgspec.Struct]] = {
    (Chunk, "choices"): Choice,
    (Choice, "delta"): Delta,
    (Choice, "message"): Delta,
    (Delta, "tool_calls"): CallDelta,
    (CallDelta, "function"): Function,
    (Delta, "function_call"): Function,
}


def usage_of(told: object) -> Usage | None:
    """The token counts of a reply, or None where there are none to be trusted."""
    if not isinstance(told, dict):
        return None
    fields = cast("dict[str, Any]", told)
    into, out = count(fields.get("prompt_tokens")), count(fields.get("completion_tokens"))
    if into is None and out is None:
        return None
    cached = _detail(fields, "prompt_tokens_details", "cached_tokens")
    return Usage(
        input_tokens=into or 0,
        output_tokens=out or 0,
        cached_tokens=cached or count(fields.get("prompt_cache_hit_tokens")) or 0,
        reasoning_tokens=_detail(fields, "completion_tokens_details", "reasoning_tokens") or 0,
    )


def _detail(fields: dict[str, Any], group: str, name: str) -> int | None:
    inner = fields.get(group)
    return count(cast("dict[str, Any]", inner).get(name)) if isinstance(inner, dict) else None
