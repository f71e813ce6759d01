"""The conversation so far as text that can be searched and quoted; it neither stores nor interprets it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from palaver.inference.guide.excerpts import excerpt, sentences_of, with_relatives
from palaver.inference.guide.passages import Passage, blocks_of
from palaver.inference.guide.words import terms

# The newest text is searched up to this many characters: as many as one message may hold, and as many as can be read
# within the 50 ms that an answer may take.
READABLE = 100_000
# Pasted text is searched in pieces of about a paragraph, so that what is quoted is near what was asked.
_PIECE = 800
_QUOTED = 600


FROM_CONVERSATION = "From your message"


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation: whose, the how-many-eth of that one's, from 1, and its text."""

    whose: Literal["user", "assistant"]
    number: int
    text: str

    @property
    def citation(self) -> str:
        """How a reader finds it again."""
        return f"{FROM_CONVERSATION if self.whose == 'user' else 'From answer'} {self.number}"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said before, oldest first, and what is asked now."""

    before: tuple[Said, ...]
    now: str

    def by(self, whose: Literal["user", "assistant"]) -> tuple[Said, ...]:
        """The messages of one side."""
        return tuple(said for said in self.before if said.whose == whose)


def quoted(text: str) -> str:
    """As a Markdown quotation, line by line."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def quote(said: Said, wanted: frozenset[str], limit: int = _QUOTED) -> str:
    """The relevant part of a message as a quotation under its citation."""
    part = excerpt(blocks_of(said.text.splitlines()), with_relatives(wanted), limit)
    return f"{said.citation}:\n\n{quoted(part)}"


def _led_in(blocks: Sequence[str]) -> Iterator[str]:
    """The blocks, each joined to a line before it that only leads to it (`Like this:`)."""
    lead = ""
    for block in blocks:
        joined = f"{lead}\n\n{block}" if lead else block
        lead = joined if block.endswith(":") and len(joined) <= _PIECE else ""
        if not lead:
            yield joined
    if lead:
        yield lead


def _pieces(blocks: Sequence[str]) -> Iterator[str]:
    for block in _led_in(blocks):
        if len(block) <= _PIECE or "```" in block or "~~~" in block:
            yield block
        else:
            yield from _grouped(block)


def _grouped(block: str) -> Iterator[str]:
    group = ""
    for sentence in sentences_of(block):
        if group and len(group) + len(sentence) > _PIECE:
            yield group
            group = ""
        group = f"{group} {sentence}" if group else sentence
    if group:
        yield group


def passages_of(said: Sequence[Said], readable: int = READABLE) -> tuple[list[Passage], list[Said]]:
    """Passages of the newest text, newest message first, and beside each the message that it stands in."""
    passages: list[Passage] = []
    origins: list[Said] = []
    left = readable
    for one in reversed(said):
        text = one.text[:left]
        left -= len(text)
        for piece in _pieces(blocks_of(text.splitlines())):
            passages.append(Passage((), (piece,)))
            origins.append(one)
        if left <= 0:
            break
    return passages, origins


# Longer than any question; what is longer carries a text with it.
_LONGEST_QUESTION = 1_000
_ASKING = 300


def _asking(text: str) -> list[str]:
    """What asks at the beginning or end of a long text; else its first line, where that is short and stands alone."""
    first = list(sentences_of(text[:_LONGEST_QUESTION]))[:1]
    last = list(sentences_of(text[-_LONGEST_QUESTION:]))[-1:]
    asking = [one for one in dict.fromkeys([*first, *last]) if one.endswith("?") and len(one) <= _ASKING]
    line = text.lstrip()[: _ASKING + 1].partition("\n")
    return asking or ([line[0].strip()] if line[1] else [])


def question_in(text: str) -> str:
    """The question of a message: all of it, or what asks at the beginning or the end of a long paste."""
    return text if len(text) <= _LONGEST_QUESTION else " ".join(_asking(text))


def carried_text(text: str) -> str:
    """The text that a long message carries besides its question; nothing where it is only a question."""
    if len(text) <= _LONGEST_QUESTION:
        return ""
    for question in _asking(text):
        text = text.replace(question, " ")
    return text


def is_question(text: str) -> bool:
    """Whether a message mainly asks, so that quoting it would answer a question with a question."""
    return len(text) <= _ASKING and (text.rstrip().endswith("?") or len(terms(text)) < 2)
