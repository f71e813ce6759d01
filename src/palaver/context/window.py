"""What of a conversation is told to a model: the turns, marked where several models meet, that fit its window; pure."""

from collections.abc import Sequence

import msgspec

from palaver.context.attribution import CUT, RULE, attributed, neutral, several
from palaver.core.messages import Message, Part, TextPart
from palaver.inference.port import Turn

SPARE = 0.75  # of the window may be history: estimates err by a quarter, and the answer needs room
UNKNOWN_WINDOW = 32_768  # tokens; what small current models take
BYTES_PER_TOKEN = 3.0  # UTF-8 bytes; on the safe side of the 4 that English text has
IMAGE_TOKENS = 1_500


class Told(msgspec.Struct, frozen=True):
    """What the model is told: `left_out` counts the oldest messages that did not fit."""

    system: str | None
    turns: tuple[Turn, ...]
    left_out: int
    attributed: bool


def told(path: Sequence[Message], *, model: str, system: str | None, window: int | None) -> Told:
    """The newest turns of a path that fit, whole; the last one always, the system prompt always."""
    marked = several(path, model)
    instructions = "\n\n".join(part for part in (system, RULE if marked else None) if part) or None
    room = (window or UNKNOWN_WINDOW) * SPARE - _size(instructions or "")
    turns: list[Turn] = []
    for message in reversed(path):
        turn = _turn(message, marked=marked)
        room -= sum(_weight(part) for part in turn.parts)
        if turns and room < 0:
            break
        if turn.parts:
            turns.append(turn)
    while len(turns) > 1 and turns[-1].role == "assistant":  # a history begins with what a person said
        turns.pop()
    return Told(instructions, tuple(reversed(turns)), sum(map(_speaks, path)) - len(turns), marked)


def _speaks(message: Message) -> bool:
    """Whether a message makes a turn: of others than the person, only text is told."""
    return any(message.role == "user" or isinstance(part, TextPart) for part in message.parts)


def _turn(message: Message, *, marked: bool) -> Turn:
    if message.role == "user":
        return Turn("user", tuple(_neutral(part) for part in message.parts))
    kept = tuple(part for part in message.parts if isinstance(part, TextPart))
    if message.role != "assistant" or not kept:
        return Turn(message.role, kept)
    text = attributed(message) if marked else message.text
    if message.status != "complete":
        text = f"{text}\n\n{CUT}"
    return Turn("assistant", (TextPart(text=text),))


def _neutral(part: Part) -> Part:
    return TextPart(text=neutral(part.text)) if isinstance(part, TextPart) else part


def _weight(part: Part) -> float:
    return _size(part.text) if isinstance(part, TextPart) else IMAGE_TOKENS


def _size(text: str) -> float:
    return (len(text) if text.isascii() else len(text.encode())) / BYTES_PER_TOKEN
