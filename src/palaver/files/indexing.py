"""Brings what is known of the text of a session's documents up to date; what is looked for in it, it does not know.

Each content is read once for each person, outside the event loop. What was read is written down in small steps, so that
a process which dies on the way has lost one of them and goes on with the next search.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple
from weakref import WeakValueDictionary

from palaver.core.errors import PalaverError
from palaver.core.ids import SessionId, UserId
from palaver.files import index_store
from palaver.files.extracting import VERSION, Extracted, text_of
from palaver.files.hashes import Hashes
from palaver.files.index_store import Document
from palaver.files.readers import way_of
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database

PATIENCE = 30.0  # seconds that one search reads; what is left is said, and read by the next one

_AT_ONCE = 2  # documents that are read at the same time, in the whole server
_STEP = 64  # contents that are read in one go at most
_STEP_SECONDS = 0.5

Key = tuple[str, str]


class Source(NamedTuple):
    """A file that can be searched: what it is called, the name of its content, and how it is opened."""

    path: str
    sha: str
    open: Callable[[], AbstractContextManager[BinaryIO]]

    @property
    def key(self) -> Key:
        """Its content and the way it is read."""
        return self.sha, way_of(self.path, VERSION)


@dataclass(slots=True)
class Indexed:
    """What a session shows. `paths` are by document, several where files are alike; `left` files are not read yet."""

    documents: dict[int, Document] = field(default_factory=dict[int, Document])
    paths: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    left: int = 0


class Indexing:
    """Reads documents and keeps their text."""

    def __init__(self, database: Database, hashes: Hashes, clock: Clock) -> None:
        self._database = database
        self._hashes = hashes
        self._clock = clock
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def bring(self, user_id: UserId, session_id: SessionId, sources: Sequence[Source]) -> Indexed:
        """Know these files, the first ones first, and no others; files that cannot be read in time are left."""
        lock = self._locks.setdefault(session_id, asyncio.Lock())
        async with lock:
            before = await self._database.scan(index_store.used(session_id))
            known = {(one.sha256, one.way): one for one in before}
            new = {one.key: one for one in sources if one.key not in known}
            found = await self._database.scan(index_store.find(user_id, new))
            known |= {(one.sha256, one.way): one for one in found}
            pending = deque(one for key, one in new.items() if key not in known)
            known |= await self._read(user_id, pending) if pending else {}
            indexed = _indexed(sources, known)
            were, are = {one.n for one in before}, set(indexed.documents)
            for start in range(0, len(were ^ are), index_store.PAGE):
                some = sorted(were ^ are)[start : start + index_store.PAGE]
                script = index_store.show(session_id, come=are.intersection(some), gone=were.intersection(some))
                await self._database.write(script, durable=False)
            return indexed

    async def _read(self, user_id: UserId, pending: deque[Source]) -> dict[Key, Document]:
        """Read what is pending, as far as time goes; what was read is taken away from it."""
        read: dict[Key, Document] = {}
        stop = threading.Event()

        async def some() -> None:
            while pending:
                async with self._slots:
                    batch = await asyncio.to_thread(self._extracted, pending, stop)
                    for key, extracted in batch:
                        read[key] = await self._keep(user_id, key, extracted)

        try:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                for _ in range(_AT_ONCE):
                    tasks.create_task(some())
        except TimeoutError:
            return read
        finally:
            stop.set()
        return read

    async def _keep(self, user_id: UserId, key: Key, extracted: Extracted) -> Document:
        """Write the text of a document down, in steps that hold nobody up; it is found once it is whole."""
        some, at = extracted.passages, stamp(self._clock.now())
        if len(some) <= index_store.AT_ONCE:
            return await self._database.write(index_store.add(user_id, key, extracted, at), durable=False)
        n = await self._database.write(index_store.begin(user_id, key, at), durable=False)
        for start in range(0, len(some), index_store.AT_ONCE):
            more = some[start : start + index_store.AT_ONCE]
            await self._database.write(index_store.grow(n, user_id, more), durable=False)
        return await self._database.write(index_store.finish(n, user_id, key, extracted), durable=False)

    def _extracted(self, pending: deque[Source], stop: threading.Event) -> list[tuple[Key, Extracted]]:
        """The text of the next few files."""
        began, batch = time.monotonic(), list[tuple[Key, Extracted]]()
        while len(batch) < _STEP and time.monotonic() - began < _STEP_SECONDS and not stop.is_set():
            try:
                source = pending.popleft()
            except IndexError:
                break
            extracted = self._text_of(source, stop)
            if extracted is not None and not stop.is_set():
                batch.append((source.key, extracted))
        return batch

    def _text_of(self, source: Source, stop: threading.Event) -> Extracted | None:
        """The text of a file; None where it is gone, or another one by now: the next search finds that one."""
        try:
            with source.open() as file:
                if self._hashes.of(file) != source.sha:
                    return None
                extracted = text_of(file, source.path, stop)
                file.seek(0)
                return extracted if self._hashes.of(file) == source.sha else None
        except (OSError, PalaverError):
            return None


def _indexed(sources: Iterable[Source], known: dict[Key, Document]) -> Indexed:
    indexed = Indexed()
    for one in sources:
        document = known.get(one.key)
        if document is None:
            indexed.left += 1
        else:
            indexed.documents[document.n] = document
            indexed.paths.setdefault(document.n, []).append(one.path)
    return indexed
