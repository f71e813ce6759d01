"""Messages as items of this protocol, and back; pure.

A message is a row of blocks, counted from 0: neighbouring pieces of text are one, so are neighbouring thoughts, and
each call and each result is one. A block is an item, unless it is a call that was made here and is over.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from palaver.core.messages import (
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from palaver.surfaces.history import Said
from palaver.surfaces.openai_responses.names import item_id


class Block(NamedTuple):
    """One block of a message."""

    number: int
    parts: tuple[Part, ...]


def blocks(message: Message) -> list[Block]:
    """The blocks of a message."""
    rows: list[list[Part]] = []
    person = message.role != "assistant"
    for part in message.parts:
        if _silent(part, person=person):
            continue
        if rows and _kind(rows[-1][0]) == _kind(part) in {"text", "reasoning"}:
            rows[-1].append(part)
        else:
            rows.append([part])
    return [Block(number, tuple(row)) for number, row in enumerate(rows)]


def items_of(message: Message) -> list[dict[str, Any]]:
    """The items of a message; a summary of earlier ones is none."""
    if message.role == "system":
        return []
    return [item for block in blocks(message) if (item := item_of_block(message, block)) is not None]


def item_of_block(message: Message, block: Block) -> dict[str, Any] | None:
    """The item of one block; None where it shows nothing."""
    first = block.parts[0]
    status = "incomplete" if message.status == "partial" else "completed"
    match first:
        case ReasoningPart():
            return thought(item_id("rs", message.id, block.number), _words(block.parts), status)
        case ToolCallPart():
            if first.call_id in {part.call_id for part in message.parts if isinstance(part, ToolResultPart)}:
                return None
            arguments = json.dumps(first.arguments, ensure_ascii=False, separators=(",", ":"))
            return call(item_id("fc", message.id, block.number), first.call_id, first.name, arguments, status=status)
        case ToolResultPart():
            return _result(item_id("fco", message.id, block.number), first)
        case _:
            name = item_id("msg", message.id, block.number)
            if message.role == "assistant":
                return answer(name, _words(block.parts), status)
            content = [shown for part in block.parts if (shown := _shown(part)) is not None]
            return {"id": name, "type": "message", "status": status, "role": "user", "content": content}


def said_of(message: Message, block: Block) -> Said:
    """What an item that is only named says."""
    return Said("assistant" if message.role == "assistant" else "user", block.parts)


def answer(name: str, text: Any, status: str) -> dict[str, Any]:
    """A piece of an answer in words, as an item."""
    return {"id": name, "type": "message", "status": status, "content": [words(text)], "role": "assistant"}


def words(text: Any) -> dict[str, Any]:
    """The one content of an answer."""
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def thought(name: str, text: Any, status: str) -> dict[str, Any]:
    """Thoughts as an item; clients show what is called their summary."""
    return {"id": name, "type": "reasoning", "summary": [{"type": "summary_text", "text": text}], "status": status}


def call(name: str, call_id: str, tool: str, arguments: Any, *, status: str) -> dict[str, Any]:
    """A call for the client to make, as an item."""
    said: Mapping[str, Any] = {"arguments": arguments, "call_id": call_id, "name": tool}
    return {"id": name, "type": "function_call", "status": status, **said}


def _result(name: str, part: ToolResultPart) -> dict[str, Any]:
    said = {"call_id": part.call_id, "output": part.content}
    return {"id": name, "type": "function_call_output", "status": "completed", **said}


def _silent(part: Part, *, person: bool) -> bool:
    """What makes no block: nothing at all, and files that tools made beside an answer."""
    match part:
        case TextPart(text=text) | ReasoningPart(text=text):
            return not text
        case ToolCallPart():
            return False
        case _:
            return not person


def _kind(part: Part) -> str:
    match part:
        case ReasoningPart():
            return "reasoning"
        case ToolCallPart():
            return "call"
        case ToolResultPart():
            return "result"
        case _:
            return "text"


def _words(parts: Sequence[Part]) -> str:
    return "".join(_texts(parts))


def _texts(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, TextPart | ReasoningPart):
            yield part.text


def _shown(part: Part) -> dict[str, Any] | None:
    match part:
        case TextPart(text=text):
            return {"type": "input_text", "text": text}
        case ImagePart():
            return {"type": "input_image", "detail": "auto", "image_url": part.url, "file_id": part.file_id}
        case FilePart():
            return {"type": "input_file", "file_id": part.file_id, "filename": part.name}
        case _:
            return None
