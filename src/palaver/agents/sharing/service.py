"""Things of the shelves that are shared with people, groups and organisations, by whose they are.

They count for these when they are named, as what other users share with the house does; who has nothing of a group any
more has nothing of what is shared with it, with the next turn.
"""

import msgspec

from palaver.agents.kinds import Kind
from palaver.agents.sharing import store as sharing_store
from palaver.agents.shelves import Shelves
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Forbidden, NotFound
from palaver.core.principal import Principal
from palaver.identity.groups import holders
from palaver.identity.groups.holders import NOBODY, Holder, HolderKind
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database
from palaver.storage.script import Script

MOST = 100  # that one thing is shared with


class ShelfSharedWith(msgspec.Struct, frozen=True, kw_only=True):
    """A person, a group or an organisation that may use something of a shelf."""

    id: str
    kind: HolderKind
    name: str
    added_at: str


class SharedShelves:
    """The front door of sharing what stands on shelves with some."""

    def __init__(self, database: Database, shelves: Shelves, clock: Clock, audit: Audit = unheard) -> None:
        self._database = database
        self._shelves = shelves
        self._clock = clock
        self._audit = audit

    async def everyone(self, caller: Principal, kind: Kind, definition_id: str) -> list[ShelfSharedWith]:
        """With whom it is shared, for its owner and administrators."""
        await self._shelves.check_owner(caller, kind, definition_id)
        found = await self._database.read(sharing_store.everyone(definition_id))
        return [_told(one.holder, one.added_at) for one in found]

    async def share(self, caller: Principal, kind: Kind, definition_id: str, holder_id: str) -> ShelfSharedWith:
        """Let somebody, or everybody of a group, use it."""
        await self._shelves.check_owner(caller, kind, definition_id)
        if kind.operators_share and not caller.admin:
            raise Forbidden(f"Only administrators share {kind.many}: they act in other people's turns.")
        now = stamp(self._clock.now())

        def write() -> Script[Holder]:
            holder = yield from holders.named(caller, holder_id)
            if (yield from sharing_store.count(definition_id)) >= MOST:
                raise Conflict(f"It is shared with {MOST} already, which is as many as can be.")
            yield from sharing_store.put(definition_id, holder, now)
            return holder

        holder = await self._database.write(write())
        await self._tell(f"{kind.name}.shared", caller, definition_id, holder.id)
        return _told(holder, now)

    async def unshare(self, caller: Principal, kind: Kind, definition_id: str, holder_id: str) -> None:
        """They use it no more, from the next turn on."""
        await self._shelves.check_owner(caller, kind, definition_id)
        if not await self._database.write(sharing_store.take(definition_id, holder_id)):
            raise NotFound(NOBODY)
        await self._tell(f"{kind.name}.unshared", caller, definition_id, holder_id)

    async def _tell(self, kind: str, caller: Principal, definition_id: str, holder_id: str) -> None:
        detail = {"with": holder_id}
        await self._audit(SecurityEvent(kind=kind, actor_id=caller.user_id, subject=definition_id, detail=detail))


def _told(holder: Holder, added_at: str) -> ShelfSharedWith:
    return ShelfSharedWith(id=holder.id, kind=holder.kind, name=holder.name, added_at=added_at)
