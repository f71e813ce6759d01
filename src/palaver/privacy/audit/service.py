"""The audit log: writes acts down in order, shows them, says whether they are as they were written; judges no act.

An act that cannot be written down fails with the database's own error: whoever did it is not told that it succeeded,
and gets nothing that came of it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

from palaver.core.audit import SecurityEvent
from palaver.kit.clock import Clock, stamp
from palaver.kit.sealed import Sealed
from palaver.observability.logs import request_id
from palaver.observability.origin import asked_from
from palaver.privacy.audit import store
from palaver.privacy.audit.chain import AuditEntry, Break, Moment, Walk, linked
from palaver.privacy.audit.head import Head, HeadFile
from palaver.privacy.audit.settings import AuditSettings
from palaver.privacy.audit.store import EVERYTHING, Asked
from palaver.storage.port import Database, StorageUnavailable

log = logging.getLogger(__name__)

PAGE = 1_000  # entries that are read at once where all are
_LOOK = timedelta(hours=1)
_END = 2**62


class Verdict(NamedTuple):
    """What looking at the whole log found; `remark` is something that is no break and still worth knowing."""

    entries: int
    first: int | None
    last: Head | None
    broken: Break | None
    remark: str | None = None


class AuditLog:
    """Implements `core.audit.Audit` in a table. Several processes may write: each entry follows the one before."""

    def __init__(
        self, database: Database, key: Sealed[bytes], head: HeadFile, settings: AuditSettings, *, clock: Clock
    ) -> None:
        self._database = database
        self._key = key
        self._head = head
        self._keep = settings.keep
        self._clock = clock

    async def __call__(self, event: SecurityEvent) -> None:
        """Write it down; where the event does not say where it came from, the request that is answered does."""
        try:
            entry = await self._database.write(store.append(event, self._link))
        except StorageUnavailable:
            log.exception("An act could not be written into the audit log", extra={"kind": event.kind})
            raise
        await self._told(entry)

    async def newest(self, asked: Asked, before: int | None, most: int) -> list[AuditEntry]:
        """A page, the newest first."""
        return await self._database.scan(store.newest(asked, _END if before is None else before, most))

    async def oldest(self, asked: Asked = EVERYTHING) -> AsyncIterator[AuditEntry]:
        """All of them, the oldest first; read page by page, while others are written."""
        after = 0
        while page := await self._database.scan(store.oldest(asked, after, PAGE)):
            for entry in page:
                yield entry
            after = page[-1].n

    async def verify(self) -> Verdict:
        """Follow the whole chain."""
        head = self._head.read()  # first: what is written meanwhile is after it
        walk = Walk(self._key.reveal(), await self._database.read(store.mark()))
        kept: str | None = None
        async for entry in self.oldest():
            walk.step(entry)
            kept = entry.hash if head and entry.n == head.n else kept
            if walk.broken:
                break
        return self._verdict(walk, head, kept)

    async def keep_pruned(self) -> None:
        """Take away what is too old, again and again; never returns."""
        while True:
            await self.prune()
            await self._clock.sleep(_LOOK)

    async def prune(self) -> int:
        """Take away what is too old; how many that were."""
        if self._keep is None:
            return 0
        done = await self._database.write(store.prune(stamp(self._clock.now() - self._keep), self._link))
        if done is None:
            return 0
        await self._told(done[1])
        return done[0]

    def _link(self, before: AuditEntry | None, event: SecurityEvent) -> AuditEntry:
        if event.address is None:
            event = SecurityEvent(
                kind=event.kind,
                actor_id=event.actor_id,
                subject=event.subject,
                address=asked_from.get(),
                detail=event.detail,
            )
        return linked(before, event, Moment(stamp(self._clock.now()), request_id.get()), self._key.reveal())

    async def _told(self, entry: AuditEntry) -> None:
        log.info("Audited", extra={"n": entry.n, "kind": entry.kind, "subject": entry.subject, "hash": entry.hash})
        try:
            await asyncio.to_thread(self._head.advance, Head(entry.n, entry.hash))
        except OSError:  # the entry itself is written; only a cut end would not be seen
            log.exception("Where the audit log ends could not be written beside the database")

    def _verdict(self, walk: Walk, head: Head | None, kept: str | None) -> Verdict:
        last = Head(walk.last.n, walk.last.hash) if walk.last else None
        broken, remark = walk.broken, None
        if broken is None and head is None and last is not None:
            remark = "It is not known where the log ended: audit.head is missing or not ours. A cut end is not seen."
        elif broken is None and head is not None:
            if last is None or last.n < head.n:
                broken = Break(last.n + 1 if last else 1, f"entries up to {head.n} were written and are gone")
            elif kept != head.hash:
                broken = Break(head.n, "another entry stood here when the end of the log was last written down")
        return Verdict(walk.entries, walk.first, last, broken, remark)
