"""Sessions that are shared with groups and organisations; people are let in one by one by `members`.

Who belongs to a group is asked with every call, so that leaving one counts at once; what somebody is listening to then
is cut here, and what they asked there is ended.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Invalid, NotFound
from palaver.core.ids import SessionId, UserId
from palaver.core.principal import Principal
from palaver.core.room import MemberRole
from palaver.files import store as files_store
from palaver.identity.groups import holders
from palaver.identity.groups.holders import NOBODY, Holder, HolderKind
from palaver.kit.clock import Clock, stamp
from palaver.sessions import members_store, store
from palaver.sessions.members import Members
from palaver.sessions.sharing import store as sharing_store
from palaver.storage.port import Database
from palaver.storage.script import Script

GIVEN = Literal["editor", "viewer"]
MOST_GROUPS = 50  # that one session is shared with: each is a row more to keep up with every turn
_AT_ONCE = 100  # departures that are told before others have their turn


class SharedWith(msgspec.Struct, frozen=True, kw_only=True):
    """A person, a group or an organisation that something is shared with, and what they may do."""

    id: str
    kind: HolderKind
    name: str
    role: MemberRole
    added_at: str


class SharedSessions:
    """The front door of sharing sessions with groups."""

    def __init__(self, database: Database, members: Members, clock: Clock, audit: Audit = unheard) -> None:
        self._database = database
        self._members = members
        self._clock = clock
        self._audit = audit

    async def everyone(self, user_id: UserId, session_id: SessionId) -> list[SharedWith]:
        """With which groups a session is shared, for everybody who may read it."""

        def read() -> Script[list[SharedWith]]:
            yield from store.find(session_id, user_id)
            _, root = yield from members_store.root_of(session_id)
            found = yield from sharing_store.everyone(root)
            return [msgspec.convert(one._asdict(), SharedWith) for one in found]

        return await self._database.read(read())

    async def share(self, caller: Principal, session_id: SessionId, holder_id: str, role: GIVEN) -> SharedWith:
        """Let everybody of a group take part, whoever belongs to it at the time; or in another role."""
        now = stamp(self._clock.now())

        def write() -> Script[Holder]:
            yield from _own(session_id, caller.user_id)
            holder = yield from holders.named(caller, holder_id)
            if holder.kind == "person":
                says = "people are let in as members"
                raise Invalid.about([{"loc": ["holder_id"], "msg": says, "type": "person"}], "path")
            known = yield from sharing_store.everyone(session_id)
            if len(known) >= MOST_GROUPS and holder.id not in {one.id for one in known}:
                raise Conflict(f"It is shared with {MOST_GROUPS} groups, which is as many as can be.")
            yield from files_store.keep_for(session_id, caller.user_id)
            yield from sharing_store.put(session_id, holder.id, role, now)
            yield from members_store.open_room(session_id)
            return holder

        holder = await self._database.write(write())
        await self._tell("shared", caller, session_id, {"with": holder.id, "role": role})
        return SharedWith(id=holder.id, kind=holder.kind, name=holder.name, role=role, added_at=now)

    async def unshare(self, caller: Principal, session_id: SessionId, holder_id: str) -> None:
        """Share a session with a group no more; who saw it only thereby hears nothing more of it."""

        def write() -> Script[tuple[list[UserId], list[SessionId]]]:
            yield from _own(session_id, caller.user_id)
            if not (yield from sharing_store.take(session_id, holder_id)):
                raise NotFound(NOBODY)
            out = yield from sharing_store.only_thereby(session_id, holder_id, caller.user_id)
            return out, [session_id, *(yield from members_store.below(session_id))]

        out, sessions = await self._database.write(write())
        for user_id in out:
            await self._members.show_out(user_id, sessions)
        await self._tell("unshared", caller, session_id, {"with": holder_id})

    async def lost(self, user_id: UserId, group_ids: Sequence[str]) -> None:
        """Somebody left groups: they hear nothing more of what they saw only thereby."""

        def read() -> Script[list[SessionId]]:
            found = yield from sharing_store.lost(user_id, group_ids)
            every = list(found)
            for session_id in found:
                every += yield from members_store.below(session_id)
            return every

        gone = await self._database.read(read())
        for first in range(0, len(gone), _AT_ONCE):
            await self._members.show_out(user_id, gone[first : first + _AT_ONCE])

    async def _tell(self, act: str, caller: Principal, session_id: SessionId, detail: dict[str, str]) -> None:
        event = SecurityEvent(kind=f"session.{act}", actor_id=caller.user_id, subject=session_id, detail=detail)
        await self._audit(event)


def _own(session_id: SessionId, user_id: UserId) -> Script[None]:
    kept = yield from store.find(session_id, user_id, to_change=True, act="own")
    if kept.session.run_id is not None:
        raise Conflict("A subagent's session is shared with whom the session is that it works for.")
