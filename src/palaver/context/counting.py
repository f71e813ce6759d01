"""How many tokens a text has, offline; what is done about too many is decided elsewhere.

Two ways. `estimate` is arithmetic on the characters and needs nothing. `count` asks the real vocabulary where it is
known (OpenAI's models), and the estimate elsewhere. A vocabulary takes up to 60 MB and a third of a second to load, so
it is loaded in a thread when a text is first counted, and never for models that have none here.
"""

import asyncio
import re
import string
from collections.abc import Sequence
from math import ceil
from typing import Literal

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
)
from palaver.inference.port import Ask, Turn

Encoding = Literal["o200k_base", "cl100k_base"]

# Tokens per character, for models whose vocabulary is not here: what o200k_base makes of prose in each script, rounded
# up, because a text that is thought too long is cut a little early, and one that is thought too short is refused.
LETTERS = 0.24
SYMBOLS = 0.6  # digits, punctuation and line breaks of ASCII
SCRIPTS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(f"[{ranges}]"), weight)
    for ranges, weight in (
        ("\u0080-\u024f\u1e00-\u1eff", 0.6),  # Latin with marks
        ("\u0370-\u052f", 0.45),  # Greek, Cyrillic
        ("\u0530-\u06ff\u0900-\u0fff", 0.6),  # Armenian, Hebrew, Arabic; the scripts of India, Thai, Lao, Tibetan
        ("\u1200-\u139f", 2.2),  # Ethiopic
        ("\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef", 0.95),  # kana, Han, Hangul, wide forms
        ("\U00010000-\U0010ffff\u200d\ufe0f", 1.8),  # emoji, what joins them, and rare characters
    )
)
OTHERS = 0.7  # every other character

# What a chat format adds around each message, and what an image costs where the vendor does not say: OpenAI's figure
# for a picture of 1024 × 1024 in high detail, which others stay near.
PER_MESSAGE = 4
PER_IMAGE = 765

_json = msgspec.json.Encoder().encode
_NO_LETTERS = str.maketrans("", "", string.ascii_letters + " ")
_CL100K = re.compile(r"^(gpt-4(?!o|\.\d)|gpt-3\.5|text-embedding-3|text-embedding-ada-002)")
_O200K = re.compile(r"^(gpt-4o|gpt-4\.\d|gpt-[5-9]|chatgpt-4o|gpt-chat|gpt-oss|o\d)")


def encoding_of(model: str) -> Encoding | None:
    """The vocabulary of a model, from its id with or without the provider's name; None where it is not known here."""
    name = model.lower().rpartition("/")[2]
    if _O200K.match(name):
        return "o200k_base"
    return "cl100k_base" if _CL100K.match(name) else None


def estimate(text: str) -> int:
    """About how many tokens; rather too many than too few. Some microseconds for a thousand characters."""
    if text.isascii():
        return ceil(_plain(text))
    ascii_text = text.encode("ascii", "ignore").decode("ascii")
    left = len(text) - len(ascii_text)
    total = _plain(ascii_text)
    for script, weight in SCRIPTS:
        if not left:
            break
        found = len(script.findall(text))
        left -= found
        total += found * weight
    return ceil(total + left * OTHERS)


def cautious(text: str) -> float:
    """The estimate, or a token for every three bytes where that is more: for vocabularies that are not known here."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return max(estimate(text), size / 3)


def estimate_part(part: Part) -> int:
    """The same for one part of a message; what is never sent to a model counts nothing."""
    match part:
        case TextPart(text=text) | ReasoningPart(text=text):
            return estimate(text)
        case ToolCallPart(name=name, arguments=arguments):
            return estimate(name) + estimate(_json(arguments).decode())
        case ToolResultPart(content=content, parts=parts):
            return estimate(content) + PER_IMAGE * sum(isinstance(inner, ImagePart) for inner in parts)
        case ImagePart():
            return PER_IMAGE
        case FilePart() | AudioPart():
            return 0


def estimate_ask(ask: Ask) -> int:
    """About how many tokens a whole question has."""
    tools = sum(
        estimate(tool.name + tool.description) + estimate(_json(tool.parameters).decode()) for tool in ask.tools
    )
    system = estimate(ask.system) + PER_MESSAGE if ask.system else 0
    return system + tools + sum(estimate_turn(turn) for turn in ask.messages)


def estimate_turn(turn: Turn) -> int:
    """About how many tokens one message has, with what the chat format adds."""
    return PER_MESSAGE + sum(estimate_part(part) for part in turn.parts)


async def count(text: str, model: str) -> int:
    """How many tokens `model` makes of a text: exactly where its vocabulary is here, else the estimate."""
    return (await count_all([text], model))[0]


async def count_all(texts: Sequence[str], model: str) -> list[int]:
    """The same for several texts, with one way to the thread."""
    encoding = encoding_of(model)
    if encoding is None:
        return [estimate(text) for text in texts]
    return await asyncio.to_thread(_counted, [_encodable(text) for text in texts], encoding)


def _counted(texts: list[str], encoding: Encoding) -> list[int]:
    # 8 MB of machine code, which most installations never need; it comes without stubs
    import toktok  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]

    return toktok.batch_count(texts, encoding, threads=1)


def _encodable(text: str) -> str:
    """Half a surrogate pair, which JSON can carry, has no bytes to be counted; it stands for one odd character."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(text: str) -> float:
    symbols = len(text.translate(_NO_LETTERS))
    return (len(text) - symbols) * LETTERS + symbols * SYMBOLS
