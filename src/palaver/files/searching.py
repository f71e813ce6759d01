"""Finds passages in the documents of a session by their words, and by what they mean where a model is there for that.

Whose session it is, is asked above. Text is taken out and kept by `indexing`, at the first search that needs it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import msgspec

from palaver.core.errors import Invalid, PalaverError
from palaver.core.ids import SessionId, UserId
from palaver.files import index_store
from palaver.files.extracting import TEXTLESS
from palaver.files.index_store import Kept, Vector
from palaver.files.indexing import Indexed, Indexing, Source
from palaver.files.looking import Term, shown, terms_of
from palaver.files.nearness import guessed, joined, near, signs_of, unit
from palaver.files.service import Files
from palaver.files.standing import Standing
from palaver.files.workspace import Workspace
from palaver.kit.clock import Clock
from palaver.storage.port import Database

log = logging.getLogger(__name__)

MOST = 50  # passages that one search tells
_LOOKED_AT = 1_000  # of which those that fit are told
_PAGE = 50
_TOGETHER = 64  # passages that a model is asked about at once
_EMBEDDED = 2_048  # passages that one search has embedded at most; the next search goes on
_LEAST = 0.2  # how near a passage must be to be found by its meaning alone
_EMBEDDING_PATIENCE = 20.0  # seconds

Fits = Callable[[str], bool]


class Embed(Protocol):
    """Makes vectors of texts; raises `PalaverError`."""

    @property
    def model(self) -> str:
        """The model that makes them: vectors of different models say nothing of each other."""
        ...

    async def __call__(self, texts: Sequence[str], user_id: UserId, session_id: SessionId) -> Sequence[Sequence[float]]:
        """A vector for each text, paid by who searches."""
        ...


class FoundPassage(msgspec.Struct, frozen=True):
    """A passage of a file. `place` says where it stands, `citation` is file and place as an answer may cite them.

    A higher `score` is a better one of the same search. `text` is cut around what was looked for. `also` are files with
    the same content.
    """

    path: str
    place: str
    text: str
    score: float
    citation: str
    also: list[str]


class NotRead(msgspec.Struct, frozen=True):
    """A document whose text, or some of it, cannot be had, and why."""

    path: str
    why: str


class FoundPassages(msgspec.Struct, frozen=True):
    """What was found, best first.

    `searched` files were searched; `without_text` have none; `left` were not read yet and will be by the next searches.
    """

    items: list[FoundPassage]
    searched: int
    without_text: int
    left: int
    not_read: list[NotRead]
    notices: list[str]


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for; `fits` says of a path whether it is meant."""

    query: str
    fits: Fits | None = None
    limit: int = 8


class Searching:
    """Searches documents; `embed` asks a model what texts mean, where there is one for that."""

    def __init__(self, database: Database, files: Files, clock: Clock) -> None:
        self._database = database
        self._standing = Standing(files.home.workspaces.beside)
        self._indexing = Indexing(database, files.hashes, clock)
        self.embed: Embed | None = None

    async def find(self, user_id: UserId, session_id: SessionId, workspace: Workspace, looked: Looked) -> FoundPassages:
        """The best passages of a session's files; what is new or changed is read first."""
        terms = terms_of(looked.query)
        if not terms:
            raise Invalid("Say which words to look for.")
        sources = await self._sources(workspace)
        sources.sort(key=lambda one: looked.fits is not None and not looked.fits(one.path))
        indexed = await self._indexing.bring(user_id, session_id, sources)
        notices = list[str]()
        scores = await self._scores(user_id, session_id, (looked.query, terms), notices)
        items = await self._items(indexed, looked, terms, scores)
        return _told(indexed, looked, items, notices)

    async def _sources(self, workspace: Workspace) -> list[Source]:
        standing = await asyncio.to_thread(self._standing.of, workspace)
        return [Source(one.path, one.sha, partial(workspace.open, one.path)) for one in standing]

    async def _scores(
        self, user_id: UserId, session_id: SessionId, asked: tuple[str, list[Term]], notices: list[str]
    ) -> dict[int, float]:
        """The passages that were found, best first, by their numbers."""
        query, terms = asked
        hits = await self._database.scan(index_store.hits(user_id, session_id, terms, _LOOKED_AT))
        scores = {hit.n: hit.score for hit in hits}
        if self.embed is None:
            return scores
        try:
            async with asyncio.timeout(_EMBEDDING_PATIENCE):
                embed = _Paid(self.embed, user_id, session_id)
                meant = await self._meant(session_id, query, embed, notices)
        except (PalaverError, TimeoutError) as error:
            why = error.detail if isinstance(error, PalaverError) else "The model took too long."
            log.warning("Files are searched by words alone: %s", why)
            notices.append(f"Searched by words alone, not by meaning: {why}")
            return scores
        return joined(list(scores), meant)

    async def _meant(self, session_id: SessionId, query: str, embed: "_Paid", notices: list[str]) -> list[int]:
        """The passages that are near to a query by their meaning, nearest first."""
        (asked, *_) = await embed([query])
        if not await self._embedded(session_id, embed):
            notices.append("Not all files are searched by meaning yet: search again to go on.")
        vector = unit(asked)
        rows = await self._database.scan(index_store.signs(session_id, embed.model))
        nearest = await asyncio.to_thread(guessed, signs_of(vector), [(n, signs) for n, _, signs in rows])
        vectors = await self._database.scan(index_store.vectors(embed.model, nearest))
        return await asyncio.to_thread(near, vector, vectors, _LEAST)

    async def _embedded(self, session_id: SessionId, embed: "_Paid") -> bool:
        """Ask the model about passages that it has not seen; whether it has seen all of them then."""
        for _ in range(_EMBEDDED // _TOGETHER):
            some = await self._database.scan(index_store.without_vector(session_id, embed.model, _TOGETHER))
            if not some:
                return True
            vectors = [unit(one) for one in await embed([one.text for one in some])]
            made = [
                Vector(kept.n, embed.model, signs_of(vector), vector.tobytes())
                for kept, vector in zip(some, vectors, strict=True)
            ]
            await self._database.write(index_store.add_vectors(made), durable=False)
        return False

    async def _items(
        self, indexed: Indexed, looked: Looked, terms: list[Term], scores: dict[int, float]
    ) -> list[FoundPassage]:
        numbers, most = list(scores), min(looked.limit, MOST)
        items: list[FoundPassage] = []
        for start in range(0, len(numbers), _PAGE):
            for one in await self._database.scan(index_store.passages_of(numbers[start : start + _PAGE])):
                paths = [path for path in indexed.paths.get(one.document, ()) if not looked.fits or looked.fits(path)]
                if paths and len(items) < most:
                    items.append(_found(one, paths, shown(one.text, terms), scores[one.n]))
            if len(items) == most:
                break
        return items


class _Paid:
    """What makes vectors, and who pays for them."""

    def __init__(self, embed: Embed, user_id: UserId, session_id: SessionId) -> None:
        self._embed = embed
        self._for = (user_id, session_id)
        self.model = embed.model

    async def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector for each text."""
        return await self._embed(texts, *self._for)


def _found(kept: Kept, paths: list[str], text: str, score: float) -> FoundPassage:
    path, *also = paths
    return FoundPassage(path, kept.place, text, round(score, 4), f"[{path}, {kept.place}]", also)


def _told(indexed: Indexed, looked: Looked, items: list[FoundPassage], notices: list[str]) -> FoundPassages:
    searched = without = 0
    not_read: list[NotRead] = []
    for n, document in indexed.documents.items():
        paths = [path for path in indexed.paths[n] if looked.fits is None or looked.fits(path)]
        if document.missing == TEXTLESS:
            without += len(paths)
            continue
        searched += 0 if document.missing else len(paths)
        why = document.missing or ("Only its beginning was read: it is very long." if document.cut else None)
        not_read += [NotRead(path, why) for path in paths if why]
    return FoundPassages(items, searched, without, indexed.left, not_read, notices)
