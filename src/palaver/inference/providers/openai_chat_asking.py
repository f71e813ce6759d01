"""An ask in the words of OpenAI's chat completions, as bytes; nothing is sent from here."""

from collections.abc import Iterator
from typing import Any

import msgspec

from palaver.core.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    text_of,
)
from palaver.inference.failures import AskRefused
from palaver.inference.port import Ask, OutputFormat, ToolSpec, Turn
from palaver.inference.profiles import Vendor

_encoder = msgspec.json.Encoder()

# an object of a chat completion request; its shape is the vendor's, not ours
Json = dict[str, Any]


def encode(ask: Ask, vendor: Vendor) -> bytes:
    """The body of the request that streams the answer to `ask`."""
    body: Json = {"model": ask.model, "messages": list(_messages(ask, vendor)), "stream": True}
    if vendor.usage:
        body["stream_options"] = {"include_usage": True}
    for name, value in (("temperature", ask.temperature), ("top_p", ask.top_p), (vendor.limit, ask.max_output_tokens)):
        if value is not None:
            body[name] = value
    if ask.stop:
        body["stop"] = ask.stop
    if ask.effort is not None and vendor.effort is not None:
        body[vendor.effort] = ask.effort if vendor.effort == "reasoning_effort" else {"effort": ask.effort}
    if ask.tools:
        body["tools"] = [_tool(tool) for tool in ask.tools]
    if ask.output_format is not None:
        body["response_format"] = _format(ask.output_format, vendor)
    return _encoder.encode(body)


def _messages(ask: Ask, vendor: Vendor) -> Iterator[Json]:
    if ask.system:
        yield {"role": vendor.system, "content": ask.system}
    if ask.output_format is not None and not vendor.json_schema:
        yield {"role": vendor.system, "content": _spelled_out(ask.output_format)}
    for turn in ask.messages:
        yield from _turn(turn, vendor)


def _turn(turn: Turn, vendor: Vendor) -> Iterator[Json]:
    match turn.role:
        case "system":
            yield {"role": vendor.system, "content": text_of(turn.parts)}
        case "user":
            yield {"role": "user", "content": _content(turn.parts)}
        case "assistant":
            yield _assistant(turn.parts)
        case "tool":
            for part in turn.parts:
                if isinstance(part, ToolResultPart):
                    yield {"role": "tool", "tool_call_id": part.call_id, "content": part.content}


def _assistant(parts: tuple[Part, ...]) -> Json:
    calls = [_call(part) for part in parts if isinstance(part, ToolCallPart)]
    message: Json = {"role": "assistant", "content": text_of(parts)}
    if calls:
        message["tool_calls"] = calls
        message["content"] = message["content"] or None
    return message


def _call(part: ToolCallPart) -> Json:
    arguments = _encoder.encode(part.arguments).decode()
    return {"id": part.call_id, "type": "function", "function": {"name": part.name, "arguments": arguments}}


def _content(parts: tuple[Part, ...]) -> str | list[Json]:
    if all(isinstance(part, TextPart) for part in parts):
        return text_of(parts)
    return [_part(part) for part in parts]


def _part(part: Part) -> Json:
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text}
        case ImagePart(url=str(url)) if url.startswith(("data:image/", "https://")):
            return {"type": "image_url", "image_url": {"url": url}}
        case ImagePart():
            raise AskRefused("Images are sent as data: or https: URLs only.")
        case FilePart() | AudioPart():
            raise AskRefused("This model's server takes text and images only.")
        case ReasoningPart() | ToolCallPart() | ToolResultPart():
            raise AskRefused("A user's message holds text and images only.")


def _tool(tool: ToolSpec) -> Json:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _format(wanted: OutputFormat, vendor: Vendor) -> Json:
    if not vendor.json_schema:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": wanted.name, "strict": True, "schema": wanted.schema}}


def _spelled_out(wanted: OutputFormat) -> str:
    """The schema as an instruction, for servers that only know that JSON is wanted."""
    return "Answer with one JSON value that follows this JSON schema: " + _encoder.encode(wanted.schema).decode()
