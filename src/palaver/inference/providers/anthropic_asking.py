"""An ask in the words of Anthropic's messages, as bytes; nothing is sent from here.

What is the same from call to call is marked to be cached: tools, system text, and the conversation up to the last two
things that were said to the model, since the next call repeats all of it.
"""

from collections.abc import Mapping
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
from palaver.inference.port import Ask, ToolNamed, ToolSpec
from palaver.inference.profiles import profile_of
from palaver.inference.providers.anthropic_answering import HIDDEN, KIND
from palaver.inference.providers.anthropic_thinking import (
    Plan,
    Way,
    has_calls_of_this_turn,
    last_answer_thought,
    planned,
    way_of,
)
from palaver.inference.providers.call_ids import told_id
from palaver.inference.providers.images import halves, images_of
from palaver.inference.providers.offered_tools import OfferedTools
from palaver.inference.providers.openai_chat_asking import UNSEEN, spelled_out
from palaver.inference.providers.schemas import within_anthropic
from palaver.inference.providers.seals import opened

_encoder = msgspec.json.Encoder()

Json = dict[str, Any]

MARK: Json = {"cache_control": {"type": "ephemeral"}}
NOTHING = "(nothing)"


class Ability(msgspec.Struct, frozen=True):
    """What the server's list says of a model; None where it says nothing."""

    way: Way | None = None
    json_schema: bool | None = None
    most_output: int | None = None


class Encoding:
    """How one server is asked. `abilities` is filled by whoever lists its models."""

    def __init__(self, provider: str) -> None:
        self.abilities: Mapping[str, Ability] = {}
        self._provider = provider
        self._tools = OfferedTools(_tool, MARK)

    def body(self, ask: Ask) -> bytes:
        """The body of the request that streams the answer to `ask`."""
        known = self.abilities.get(ask.model, Ability())
        plan = planned(ask, known.way or way_of(ask.model), known.most_output, sealed=self._thoughts_are_at_hand(ask))
        body: Json = {"model": ask.model, "max_tokens": plan.max_tokens, "stream": True}
        body["messages"] = _marked(self._messages(ask, plan))
        if system := self._system(ask, known):
            body["system"] = [{"type": "text", "text": system, **MARK}]
        body |= self._calling(ask)
        if plan.thinking is not None:
            body["thinking"] = plan.thinking
        if output := self._output(ask, plan, known):
            body["output_config"] = output
        if ask.stop:
            body["stop_sequences"] = ask.stop
        if plan.sampled and ask.temperature is not None:
            body["temperature"] = min(ask.temperature, 1.0)  # the vendor's own limit
        elif plan.sampled and ask.top_p is not None:  # newer models take one of the two
            body["top_p"] = ask.top_p
        return _encoder.encode(body)

    def _system(self, ask: Ask, known: Ability) -> str:
        notes = [text_of(turn.parts) for turn in ask.messages if turn.role == "system"]
        if ask.output_format is not None and not self._native(ask, known):
            notes.append(spelled_out(ask.output_format))
        return "\n\n".join(text for text in (ask.system, *notes) if text and text.strip())

    def _output(self, ask: Ask, plan: Plan, known: Ability) -> Json:
        output: Json = {"effort": plan.effort} if plan.effort else {}
        if ask.output_format is not None and self._native(ask, known):
            output["format"] = {"type": "json_schema", "schema": ask.output_format.schema}
        return output

    def _native(self, ask: Ask, known: Ability) -> bool:
        can = profile_of(ask.model).json_schema if known.json_schema is None else known.json_schema
        return bool(can) and ask.output_format is not None and within_anthropic(ask.output_format.schema)

    def _calling(self, ask: Ask) -> Json:
        """The tools. A conversation with calls is refused without any, so those that were called are named then."""
        if not ask.tools:
            called = {part.name for turn in ask.messages for part in turn.parts if isinstance(part, ToolCallPart)}
            rows = [{"name": _name(name), "input_schema": {"type": "object"}} for name in sorted(called)]
            return {"tools": rows, "tool_choice": {"type": "none"}} if rows else {}
        choice: Json = {"type": "any" if ask.tool_choice == "required" else ask.tool_choice}
        if isinstance(ask.tool_choice, ToolNamed):
            choice = {"type": "tool", "name": ask.tool_choice.name}
        if ask.parallel_tool_calls is not None and ask.tool_choice != "none":
            choice["disable_parallel_tool_use"] = not ask.parallel_tool_calls
        fields: Json = {"tools": self._tools.of(ask.tools)}
        return fields if choice == {"type": "auto"} else fields | {"tool_choice": choice}

    def _thoughts_are_at_hand(self, ask: Ask) -> bool:
        if not has_calls_of_this_turn(ask):
            return True
        thought, called = last_answer_thought(ask)
        return not called or (thought is not None and self._opened(thought, ask.model) is not None)

    def _messages(self, ask: Ask, plan: Plan) -> list[Json]:
        messages: list[Json] = []
        for turn in ask.messages:
            if turn.role == "system":
                continue
            role = "assistant" if turn.role == "assistant" else "user"
            content = [block for part in turn.parts for block in self._blocks(part, ask, plan)]
            if not content:
                continue
            if messages and messages[-1]["role"] == role:
                messages[-1]["content"] += content
            else:
                messages.append({"role": role, "content": content})
        return messages

    def _blocks(self, part: Part, ask: Ask, plan: Plan) -> list[Json]:
        match part:
            case TextPart(text=text):
                return [{"type": "text", "text": text}] if text.strip() else []
            case ReasoningPart():
                return self._thought(part, ask.model) if plan.recalled else []
            case ToolCallPart(call_id=call_id, name=name, arguments=arguments):
                called = {"id": told_id(call_id, "words"), "name": _name(name), "input": arguments}
                return [{"type": "tool_use", **called}]
            case ToolResultPart():
                return [_result(part, shown=ask.images)]
            case ImagePart(url=str(url)) if url.startswith(("data:image/", "https://")):
                return [_image(url)]
            case ImagePart():
                raise AskRefused("Images are sent as data: or https: URLs only.")
            case FilePart() | AudioPart():
                raise AskRefused("This model's server takes text and images only.")

    def _thought(self, part: ReasoningPart, model: str) -> list[Json]:
        secret = self._opened(part, model)
        if secret is None:
            return []
        hidden, text = secret
        if hidden:
            return [{"type": "redacted_thinking", "data": text}]
        return [{"type": "thinking", "thinking": part.text, "signature": text}]

    def _opened(self, part: ReasoningPart, model: str) -> tuple[bool, str] | None:
        seal = opened(KIND, part, self._provider, model)
        return (seal.thing == HIDDEN, seal.secret) if seal else None


def _marked(messages: list[Json]) -> list[Json]:
    """The last two messages to the model end in a mark: one for this call to write, one for it to read."""
    for message in [message for message in messages if message["role"] == "user"][-2:]:
        message["content"][-1] |= MARK
    return messages


def _result(part: ToolResultPart, *, shown: bool) -> Json:
    images = images_of(part) if shown else ()
    unseen = len(images) < sum(isinstance(inner, ImagePart) for inner in part.parts)
    text = (f"{part.content}\n{UNSEEN}" if unseen else part.content).strip() or NOTHING
    content: str | list[Json] = [{"type": "text", "text": text}, *map(_image, images)] if images else text
    result: Json = {"type": "tool_result", "tool_use_id": told_id(part.call_id, "words"), "content": content}
    return result if part.ok else result | {"is_error": True}


def _image(url: str) -> Json:
    if (written := halves(url)) is None:
        return {"type": "image", "source": {"type": "url", "url": url}}
    kind, data = written
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}


def _name(name: str) -> str:
    """A name that a model made up may have any letters; only those the vendor takes are repeated to it."""
    return (
        "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_" for letter in name)[:128]
        or "_"
    )


def _tool(tool: ToolSpec) -> Json:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
