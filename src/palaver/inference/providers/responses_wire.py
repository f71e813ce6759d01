"""What is read of OpenAI's responses: only the fields we use; what the pieces of an answer become is not said here."""

from typing import Any, cast

import msgspec

from palaver.core.usage import Usage
from palaver.inference.providers.fields import count, group


class Item(msgspec.Struct, gc=False):
    """One item of an answer: a message, a call, or a thought."""

    type: str | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    content: Any = None
    summary: Any = None
    encrypted_content: str | None = None


class Response(msgspec.Struct, gc=False):
    """The whole answer, as events at its beginning and its end tell it."""

    model: str | None = None
    status: str | None = None
    output: list[Item] | None = None
    usage: Any = None
    error: Any = None
    incomplete_details: Any = None


class Event(msgspec.Struct, gc=False):
    """Any event. Unknown ones have a type that nobody asks for. `code` and `message` are those of an error."""

    type: str | None = None
    delta: Any = None
    output_index: int | None = None
    summary_index: int | None = None
    item: Item | None = None
    arguments: str | None = None
    response: Response | None = None
    code: Any = None
    message: Any = None
    error: Any = None


decode = msgspec.json.Decoder(Event).decode
decode_response = msgspec.json.Decoder(Response).decode
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)


def usage_of(told: object) -> Usage | None:
    """The token counts of an answer, or None where there are none to be trusted."""
    if not isinstance(told, dict):
        return None
    fields = cast("dict[str, Any]", told)
    into, out = count(fields.get("input_tokens")), count(fields.get("output_tokens"))
    if into is None and out is None:
        return None
    details = group(fields, "input_tokens_details")
    return Usage(
        input_tokens=into or 0,
        output_tokens=out or 0,
        cached_tokens=count(details.get("cached_tokens")) or 0,
        cache_written_tokens=count(details.get("cache_write_tokens")) or 0,
        reasoning_tokens=count(group(fields, "output_tokens_details").get("reasoning_tokens")) or 0,
    )


def text_in(parts: object) -> str:
    """The texts of a message's content or of a thought's summary, joined."""
    if not isinstance(parts, list):
        return ""
    fields = [cast("dict[str, Any]", part) for part in cast("list[Any]", parts) if isinstance(part, dict)]
    told = [part.get("text", part.get("refusal")) for part in fields]
    return "".join(text for text in told if isinstance(text, str))
