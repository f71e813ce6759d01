"""What is read of Anthropic's messages: only the fields we use; what becomes of them is not said here."""

from typing import Any

import msgspec

from palaver.core.usage import Usage
from palaver.inference.providers.fields import count, group


class Delta(msgspec.Struct, gc=False):
    """What one event adds to a block, or says of the end."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class Block(msgspec.Struct, gc=False):
    """The beginning of a block, or a whole one."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    name: str | None = None
    input: Any = None


class Tokens(msgspec.Struct, gc=False):
    """Counts, each the sum so far. What was read from the cache and written to it stands beside `input_tokens`."""

    input_tokens: Any = None
    output_tokens: Any = None
    cache_read_input_tokens: Any = None
    cache_creation_input_tokens: Any = None
    output_tokens_details: Any = None


class Reply(msgspec.Struct, gc=False):
    """A message: its beginning in a stream, or whole."""

    model: str | None = None
    usage: Tokens | None = None
    content: list[Block] | None = None
    stop_reason: str | None = None


class Event(msgspec.Struct, gc=False):
    """Any event. Unknown ones have a type that nobody asks for."""

    type: str | None = None
    index: int | None = None
    delta: Delta | None = None
    content_block: Block | None = None
    message: Reply | None = None
    usage: Tokens | None = None
    error: Any = None


decode = msgspec.json.Decoder(Event).decode
decode_reply = msgspec.json.Decoder(Reply).decode
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)


class Sums:
    """The counts of a reply, of which later ones replace earlier ones."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def take(self, tokens: Tokens | None) -> None:
        """Note what one event says."""
        for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"):
            value = count(getattr(tokens, name, None))
            if value is not None:
                self._told[name] = value
        thought = count(group({"it": tokens.output_tokens_details if tokens else None}, "it").get("thinking_tokens"))
        if thought is not None:
            self._told["thinking_tokens"] = thought

    def usage(self) -> Usage | None:
        """All that went in, cached or not, and all that came out; None where nothing was told."""
        told = self._told
        if not told:
            return None
        read, written = told.get("cache_read_input_tokens", 0), told.get("cache_creation_input_tokens", 0)
        return Usage(
            input_tokens=told.get("input_tokens", 0) + read + written,
            output_tokens=told.get("output_tokens", 0),
            cached_tokens=read,
            cache_written_tokens=written,
            reasoning_tokens=told.get("thinking_tokens", 0),
        )
