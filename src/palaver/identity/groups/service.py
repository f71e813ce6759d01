"""Who may see and keep which organisations and groups; what then happens is `directory`'s.

Administrators of the house keep them all. An organisation's owners and admins keep its members and groups, and its
members see them. Groups of the house are seen by who is in them. To everybody else there is nothing.
"""

from palaver.core.errors import Conflict, Forbidden, Invalid, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity import store as identity_store
from palaver.identity.emails import normal
from palaver.identity.groups import store
from palaver.identity.groups.directory import Directory
from palaver.identity.groups.group import Act, Belongs, Group, GroupRole, Kind, may
from palaver.identity.groups.store import Member
from palaver.identity.naming import called
from palaver.storage.port import Database
from palaver.storage.script import Script

_WORDS: dict[Act, str] = {
    "see": "You may not see this.",
    "keep": "Only its owners and admins, and administrators of the house, may do that.",
    "own": "Only its owners, and administrators of the house, may do that.",
}


class Teams:
    """The front door of organisations and groups. `everybody_is_known`: people here may be found by their address."""

    def __init__(self, database: Database, directory: Directory, *, everybody_is_known: bool) -> None:
        self._database = database
        self._directory = directory
        self.everybody_is_known = everybody_is_known

    async def page(
        self, caller: Principal, kind: Kind, organisation_id: str | None = None, *, after: str = "", limit: int = 50
    ) -> list[Group]:
        """Some of those that the caller sees, oldest first."""
        seen_by = None if caller.admin else caller.user_id
        return await self._database.read(store.page(kind, seen_by, organisation_id, after=after, limit=limit))

    async def found(self, caller: Principal, name: str, owner: UserId | None) -> Group:
        """A new organisation, whose owner is somebody, or the caller."""
        if not caller.admin:
            raise Forbidden("Only administrators of the house make organisations.")
        return await self._directory.create("organisation", name, owner=owner or caller.user_id, by=caller.user_id)

    async def form(self, caller: Principal, name: str, organisation_id: str | None) -> Group:
        """A new group, of an organisation or of the house."""
        if organisation_id is not None:
            await self.one(caller, "organisation", organisation_id, "keep")
        elif not caller.admin:
            raise Forbidden("Only administrators make groups of the house; name an organisation.")
        return await self._directory.create("group", name, organisation_id=organisation_id, by=caller.user_id)

    async def one(self, caller: Principal, kind: Kind, group_id: str, act: Act = "see") -> Group:
        """One of them, for somebody who may; NotFound for who does not belong to it, Forbidden for the others."""
        group = await self._directory.get(group_id, kind)
        if caller.admin:
            return group
        role = await self._role(caller, group)
        if role is None:
            raise NotFound(f"There is no such {kind}.")
        if not may(role, act):
            raise Forbidden(_WORDS[act])
        return group

    async def rename(self, caller: Principal, kind: Kind, group_id: str, name: str) -> Group:
        """Another name."""
        group = _kept_here(await self.one(caller, kind, group_id, "keep"))
        return await self._directory.rename(group, name, by=caller.user_id)

    async def remove(self, caller: Principal, kind: Kind, group_id: str) -> None:
        """Delete it; what was shared with it is not any more."""
        group = await self.one(caller, kind, group_id, "own" if kind == "organisation" else "keep")
        await self._directory.remove(group, by=caller.user_id)

    async def members(
        self, caller: Principal, kind: Kind, group_id: str, *, after: str = "", limit: int = 50
    ) -> list[Belongs]:  # fmt: skip
        """Some of those who belong to it, by id."""
        await self.one(caller, kind, group_id)
        return [_told(one) for one in await self._directory.members(group_id, after, limit)]

    async def put(
        self, caller: Principal, kind: Kind, group_id: str, whom: str, *, role: GroupRole = "member"
    ) -> Belongs:
        """Somebody, by id or address, belongs to it, or in another role; owners are made and unmade by owners."""
        group = _kept_here(await self.one(caller, kind, group_id, "keep"))
        user_id = await self._whom(caller, whom)
        before = await self._database.read(store.role(user_id, group_id))
        if "owner" in {role, before} and role != before:
            await self.one(caller, kind, group_id, "own")
        return _told(await self._directory.put(user_id, group, role, by=caller.user_id))

    async def take(self, caller: Principal, kind: Kind, group_id: str, user_id: UserId) -> None:
        """Somebody belongs to it no more; everybody may leave an organisation and a group of the house themselves."""
        mine = user_id == caller.user_id
        group = _kept_here(await self.one(caller, kind, group_id, "see" if mine else "keep"))
        if not mine and await self._database.read(store.role(user_id, group_id)) == "owner":
            await self.one(caller, kind, group_id, "own")
        if not await self._directory.take(user_id, group, by=caller.user_id):
            raise NotFound("Nobody with this id belongs to it.")

    async def _role(self, caller: Principal, group: Group) -> GroupRole | None:
        """What somebody is in the organisation that decides; in a group of the house, people only belong."""
        role = await self._database.read(store.role(caller.user_id, group.organisation_id or group.id))
        return role if role is None or group.organisation_id or group.kind == "organisation" else "member"

    async def _whom(self, caller: Principal, whom: str) -> UserId:
        if "@" not in whom:
            return UserId(whom)
        everybody = self.everybody_is_known or caller.admin
        found = await self._database.read(at_address(caller.user_id, whom, everybody=everybody))
        if found is None:
            raise unknown("email")
        return found


def at_address(asker: UserId, address: str, *, everybody: bool) -> Script[UserId | None]:
    """Who has an address, for somebody who may know: of everybody here, or of those with whom they share a group."""
    found = yield from identity_store.users_by_email(normal(address))
    known = list(found)
    for one in found if not everybody else ():
        if not (yield from store.fellows(asker, one.id)):
            known.remove(one)
    if len(known) > 1:
        raise Conflict("Several people have this address here; name one by user_id.")
    return known[0].id if known else None


def unknown(field: str) -> Invalid:
    """What is answered where nobody is, or nobody is to be known."""
    said = "Nobody here is known by it."
    return Invalid(said, errors=[{"loc": ["body", field], "msg": said, "type": "unknown_user"}])


def _kept_here(group: Group) -> Group:
    if group.source:
        raise Conflict("A directory keeps who belongs to this; change it there.")
    return group


def _told(one: Member) -> Belongs:
    name = called(one.user_id, one.name, one.email)
    return Belongs(user_id=one.user_id, name=name, role=one.role, added_at=one.added_at)
