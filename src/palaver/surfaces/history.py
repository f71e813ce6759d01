"""A conversation as a client of another protocol sends it again and again, and the mark it is found by; pure.

Two histories have one mark where the same was said in the same order: thoughts, instructions and the order of keys
count for nothing, as clients do not give them back as they got them.
"""

import hashlib
from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple

import msgspec

from palaver.core.errors import Invalid
from palaver.core.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    text_of,
)

_encode = msgspec.json.Encoder(order="deterministic").encode


class Said(NamedTuple):
    """One message of a history; results of calls stand among what the user's side says."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]


def turns(history: Sequence[Said]) -> list[Said]:
    """The same with neighbours of one side made one: what came of calls first, then what is said."""
    return [_joined(list(said)) for _, said in groupby(history, _role)]


def split(history: Sequence[Said]) -> tuple[list[Said], tuple[Part, ...]]:
    """What was said before the newest turn, and the parts of that, which are none where the last word is an answer."""
    whole = turns(history)
    if not whole or whole[-1].role == "assistant":
        return whole, ()
    return whole[:-1], whole[-1].parts


def marks(history: Sequence[Said], before: str = "") -> list[str]:
    """A mark for each turn: of everything up to it. `before` is the mark of what was said before these."""
    found: list[str] = []
    for said in history:
        before = _next(before, said)
        found.append(before)
    return found


def refuse_uncalled(past: Sequence[Said], new: Sequence[Part]) -> None:
    """Invalid where what is new has results of calls that the last of what was said before does not make."""
    made = {part.call_id for part in past[-1].parts if isinstance(part, ToolCallPart)} if past else set[str]()
    for part in new:
        if isinstance(part, ToolResultPart) and part.call_id not in made:
            raise Invalid(f"The message before makes no call {part.call_id[:200]!r}.")


def as_given_back(message: Message) -> Said:
    """An answer of ours as a client will send it again: its words, and the calls that were the client's to make."""
    done = {part.call_id for part in message.parts if isinstance(part, ToolResultPart)}
    calls = [part for part in message.parts if isinstance(part, ToolCallPart) and part.call_id not in done]
    return Said("assistant", (TextPart(text=text_of(message.parts)), *calls))


def _role(said: Said) -> str:
    return said.role


def _joined(said: Sequence[Said]) -> Said:
    if said[0].role == "assistant":
        return Said("assistant", tuple(part for one in said for part in one.parts))
    parts = list[Part]()
    for one in said:
        parts += _below(one.parts) if any(isinstance(part, TextPart) for part in parts) else one.parts
    return Said("user", _results_first(tuple(parts)))


def _below(parts: Sequence[Part]) -> list[Part]:
    """The parts of one more message of a person: its first word is none with the last one before."""
    found, begun = list[Part](), False
    for part in parts:
        begins = not begun and isinstance(part, TextPart) and bool(part.text.strip())
        found.append(TextPart(text=f"\n\n{part.text}") if begins and isinstance(part, TextPart) else part)
        begun = begun or begins
    return found


def _results_first(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    results = [part for part in parts if isinstance(part, ToolResultPart)]
    return (*results, *(part for part in parts if not isinstance(part, ToolResultPart))) if results else parts


def _next(before: str, said: Said) -> str:
    spoken = "".join(part.text for part in said.parts if isinstance(part, TextPart))
    others = [shape for part in said.parts if (shape := _shape(part)) is not None]
    return hashlib.sha256(_encode([before, said.role, spoken, others])).hexdigest()


def _shape(part: Part) -> object:
    """What of a part tells it from another one; None for words, which are joined, and for thoughts."""
    match part:
        case TextPart() | ReasoningPart():
            return None
        case ToolCallPart():
            return ["call", part.call_id, part.name, part.arguments]
        case ToolResultPart():
            return ["result", part.call_id, part.content, *map(_shape, part.parts)]
        case ImagePart(url=url, file_id=file_id):
            return ["image", hashlib.sha256((url or "").encode()).hexdigest() if url else file_id]
        case FilePart(file_id=file_id, path=path):
            return ["file", file_id or path]
        case AudioPart(url=url):
            return ["audio", url]
