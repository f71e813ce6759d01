"""The provider of `builtin/guide`: streams its answer or its tool calls at a reading pace; it opens no connection.

It calls a tool only where the person's own words order it; whether the call is made is decided above.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from palaver.core.messages import FinishReason, Part, TextPart, text_of
from palaver.inference.guide.conversation import Conversation, Said
from palaver.inference.guide.decided import Calling, Saying
from palaver.inference.port import (
    ATTACHED,
    Ask,
    Finished,
    Offer,
    Pieces,
    TextPiece,
    ToolCallPiece,
    ToolNamed,
    ToolSpec,
    Turn,
)
from palaver.kit.clock import Clock
from palaver.kit.ids import new_id

GUIDE = "guide"

# A few words every 15 ms reads as streaming and is faster than anyone reads; the whole never takes longer than 3 s
# (200 beats), so longer answers come in longer pieces.
_BEAT = timedelta(milliseconds=15)
_MOST_BEATS = 200
_LEAST_WORDS = 3
# The guide's window is what it searches of a conversation (100,000 characters), in tokens of about four characters.
_WINDOW = 25_000
# No tokenizer's tokens are shorter than this on average over English text, so an answer cut by it is within its limit.
_LEAST_CHARACTERS_PER_TOKEN = 3

_PIECES_OF_A_CALL = 3

_FILE = re.compile(r"<file>\n(.*)\n</file>", re.DOTALL)
_NAME = re.compile(r"(“[^”]{1,300}”)")
_WORD = re.compile(r"\S+\s*|\s+")
_ATTRIBUTION = re.compile(r"\[Response from [^\]\n]{1,200}\]\n")


def conversation_of(ask: Ask) -> Conversation:
    """What the guide needs of a question: what was said so far and what to answer. The system text is not for it."""
    said: list[Said] = []
    counts = {"user": 0, "assistant": 0}
    for turn in ask.messages:
        carried = [part for part in turn.parts if _is_attached(part)]
        text = _ATTRIBUTION.sub("", text_of(tuple(part for part in turn.parts if part not in carried)), count=1)
        if turn.role == "system" or turn.role == "tool":  # noqa: PLR1714 - the type checker reads only this form
            continue
        if turn.role == "assistant" and said and said[-1].whose == "assistant":  # an answer with calls in its middle
            said[-1] = Said("assistant", said[-1].number, said[-1].text + text)
            continue
        counts[turn.role] += 1
        said += [Said("user", counts["user"], read) for read in map(_read, carried) if read]
        said.append(Said(turn.role, counts[turn.role], text))
    if said and said[-1].whose == "user":
        return Conversation(tuple(said[:-1]), said[-1].text)
    return Conversation(tuple(said), "")


def _is_attached(part: Part) -> bool:
    return isinstance(part, TextPart) and part.text.startswith(ATTACHED)


def _read(part: Part) -> str:
    """The text of a document that a message carries; empty where only its name was told."""
    found = _FILE.search(part.text) if isinstance(part, TextPart) else None
    return found[1] if found else ""


def _own_words(ask: Ask) -> tuple[Turn, ...]:
    """The conversation without the files that messages carry: what stands in those orders nothing."""
    return tuple(
        Turn(turn.role, tuple(part for part in turn.parts if not _is_attached(part))) if turn.role == "user" else turn
        for turn in ask.messages
    )


def _beside(ask: Ask, text: str) -> str:
    """The answer, with a word about what the question carries that cannot be read."""
    asked = next((turn for turn in reversed(ask.messages) if turn.role == "user"), None)
    carried = [part for part in asked.parts if isinstance(part, TextPart) and _is_attached(part)] if asked else []
    unread = [name[1] for part in carried if not _read(part) and (name := _NAME.search(part.text))]
    if not unread:
        return text
    return f"{text}\n\nOf {', '.join(unread)} I am told the name only: I read text, and see no images."


def _within(text: str, ask: Ask) -> tuple[str, FinishReason]:
    """The answer up to the first stop sequence and the greatest length that the caller allows."""
    ends = [at for at in (text.find(stop) for stop in ask.stop if stop) if at >= 0]
    text = text[: min(ends)] if ends else text
    if ask.max_output_tokens is None:
        return text, "stop"
    most = ask.max_output_tokens * _LEAST_CHARACTERS_PER_TOKEN
    return text[:most], "length" if len(text) > most else "stop"


def _beats(text: str) -> Iterator[str]:
    """The text in pieces of a few whole words, no more of them than there are beats."""
    words = _WORD.findall(text)
    at_once = max(_LEAST_WORDS, -(-len(words) // _MOST_BEATS))
    for at in range(0, len(words), at_once):
        yield "".join(words[at : at + at_once])


def _offered(ask: Ask) -> tuple[ToolSpec, ...]:
    """The tools that may be called now."""
    if isinstance(ask.tool_choice, ToolNamed):
        return tuple(tool for tool in ask.tools if tool.name == ask.tool_choice.name)
    return () if ask.tool_choice == "none" else ask.tools


def _composed(ask: Ask) -> Calling | Saying:
    """What to do or to say. Words of distress, now or shortly before, come before everything that is ordered.

    What it needs to know is loaded when it is asked first: its expressions took a tenth of every start.
    """
    from palaver.inference.guide.acting import act  # noqa: PLC0415 - as said above
    from palaver.inference.guide.library import pages  # noqa: PLC0415
    from palaver.inference.guide.shaping import CANNOT, shaped  # noqa: PLC0415
    from palaver.inference.guide.speech import answer, is_troubled  # noqa: PLC0415

    conversation = conversation_of(ask)
    done = act(_own_words(ask), _offered(ask), heeding=is_troubled(conversation))
    if isinstance(done, Calling):
        return done if ask.parallel_tool_calls is not False else Calling(done.calls[:1])
    text = done.text if done else answer(conversation, pages())
    if ask.output_format is None:
        return Saying(_beside(ask, text))
    return Saying(shaped(text, ask.output_format.schema) or CANNOT)


def _pieces_of(arguments: dict[str, Any]) -> Iterator[str]:
    """The arguments as JSON in a few pieces, so that it is seen how they come."""
    text = json.dumps(arguments, ensure_ascii=False)
    at_once = max(1, -(-len(text) // _PIECES_OF_A_CALL))
    for at in range(0, len(text), at_once):
        yield text[at : at + at_once]


class Guide:
    """Answers from Palaver's documentation and the conversation, on this machine. Says itself what it is."""

    def __init__(self, clock: Clock, name: str = "builtin") -> None:
        self._clock = clock
        self._name = name

    @property
    def name(self) -> str:
        """The name before the slash in its id."""
        return self._name

    async def stream(self, ask: Ask) -> Pieces:
        """The answer, a few words at a time. Usage is left to the caller's counting rule, since nobody bills here."""
        # In a thread: a long conversation takes some 30 ms to search, in which other streams go on.
        done = await asyncio.to_thread(_composed, ask)
        async with aclosing(self._calls(done) if isinstance(done, Calling) else self._text(done.text, ask)) as pieces:
            async for batch in pieces:
                yield batch

    async def _text(self, text: str, ask: Ask) -> Pieces:
        text, reason = _within(text, ask)
        for piece in _beats(text):
            yield [TextPiece(piece)]
            await self._clock.sleep(_BEAT)
        yield [Finished(reason, model=GUIDE)]

    async def _calls(self, calling: Calling) -> Pieces:
        for index, (name, arguments) in enumerate(calling.calls):
            call_id = new_id("call")
            for piece in _pieces_of(arguments):
                yield [ToolCallPiece(index, call_id, name, piece)]
                await self._clock.sleep(_BEAT)
        yield [Finished("tool_calls", model=GUIDE)]

    async def models(self) -> Sequence[Offer]:
        """The guide itself, free of charge."""
        return [
            Offer(
                model=GUIDE,
                name="Palaver's guide (no language model)",
                context_window=_WINDOW,
                capabilities=frozenset({"tools", "json_schema"}),
                input_usd_per_mtok=0.0,
                output_usd_per_mtok=0.0,
            )
        ]

    async def close(self) -> None:
        """Nothing is held open."""
