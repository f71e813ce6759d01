"""The provider of `builtin/guide`: streams its answer at a reading pace; it opens no connection and uses no tool."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from palaver.core.messages import FinishReason, text_of
from palaver.inference.guide.conversation import Conversation, Said
from palaver.inference.guide.library import pages
from palaver.inference.guide.speech import answer
from palaver.inference.port import Ask, Finished, Offer, Pieces, TextPiece
from palaver.kit.clock import Clock

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

_WORD = re.compile(r"\S+\s*|\s+")
_ATTRIBUTION = re.compile(r"\[Response from [^\]\n]{1,200}\]\n")


def conversation_of(ask: Ask) -> Conversation:
    """What the guide needs of a question: what was said so far and what to answer. The system text is not for it."""
    said: list[Said] = []
    counts = {"user": 0, "assistant": 0}
    for turn in ask.messages:
        if turn.role == "system" or turn.role == "tool":  # noqa: PLR1714 - the type checker reads only this form
            continue
        counts[turn.role] += 1
        text = _ATTRIBUTION.sub("", text_of(turn.parts), count=1)
        said.append(Said(turn.role, counts[turn.role], text))
    if said and said[-1].whose == "user":
        return Conversation(tuple(said[:-1]), said[-1].text)
    return Conversation(tuple(said), "")


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


def _composed(ask: Ask) -> str:
    return answer(conversation_of(ask), pages())


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
        text, reason = _within(await asyncio.to_thread(_composed, ask), ask)
        for piece in _beats(text):
            yield [TextPiece(piece)]
            await self._clock.sleep(_BEAT)
        yield [Finished(reason, model=GUIDE)]

    async def models(self) -> Sequence[Offer]:
        """The guide itself, free of charge."""
        return [
            Offer(
                model=GUIDE,
                name="Palaver's guide (no language model)",
                context_window=_WINDOW,
                capabilities=frozenset(),
                input_usd_per_mtok=0.0,
                output_usd_per_mtok=0.0,
            )
        ]

    async def close(self) -> None:
        """Nothing is held open."""
