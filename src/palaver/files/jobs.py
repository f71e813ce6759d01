"""Woken by time: removes what nothing needs any more, of files, snapshots and uploads; it starts no task itself."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from palaver.core.errors import PalaverError
from palaver.core.ids import MessageId, SessionId
from palaver.files import index_store, store
from palaver.files.blobs import Swept
from palaver.files.service import Home
from palaver.files.workspaces import Workspaces
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

# Of these ids, those that are still there: asked of the features that have them.
AliveSessions = Callable[[Sequence[SessionId]], Script[set[SessionId]]]
AliveMessages = Callable[[Sequence[MessageId]], Script[set[MessageId]]]
Roots = Callable[[], Script[set[str]]]


class Sweep:
    """Finds what nobody points at any more. `roots` says which other snapshots are needed, one script each."""

    def __init__(
        self,
        database: Database,
        home: Home,
        clock: Clock,
        *,
        sessions: AliveSessions,
        messages: AliveMessages,
        roots: Sequence[Roots] = (),
    ) -> None:
        self._database = database
        self._home = home
        self._clock = clock
        self._sessions = sessions
        self._messages = messages
        self._roots = (store.roots, *roots)
        self._settings = home.workspaces.settings
        self._began = clock.now()

    async def run(self) -> None:
        """Sweep now and then, for ever: start it in the house's task group."""
        await asyncio.to_thread(clear, self._home.workspaces, self._began.timestamp())
        while True:
            await self._clock.sleep(self._settings.sweep_every)
            try:
                await self.sweep()
            except PalaverError as error:
                log.warning("Files that nothing needs could not be removed: %s", error.detail)

    async def sweep(self) -> Swept:
        """Remove everything that is not needed and older than the grace time."""
        until = self._clock.now() - self._settings.sweep_grace
        await self._forget_snapshots()
        await self._forget_uploads()
        await self._forget_sessions(until)
        await self._forget_documents(until)
        # What is written down is read before what lies beside workspaces: a seed is laid there first.
        roots: set[str] = set()
        for one in self._roots:
            roots |= await self._database.scan(one())
        contents = await self._database.scan(store.contents())
        swept = await asyncio.to_thread(self._contents, roots, contents, until)
        if swept.blobs:
            log.info("Contents that nothing needs were removed", extra={"blobs": swept.blobs, "bytes": swept.bytes})
        return swept

    async def _forget_snapshots(self) -> None:
        after = ""
        while found := await self._database.scan(store.page(after)):
            after = found[-1].id
            of_messages = [one.message_id for one in found if one.message_id is not None]
            messages = await self._database.scan(self._messages(of_messages))
            sessions = await self._database.scan(self._sessions([one.session_id for one in found]))
            gone = [
                one.id
                for one in found
                if (one.session_id not in sessions if one.message_id is None else one.message_id not in messages)
            ]
            await self._write(store.drop(gone), gone)

    async def _forget_uploads(self) -> None:
        until, after = stamp(self._clock.now() - self._settings.unused_uploads), ""
        while found := await self._database.scan(store.old_uploads(after, until)):
            after = found[-1].id
            unused: list[str] = []
            for one in found:
                used = await self._database.scan(store.uses(one.id))
                alive = await self._database.scan(self._messages(used))
                await self._write(store.unuse([used_by for used_by in used if used_by not in alive]), used)
                if not alive:
                    unused.append(one.id)
            await self._write(store.drop_uploads(unused), unused)

    async def _forget_sessions(self, until: datetime) -> None:
        known = await asyncio.to_thread(self._home.workspaces.sessions, until.timestamp())
        for start in range(0, len(known), store.PAGE):
            some = known[start : start + store.PAGE]
            alive = await self._database.scan(self._sessions(some))
            for one in some:
                if one not in alive:
                    await asyncio.to_thread(self._home.workspaces.forget, one)
                    await self._database.write(store.forget(one))

    async def _forget_documents(self, until: datetime) -> None:
        """Drop the text of documents that no session shows any more."""
        after = ""
        while found := await self._database.scan(index_store.sessions(after)):
            after = found[-1]
            alive = await self._database.scan(self._sessions(found))
            for one in found:
                if one not in alive:
                    await self._database.write(index_store.forget(one))
        while unused := await self._database.scan(index_store.unused(stamp(until))):
            for n in unused:
                while not await self._database.write(index_store.clear(n), durable=False):
                    continue

    async def _write(self, script: Script[None], about: Sequence[object]) -> None:
        if about:
            await self._database.write(script)

    def _contents(self, roots: set[str], contents: set[str], until: datetime) -> Swept:
        clear(self._home.workspaces, min(until, self._clock.now() - timedelta(days=1)).timestamp())
        return self._home.blobs.sweep(self._home.snapshots.needed(roots) | contents, until.timestamp())


def clear(workspaces: Workspaces, older_than: float) -> None:
    """Remove what processes that died had begun to bring in or to remove, before an instant (seconds since 1970)."""
    workspaces.clear()
    if workspaces.drafts.exists():
        for draft in workspaces.drafts.iterdir():
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < older_than:
                    draft.unlink()
