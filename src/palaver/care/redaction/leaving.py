"""What leaves for models goes through here: personal data becomes tokens, and what comes back gets the data back.

It is between the house and each single server that is asked, so that no other model that takes over, no title, summary
or picked fact goes past it. What is local, and what a server is, is known below.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple

import msgspec

from palaver.care.profiles.profile import Profile
from palaver.care.redaction.asks import Words, rewritten, texts_of
from palaver.care.redaction.book import Book, Page, unkept
from palaver.care.redaction.entity import Entity, Kind
from palaver.care.redaction.reading import Reading
from palaver.care.redaction.settings import RedactionSettings
from palaver.care.redaction.tokens import LABELS, Label, Piece, Returning, pieces, replaced
from palaver.inference.port import (
    Ask,
    Finished,
    Pieces,
    Provider,
    ReasoningPiece,
    TextPiece,
    ToolCallPiece,
)
from palaver.inference.port import Piece as Heard

# Told to models that are told tokens; without it some say that they cannot know what stands behind them.
NOTE = (
    "Some personal data was replaced by tokens such as [NAME_1] or [PHONE_2]. Use a token, unchanged and in its square"
    " brackets, wherever that data belongs, also in calls of tools: whoever reads it sees the data itself. Do not"
    " mention the tokens, and make up none."
)


class Told(NamedTuple):
    """A question as it leaves, and what the tokens in it stand for."""

    ask: Ask
    values: Mapping[str, str]


class Redacting:
    """Asks providers in the house's place (`inference.port.Leaving`)."""

    def __init__(self, reading: Reading, book: Book, settings: RedactionSettings, default: Profile) -> None:
        self._reading = reading
        self._book = book
        self._settings = settings
        self._default: Profile = default

    async def stream(self, provider: Provider, ask: Ask, *, local: bool) -> Pieces:
        """As `provider.stream`: the question leaves with tokens, and the answer comes without."""
        told = await self.told(ask, local=local)
        async with aclosing(provider.stream(told.ask)) as answer:
            if not told.values:
                async for read in answer:
                    yield read
                return
            heard = _Hearing(told.values, structured=ask.output_format is not None)
            async for read in answer:
                if whole := list(heard.all(read)):
                    yield whole

    async def texts(self, texts: Sequence[str], *, local: bool) -> Sequence[str]:
        """Texts that leave for nothing but their meaning: each piece of data is its kind, and comes back to nobody."""
        kinds = self._kinds(self._default, local=local)
        if not kinds:
            return texts
        made: list[str] = []
        for text in texts:
            found = (await self._reading.read(text, kinds)).entities
            made.append(replaced(text, pieces(text, found), lambda one: f"[{one.label}]"))
        return made

    async def told(self, ask: Ask, *, local: bool) -> Told:
        """The question as it may leave."""
        if not self._applies(local=local):
            return Told(ask, {})
        profile, page = self._default, Page()
        if ask.session_id is not None:
            profile, page = await self._book.opened(ask.session_id, self._default)
        kinds = self._kinds(profile, local=local)
        if not kinds:
            return Told(ask, {})
        parts = await self._parts(texts_of(ask), kinds, page.known)
        wanted = [piece for some in parts.values() for piece in some]
        if not wanted:
            return Told(ask, {})
        page = await self._book.give(ask.session_id, page, wanted) if ask.session_id is not None else unkept(wanted)
        return _told(ask, parts, page)

    async def _parts(
        self, texts: Sequence[Words], kinds: Collection[Kind], known: Mapping[str, Label]
    ) -> Mapping[Words, Sequence[Piece]]:
        """What has to be replaced: what is found in one text is looked for in all others.

        A text that a vendor signed has only what was taken out of it when it came.
        """
        read: dict[Words, Sequence[Entity]] = {}
        found: dict[str, Label] = {}
        for words in texts:
            read[words] = () if words.sealed else (await self._reading.read(words.text, kinds)).entities
            found |= {words.text[one.start : one.end]: LABELS[one.kind] for one in read[words]}
        every: dict[str, Label] = {**found, **known}
        return {words: pieces(words.text, some, known if words.sealed else every) for words, some in read.items()}

    def _applies(self, *, local: bool) -> bool:
        return self._settings.enabled and not (local and self._settings.local_models == "exempt")

    def _kinds(self, profile: Profile, *, local: bool) -> Collection[Kind]:
        if profile == "off" or not self._applies(local=local):
            return ()
        return frozenset(self._settings.kinds if profile == "companion" else self._settings.safety_kinds)


def _told(ask: Ask, parts: Mapping[Words, Sequence[Piece]], page: Page) -> Told:
    given = {page.token(one) for some in parts.values() for one in some}
    made = rewritten(ask, lambda words: replaced(words.text, parts[words], page.token))
    system = f"{made.system}\n\n{NOTE}" if made.system else NOTE
    return Told(msgspec.structs.replace(made, system=system), {token: page.values[token] for token in given})


class _Hearing:
    """An answer that comes with tokens and is told without: text, thoughts, and the arguments of each call."""

    def __init__(self, values: Mapping[str, str], *, structured: bool) -> None:
        self._values = values
        self._text = Returning(values, json=structured)
        self._thought = Returning(values)
        self._calls: dict[int, tuple[ToolCallPiece, Returning]] = {}

    def all(self, read: Sequence[Heard]) -> Iterator[Heard]:
        """What can be told after one more read."""
        for piece in read:
            match piece:
                case TextPiece():
                    yield from self._thoughts()
                    yield from _text(self._text.piece(piece.text))
                case ReasoningPiece():
                    yield from self._texts()
                    yield from _thought(self._thought.piece(piece.text))
                case ToolCallPiece():
                    yield from self._texts()
                    yield from self._thoughts()
                    yield from self._called(piece)
                case _:
                    yield from self._texts()
                    yield from self._thoughts()
                    if isinstance(piece, Finished):
                        yield from self._ended()
                    yield piece

    def _texts(self) -> Iterator[Heard]:
        yield from _text(self._text.rest())

    def _thoughts(self) -> Iterator[Heard]:
        yield from _thought(self._thought.rest())

    def _called(self, piece: ToolCallPiece) -> Iterator[Heard]:
        _, returning = self._calls.setdefault(piece.index, (piece, Returning(self._values, json=True)))
        delta = returning.piece(piece.arguments_delta)
        if delta or not piece.arguments_delta:
            yield msgspec.structs.replace(piece, arguments_delta=delta)

    def _ended(self) -> Iterator[Heard]:
        for first, returning in self._calls.values():
            if rest := returning.rest():
                yield msgspec.structs.replace(first, arguments_delta=rest)


def _text(text: str) -> Iterator[Heard]:
    if text:
        yield TextPiece(text)


def _thought(text: str) -> Iterator[Heard]:
    if text:
        yield ReasoningPiece(text)
