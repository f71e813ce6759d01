"""Use cases of culture: searches what is known, reads texts by it, and gives a run a few sentences; it keeps nothing.

What is known is read when it is first asked for. No query and no text is kept, not even in memory.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from palaver.care.culture.analysing import Analyst, CultureAnalysis
from palaver.care.culture.knowledge import EAST_AFRICA, Entry, InTwo, Phrase
from palaver.care.culture.port import Meanings
from palaver.care.culture.ranking import Document, Index
from palaver.care.culture.reading import Known, letters, with_own
from palaver.care.culture.spoken import Spoken
from palaver.core.errors import PalaverError
from palaver.core.principal import Principal
from palaver.files.nearness import joined, near, unit

log = logging.getLogger(__name__)

_PATIENCE = 20.0  # seconds for a model
# Less near than this, two short texts are about different things (files ask for 0.2 of whole passages).
_NEAR = 0.3
_AT_ONCE = 4_000  # characters that are read beside the loop in about a millisecond
_GUIDED = 2_000  # of a message that are read on the way to an answer: what is said first and last says most
_TOGETHER = 16  # texts that a model is asked about at once: a slow one tells some of them within its time


Way = Literal["words", "meaning"]


class CultureFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is known, and where it was read. What no person has confirmed says so.

    An entry has `title`, `about` and `guidance`; a phrase has `says`, `reading` and `means`. `found_by` tells whether
    the words of the query or its meaning found it.
    """

    kind: Literal["entry", "phrase"]
    id: str
    regions: tuple[str, ...]
    source_url: str
    read_on: str
    confirmed: bool
    score: float
    found_by: list[Way]
    topic: str | None = None
    title: InTwo | None = None
    about: InTwo | None = None
    guidance: str | None = None
    says: tuple[str, ...] | None = None
    language: str | None = None
    reading: str | None = None
    means: str | None = None
    probe: InTwo | None = None


class CultureFoundList(msgspec.Struct, frozen=True):
    """What is known about a query, best first; empty where nothing is near enough."""

    items: list[CultureFound]
    version: str
    by_meaning: bool
    notices: list[str]


class CultureWish(msgspec.Struct, frozen=True):
    """What is looked for; with regions, only what holds there."""

    query: str
    regions: Sequence[str] = ()
    limit: int = 8


class Culture:
    """What is known about the people who write."""

    def __init__(self, packs: Path | None = None, meanings: Meanings | None = None) -> None:
        self._packs = packs
        self.meanings = meanings  # filled above where a model is named
        self._vectors: list[tuple[int, bytes]] = []  # of what is known, never of what is asked
        self._embedding = asyncio.Lock()

    @cached_property
    def known(self) -> Known:
        """All that is known. Raises PacksRefused."""
        return with_own(self._packs)

    async def search(self, wish: CultureWish, principal: Principal) -> CultureFoundList:
        """What is known about something, by its words, and by what it means where a model is there for that."""
        words = [one.number for one in self._index.rank(wish.query)]
        meant, notices = await self._meant(wish.query, principal)
        scores = joined(words, meant)
        items: list[CultureFound] = []
        for number, score in scores.items():
            one = self._items[number]
            if not wish.regions or set(one.regions) & {*wish.regions, EAST_AFRICA}:
                items.append(told_culture(one, round(score, 5), _by(number in words, number in meant)))
        return CultureFoundList(items[: wish.limit], self.known.version, self.meanings is not None, notices)

    async def analyse(self, text: str, answer: str | None = None) -> CultureAnalysis:
        """What a text says in its culture, and what an answer gets wrong; a long text holds up nobody else."""
        if len(text) + len(answer or "") <= _AT_ONCE:
            return self._analyst.read(self.known.version, text, answer)
        return await asyncio.to_thread(self._analyst.read, self.known.version, text, answer)

    def guidance(self, text: str) -> list[str]:
        """At most three short sentences for whoever answers; none where a text calls for none."""
        some = text if len(text) <= 2 * _GUIDED else f"{text[:_GUIDED]}\n{text[-_GUIDED:]}"
        return self._analyst.guidance(some)

    async def _meant(self, query: str, principal: Principal) -> tuple[list[int], list[str]]:
        if self.meanings is None:
            return [], []
        try:
            async with asyncio.timeout(_PATIENCE):
                (asked, *_) = await self.meanings([query], principal)
                await self._embed(self.meanings, principal)
        except (PalaverError, TimeoutError) as error:
            why = error.detail if isinstance(error, PalaverError) else "The model took too long."
            log.warning("Culture is searched by words alone: %s", why)
            return [], [f"Searched by words alone, not by meaning: {why}"]
        return near(unit(asked), self._vectors, _NEAR), []

    async def _embed(self, meanings: Meanings, principal: Principal) -> None:
        """Ask the model once about all that is known; who comes after one that was cut short goes on from there."""
        async with self._embedding:
            for one in range(len(self._vectors), len(self._items), _TOGETHER):
                documents = map(_document, self._items[one : one + _TOGETHER])
                vectors = await meanings([f"{it.title}. {it.text}" for it in documents], principal)
                self._vectors += [(number, unit(vector).tobytes()) for number, vector in enumerate(vectors, one)]

    @cached_property
    def _items(self) -> list[Entry | Phrase]:
        return [*self.known.entries.values(), *self.known.phrases.values()]

    @cached_property
    def _index(self) -> Index:
        return Index([_document(one) for one in self._items])

    @cached_property
    def _analyst(self) -> Analyst:
        known = self.known
        return Analyst(
            Spoken(letters()), [*known.entries.values()], [*known.phrases.values()], [*known.cautions.values()]
        )


def _by(words: bool, meaning: bool) -> list[Way]:
    return [*(["words"] if words else []), *(["meaning"] if meaning else [])]


def _document(one: Entry | Phrase) -> Document:
    if isinstance(one, Entry):
        return Document(f"{one.title.en} {one.title.sw}", " ".join((one.about.en, one.about.sw, *one.cues, one.topic)))
    return Document(" ".join(one.says), f"{one.means} {one.reading}")


def told_culture(one: Entry | Phrase, score: float, by: list[Way]) -> CultureFound:
    """The entry or phrase as it is told."""
    if isinstance(one, Entry):
        return CultureFound(
            kind="entry", id=one.id, regions=one.regions, source_url=one.source_url, read_on=one.read_on.isoformat(),
            confirmed=one.confirmed, score=score, found_by=by, topic=one.topic, title=one.title, about=one.about,
            guidance=one.guidance,
        )  # fmt: skip
    return CultureFound(
        kind="phrase", id=one.id, regions=one.regions, source_url=one.source_url, read_on=one.read_on.isoformat(),
        confirmed=one.confirmed, score=score, found_by=by, says=one.says, language=one.language, reading=one.reading,
        means=one.means, probe=one.probe,
    )  # fmt: skip
