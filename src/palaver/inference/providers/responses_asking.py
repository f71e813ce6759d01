"""An ask in the words of OpenAI's responses, as bytes; nothing is sent from here.

Nothing is kept at the vendor (`store` is false): thoughts come back sealed, and go along while an answer goes on.
"""

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
from palaver.inference.profiles import profile_of
from palaver.inference.providers.call_ids import told_id
from palaver.inference.providers.images import can_be_told, images_of
from palaver.inference.providers.offered_tools import OfferedTools
from palaver.inference.providers.openai_chat_asking import UNSEEN
from palaver.inference.providers.responses_answering import KIND
from palaver.inference.providers.schemas import strict_for_openai
from palaver.inference.providers.seals import opened

_encoder = msgspec.json.Encoder()

Json = dict[str, Any]

SEALS = "reasoning.encrypted_content"


class Encoding:
    """How one server is asked. `thoughts` asks for summaries of what the model thinks."""

    def __init__(self, provider: str, system: str, *, thoughts: bool) -> None:
        self._provider = provider
        self._role = system
        self._thoughts = thoughts
        self._tools = OfferedTools(_tool)

    def body(self, ask: Ask) -> bytes:
        """The body of the request that streams the answer to `ask`."""
        body: Json = {"model": ask.model, "input": list(self._input(ask)), "store": False, "stream": True}
        numbers = (
            ("instructions", ask.system),
            ("temperature", ask.temperature),
            ("top_p", ask.top_p),
            ("max_output_tokens", ask.max_output_tokens),
        )
        for name, value in numbers:
            if value is not None:
                body[name] = value
        if ask.effort is not None or profile_of(ask.model).reasoning:
            body["include"] = [SEALS]
            if reasoning := self._reasoning(ask):
                body["reasoning"] = reasoning
        if ask.tools:
            body |= self._calling(ask)
        if ask.output_format is not None:
            body["text"] = {"format": _format(ask.output_format)}
        return _encoder.encode(body)

    def _reasoning(self, ask: Ask) -> Json:
        reasoning: Json = {"effort": ask.effort} if ask.effort is not None else {}
        return reasoning | {"summary": "auto"} if self._thoughts else reasoning

    def _calling(self, ask: Ask) -> Json:
        fields: Json = {"tools": self._tools.of(ask.tools)}
        if isinstance(ask.tool_choice, ToolNamed):
            fields["tool_choice"] = {"type": "function", "name": ask.tool_choice.name}
        elif ask.tool_choice != "auto":
            fields["tool_choice"] = ask.tool_choice
        if ask.parallel_tool_calls is not None:
            fields["parallel_tool_calls"] = ask.parallel_tool_calls
        return fields

    def _input(self, ask: Ask) -> Iterator[Json]:
        for turn in ask.messages:
            match turn.role:
                case "system":
                    yield {"role": self._role, "content": text_of(turn.parts)}
                case "user":
                    yield {"role": "user", "content": [_told(part) for part in turn.parts]}
                case "assistant":
                    yield from self._answer(turn, ask.model)
                case "tool":
                    yield from (_result(part, ask) for part in turn.parts if isinstance(part, ToolResultPart))

    def _answer(self, turn: Turn, model: str) -> Iterator[Json]:
        for part in turn.parts:
            match part:
                case TextPart(text=text):
                    yield {"role": "assistant", "content": text}
                case ReasoningPart():
                    yield from self._thought(part, model)
                case ToolCallPart(call_id=call_id, name=name, arguments=arguments):
                    yield {
                        "type": "function_call",
                        "call_id": told_id(call_id, "words"),
                        "name": name,
                        "arguments": _encoder.encode(arguments).decode(),
                    }
                case _:
                    pass

    def _thought(self, part: ReasoningPart, model: str) -> Iterator[Json]:
        seal = opened(KIND, part, self._provider, model)
        if seal is not None:
            summary = [{"type": "summary_text", "text": part.text}] if part.text else []
            yield {"type": "reasoning", "id": seal.thing, "summary": summary, "encrypted_content": seal.secret}


def _told(part: Part) -> Json:
    match part:
        case TextPart(text=text):
            return {"type": "input_text", "text": text}
        case ImagePart(url=str(url)) if can_be_told(url):
            return _image(url)
        case ImagePart():
            raise AskRefused("Images are sent as data: or https: URLs only.")
        case FilePart() | AudioPart():
            raise AskRefused("This model's server takes text and images only.")
        case ReasoningPart() | ToolCallPart() | ToolResultPart():
            raise AskRefused("A user's message holds text and images only.")


def _result(part: ToolResultPart, ask: Ask) -> Json:
    images = images_of(part) if ask.images else ()
    unseen = len(images) < sum(isinstance(inner, ImagePart) for inner in part.parts)
    text = f"{part.content}\n{UNSEEN}" if unseen else part.content
    output: str | list[Json] = [{"type": "input_text", "text": text}, *map(_image, images)] if images else text
    return {"type": "function_call_output", "call_id": told_id(part.call_id, "words"), "output": output}


def _image(url: str) -> Json:
    return {"type": "input_image", "image_url": url, "detail": "auto"}


def _tool(tool: ToolSpec) -> Json:
    # Without `strict: false` the vendor takes every schema for a strict one, and refuses most.
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,
    }


def _format(wanted: OutputFormat) -> Json:
    strict = strict_for_openai(wanted.schema)
    return {"type": "json_schema", "name": wanted.name, "schema": wanted.schema, "strict": strict}
