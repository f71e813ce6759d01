"""Projects that are shared: a viewer reads one and begins sessions in it, an editor changes it and its files, too.

Its sessions are not shared with it: each is its owner's, and shared by them. Who has it no more has neither its
instructions nor its files, from the next turn on.
"""

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.groups import holders
from palaver.identity.groups.holders import NOBODY, Holder
from palaver.kit.clock import Clock, stamp
from palaver.sessions import projects_store
from palaver.sessions.project_sharing import store
from palaver.sessions.sharing.service import GIVEN, SharedWith
from palaver.storage.port import Database
from palaver.storage.script import Script

MOST = 100  # that one project is shared with


class SharedProjects:
    """The front door of sharing projects."""

    def __init__(self, database: Database, clock: Clock, audit: Audit = unheard) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    async def everyone(self, user_id: UserId, project_id: str) -> list[SharedWith]:
        """With whom it is shared, for everybody who may read it."""

        def read() -> Script[list[SharedWith]]:
            yield from projects_store.find(project_id, user_id)
            found = yield from store.everyone(project_id)
            return [_told(one.holder, one.role, one.added_at) for one in found]

        return await self._database.read(read())

    async def share(self, caller: Principal, project_id: str, holder_id: str, role: GIVEN) -> SharedWith:
        """Let somebody, or everybody of a group, into it, or in another role."""
        now = stamp(self._clock.now())

        def write() -> Script[Holder]:
            yield from projects_store.find(project_id, caller.user_id, "own")
            holder = yield from holders.named(caller, holder_id)
            if holder.id == caller.user_id:
                raise Conflict("It is yours.")
            if len((yield from store.everyone(project_id))) >= MOST:
                raise Conflict(f"It is shared with {MOST} already, which is as many as can be.")
            yield from store.put(project_id, holder, role, now)
            return holder

        holder = await self._database.write(write())
        await self._tell("shared", caller, project_id, {"with": holder.id, "role": role})
        return _told(holder, role, now)

    async def unshare(self, caller: Principal, project_id: str, holder_id: str) -> None:
        """They have it no more; who leaves it themselves may."""

        def write() -> Script[None]:
            mine = holder_id == caller.user_id
            yield from projects_store.find(project_id, caller.user_id, "read" if mine else "own")
            if not (yield from store.take(project_id, holder_id)):
                raise NotFound(NOBODY)

        await self._database.write(write())
        await self._tell("unshared", caller, project_id, {"with": holder_id})

    async def _tell(self, act: str, caller: Principal, project_id: str, detail: dict[str, str]) -> None:
        event = SecurityEvent(kind=f"project.{act}", actor_id=caller.user_id, subject=project_id, detail=detail)
        await self._audit(event)


def _told(holder: Holder, role: GIVEN | str, at: str) -> SharedWith:
    given: GIVEN = "editor" if role == "editor" else "viewer"
    return SharedWith(id=holder.id, kind=holder.kind, name=holder.name, role=given, added_at=at)
