"""What of a conversation is told to a model: the turns, marked where several models meet, that fit its window; pure.

When not everything fits, results of tools are shortened first, the oldest first; then the oldest messages are left out,
each with all its calls and results. The last message, the answer that goes on and its last results are always told.
"""

from collections.abc import Sequence

import msgspec

from palaver.context import untrusted
from palaver.context.attribution import RULE, several
from palaver.context.unfolding import turns_of, turns_so_far
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
)
from palaver.inference.port import Turn

SPARE = 0.75  # of the window may be history: estimates err by a quarter, and the answer needs room
UNKNOWN_WINDOW = 32_768  # tokens; what small current models take
BYTES_PER_TOKEN = 3.0  # UTF-8 bytes; on the safe side of the 4 that English text has
IMAGE_TOKENS = 1_500
# What is left of a result that is shortened: enough to see what it was.
HEAD, TAIL = 700, 300

_json = msgspec.json.Encoder().encode


class Told(msgspec.Struct, frozen=True):
    """What the model is told: `left_out` counts the oldest messages that did not fit."""

    system: str | None
    turns: tuple[Turn, ...]
    left_out: int
    attributed: bool


class _Told(msgspec.Struct):
    """The turns of one message, and what they weigh whole and with their results shortened."""

    turns: list[Turn]
    weight: float
    least: float


def told(
    path: Sequence[Message],
    *,
    model: str,
    system: str | None,
    window: int | None,
    going_on: Message | None = None,
    tools: bool = False,
) -> Told:
    """The newest messages of a path that fit, whole; the last one always, the system prompt always.

    `going_on` is the answer that the model is in the middle of: its thoughts, calls and results so far come last.
    `tools` says whether the model is offered any.
    """
    marked = several(path, model)
    called = tools or any(_has_calls(message) for message in path)
    rules = (system, RULE if marked else None, untrusted.RULE if called else None)
    instructions = "\n\n".join(part for part in rules if part) or None
    room = (window or UNKNOWN_WINDOW) * SPARE - _size(instructions or "")
    kept = _newest(path, going_on, room, marked=marked)
    answering = 1 if going_on else 0
    _shorten(kept, room, answering)
    while len(kept) - answering > 1 and kept[0].turns[0].role == "assistant":
        kept.pop(0)  # a history begins with what a person said
    turns = tuple(turn for message in kept for turn in message.turns)
    return Told(instructions, turns, sum(map(_speaks, path)) - len(kept) + answering, marked)


def _newest(path: Sequence[Message], going_on: Message | None, room: float, *, marked: bool) -> list[_Told]:
    """The newest messages that fit with their results shortened, in order, the answer that goes on at the end."""
    kept: list[_Told] = []
    if going_on is not None:
        kept.append(_weighed(turns_so_far(going_on), going_on=True))
        room -= kept[0].least
    least = len(kept)
    for message in reversed(path):
        turns = turns_of(message, marked=marked)
        if not turns:
            continue
        weighed = _weighed(turns)
        room -= weighed.least
        if len(kept) > least and room < 0:
            break
        kept.append(weighed)
    kept.reverse()
    return kept


def _weighed(turns: list[Turn], *, going_on: bool = False) -> _Told:
    weight = least = 0.0
    last = len(turns) - 1 if going_on else -1
    for at, turn in enumerate(turns):
        for part in turn.parts:
            whole = _weight(part)
            weight += whole
            short = at != last and isinstance(part, ToolResultPart) and whole > _SHORT
            least += _weight(_shortened(part)) if short and isinstance(part, ToolResultPart) else whole
    return _Told(turns, weight, least)


def _shorten(kept: list[_Told], room: float, answering: int) -> None:
    """Shorten results, the oldest first, until what is kept fits; an answer that goes on keeps its last ones."""
    over = sum(message.weight for message in kept) - room
    for place, message in enumerate(kept):
        if message.least == message.weight:
            continue
        last = len(message.turns) - 1 if place >= len(kept) - answering else -1
        for at, turn in enumerate(message.turns):
            if over <= 0:
                return
            if turn.role == "tool" and at != last:
                message.turns[at], saved = _shorter(turn)
                over -= saved


def _shorter(turn: Turn) -> tuple[Turn, float]:
    parts: list[Part] = []
    saved = 0.0
    for part in turn.parts:
        whole = _weight(part)
        short = _shortened(part) if isinstance(part, ToolResultPart) and whole > _SHORT else part
        saved += whole - _weight(short)
        parts.append(short)
    return Turn(turn.role, tuple(parts)), saved


def _shortened(result: ToolResultPart) -> ToolResultPart:
    content = result.content
    if len(content) > HEAD + TAIL:
        left_out = len(content) - HEAD - TAIL
        content = f"{content[:HEAD]}\n[… {left_out} characters of this older result are left out …]\n{content[-TAIL:]}"
    return ToolResultPart(call_id=result.call_id, ok=result.ok, content=content, truncated=True)


def _has_calls(message: Message) -> bool:
    return message.role == "assistant" and any(isinstance(part, ToolCallPart) for part in message.parts)


def _speaks(message: Message) -> bool:
    """Whether a message makes a turn: of others than the person, only text and calls are told."""
    if message.role == "user":
        return bool(message.parts)
    return any(isinstance(part, TextPart) for part in message.parts) or _has_calls(message)


def _weight(part: Part) -> float:
    match part:
        case TextPart(text=text):
            return _size(text)
        case ReasoningPart(text=text, signature=signature):
            return _size(text) + len(signature or "") / BYTES_PER_TOKEN
        case ToolCallPart(name=name, arguments=arguments):
            return _size(name) + len(_json(arguments)) / BYTES_PER_TOKEN
        case ToolResultPart(content=content, parts=parts):
            return _size(content) + IMAGE_TOKENS * sum(isinstance(inner, ImagePart) for inner in parts)
        case ImagePart() | FilePart() | AudioPart():
            return IMAGE_TOKENS


def _size(text: str) -> float:
    return (len(text) if text.isascii() else len(text.encode())) / BYTES_PER_TOKEN


# A result below this weight is not worth shortening.
_SHORT = (HEAD + TAIL) * 1.5 / BYTES_PER_TOKEN
