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
from palaver.inference.port import Ask, OutputFormat, ToolNamed, ToolSpec, Turn
from palaver.inference.profiles import Vendor
from palaver.inference.providers.call_ids import told_id
from palaver.inference.providers.images import can_be_told, images_of
from palaver.inference.providers.offered_tools import OfferedTools
from palaver.inference.providers.openai_chat_calls import KIND
from palaver.inference.providers.schemas import strict_for_openai
from palaver.inference.providers.seals import opened

_encoder = msgspec.json.Encoder()

# an object of a chat completion request; its shape is the vendor's, not ours
Json = dict[str, Any]

PICTURES = "These images are part of what the tools returned above."
# said by nobody; some vendors want an answer between results and what a person says next
BETWEEN = "I have the results."
UNSEEN = "[An image belongs to this result. It cannot be shown to this model.]"


class Encoding:
    """How one server is asked. It keeps nothing of a question but the tools that were offered."""

    def __init__(self, vendor: Vendor, provider: str) -> None:
        self._vendor = vendor
        self._provider = provider
        self._tools = OfferedTools(_tool)

    def body(self, ask: Ask) -> bytes:
        """The body of the request that streams the answer to `ask`."""
        vendor = self._vendor
        body: Json = {"model": ask.model, "messages": list(self._messages(ask)), "stream": True}
        if vendor.usage:
            body["stream_options"] = {"include_usage": True}
        numbers = (("temperature", ask.temperature), ("top_p", ask.top_p), (vendor.limit, ask.max_output_tokens))
        for name, value in numbers:
            if value is not None:
                body[name] = value
        if ask.stop:
            body["stop"] = ask.stop
        if ask.effort is not None and vendor.effort is not None:
            body[vendor.effort] = ask.effort if vendor.effort == "reasoning_effort" else {"effort": ask.effort}
        if ask.tools:
            body |= self._calling(ask)
        if ask.output_format is not None:
            body["response_format"] = _format(ask.output_format, vendor)
        return _encoder.encode(body)

    def _calling(self, ask: Ask) -> Json:
        fields: Json = {"tools": self._tools.of(ask.tools)}
        if isinstance(ask.tool_choice, ToolNamed):
            fields["tool_choice"] = {"type": "function", "function": {"name": ask.tool_choice.name}}
        elif ask.tool_choice != "auto":
            fields["tool_choice"] = ask.tool_choice
        if ask.parallel_tool_calls is not None:
            fields["parallel_tool_calls"] = ask.parallel_tool_calls
        return fields

    def _messages(self, ask: Ask) -> Iterator[Json]:
        vendor = self._vendor
        if ask.system:
            yield {"role": vendor.system, "content": ask.system}
        if ask.output_format is not None and not vendor.json_schema:
            yield {"role": vendor.system, "content": spelled_out(ask.output_format)}
        before = ""
        for turn in ask.messages:
            if before == "tool" and turn.role == "user" and not vendor.user_after_tool:
                yield {"role": "assistant", "content": BETWEEN}
            yield from self._turn(turn, ask)
            before = turn.role

    def _turn(self, turn: Turn, ask: Ask) -> Iterator[Json]:
        match turn.role:
            case "system":
                yield {"role": self._vendor.system, "content": text_of(turn.parts)}
            case "user":
                yield {"role": "user", "content": _content(turn.parts)}
            case "assistant":
                yield self._assistant(turn.parts, ask.model)
            case "tool":
                yield from self._results(turn.parts, shown=ask.images and self._vendor.user_after_tool)

    def _assistant(self, parts: tuple[Part, ...], model: str) -> Json:
        message: Json = {"role": "assistant", "content": text_of(parts)}
        extras: dict[str, msgspec.Raw] = {}
        for part in parts:
            if isinstance(part, ReasoningPart) and (seal := opened(KIND, part, self._provider, model)):
                extras[seal.thing] = msgspec.Raw(seal.secret.encode())
        calls = [self._call(part, extras) for part in parts if isinstance(part, ToolCallPart)]
        if calls:
            message["tool_calls"] = calls
            message["content"] = message["content"] or None
        if self._vendor.thoughts:
            thoughts = [part.text for part in parts if isinstance(part, ReasoningPart) and part.signature is None]
            if thoughts:
                message["reasoning_content"] = "".join(thoughts)
        return message

    def _call(self, part: ToolCallPart, extras: dict[str, msgspec.Raw]) -> Json:
        arguments = _encoder.encode(part.arguments).decode()
        function = {"name": part.name, "arguments": arguments}
        call: Json = {"id": told_id(part.call_id, self._vendor.ids), "type": "function", "function": function}
        if part.call_id in extras:
            call["extra_content"] = extras[part.call_id]
        return call

    def _results(self, parts: tuple[Part, ...], *, shown: bool) -> Iterator[Json]:
        """The results, then their images in the name of the person: the format has no place for them in results."""
        pictures: list[Json] = []
        for part in parts:
            if isinstance(part, ToolResultPart):
                images = images_of(part) if shown else ()
                pictures += [_image(url) for url in images]
                unseen = len(images) < sum(isinstance(inner, ImagePart) for inner in part.parts)
                content = f"{part.content}\n{UNSEEN}" if unseen else part.content
                yield {"role": "tool", "tool_call_id": told_id(part.call_id, self._vendor.ids), "content": content}
        if pictures:
            yield {"role": "user", "content": [{"type": "text", "text": PICTURES}, *pictures]}


def spelled_out(wanted: OutputFormat) -> str:
    """The schema as an instruction, for servers that only know that JSON is wanted."""
    return "Answer with one JSON value that follows this JSON schema: " + _encoder.encode(wanted.schema).decode()


def _content(parts: tuple[Part, ...]) -> str | list[Json]:
    if all(isinstance(part, TextPart) for part in parts):
        return text_of(parts)
    return [_part(part) for part in parts]


def _part(part: Part) -> Json:
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text}
        case ImagePart(url=str(url)) if can_be_told(url):
            return _image(url)
        case ImagePart():
            raise AskRefused("Images are sent as data: or https: URLs only.")
        case FilePart() | AudioPart():
            raise AskRefused("This model's server takes text and images only.")
        case ReasoningPart() | ToolCallPart() | ToolResultPart():
            raise AskRefused("A user's message holds text and images only.")


def _image(url: str) -> Json:
    return {"type": "image_url", "image_url": {"url": url}}


def _tool(tool: ToolSpec) -> Json:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _format(wanted: OutputFormat, vendor: Vendor) -> Json:
    if not vendor.json_schema:
        return {"type": "json_object"}
    strict = strict_for_openai(wanted.schema)
    return {"type": "json_schema", "json_schema": {"name": wanted.name, "strict": strict, "schema": wanted.schema}}
