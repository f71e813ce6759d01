"""Use cases of a directory about groups: those that it keeps itself, and no others."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from palaver.core.errors import NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.groups.directory import Directory, GroupTaken
from palaver.identity.groups.group import Group
from palaver.identity.scim import filters, resources
from palaver.identity.scim.patching import Resource, patched
from palaver.identity.scim.refusals import NotUnique

SOURCE = "scim"
_PAGE = 1_000


class DirectoryGroups:
    """Groups with which things are shared here, and who belongs to them there."""

    def __init__(self, groups: Directory) -> None:
        self._groups = groups

    async def find(
        self, text: str | None, skip: int, most: int, base: str, *, members: bool
    ) -> tuple[int, list[Resource]]:  # fmt: skip
        """How many fit a filter, and some of them, oldest first."""
        ours = [one for one in await self._groups.page("group") if one.source == SOURCE]
        if text is None:
            return len(ours), [await self._shown(one, base, members=members) for one in ours[skip : skip + most]]
        test, asks = filters.read(text), "members" in text.lower()
        fitting = [one for one in ours if test(await self._shown(one, base, members=asks))]
        return len(fitting), [await self._shown(one, base, members=members) for one in fitting[skip : skip + most]]

    async def get(self, group_id: str, base: str, *, members: bool = True) -> Resource:
        """By id."""
        return await self._shown(await self._ours(group_id), base, members=members)

    async def create(self, body: Mapping[str, Any], by: Principal, base: str) -> Resource:
        """A new one with these members."""
        name, external, members = _read(body)
        try:
            group = await self._groups.create("group", name, source=SOURCE, external_id=external, by=by.user_id)
        except GroupTaken as error:
            raise NotUnique from error
        try:
            await self._groups.set_members(group, members, by=by.user_id)
        except Exception:
            await self._groups.remove(group, by=by.user_id)  # all of it or nothing: it is sent again
            raise
        return await self.get(group.id, base)

    async def replace(self, group_id: str, body: Mapping[str, Any], by: Principal, base: str) -> Resource:
        """Another name, and exactly these members."""
        group = await self._ours(group_id)
        await self._save(group, body, by)
        return await self.get(group_id, base)

    async def patch(self, group_id: str, changes: Sequence[object], by: Principal, base: str) -> None:
        """Some of it."""
        group = await self._ours(group_id)
        held = [{"value": one} for one, _ in await self._members(group_id)]
        said = {"displayName": group.name, "externalId": group.external_id, "members": held}
        await self._save(group, patched(said, changes), by)

    async def remove(self, group_id: str, by: Principal) -> None:
        """What was shared with it is not any more."""
        await self._groups.remove(await self._ours(group_id), by=by.user_id)

    async def _save(self, group: Group, said: Mapping[str, Any], by: Principal) -> None:
        name, external, members = _read(said)
        if name != group.name or external not in {None, group.external_id}:
            try:
                group = await self._groups.rename(group, name, external_id=external, by=by.user_id)
            except GroupTaken as error:
                raise NotUnique from error
        await self._groups.set_members(group, members, by=by.user_id)

    async def _ours(self, group_id: str) -> Group:
        found = await self._groups.get(group_id, "group")
        if found.source != SOURCE:
            raise NotFound("There is no such group.")
        return found

    async def _members(self, group_id: str) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        while some := await self._groups.members(group_id, found[-1][0] if found else "", _PAGE):
            found += [(one.user_id, one.name) for one in some]
        return found

    async def _shown(self, group: Group, base: str, *, members: bool) -> Resource:
        said: Resource = {"id": group.id, "displayName": group.name}
        said |= {"externalId": group.external_id} if group.external_id else {}
        held = await self._members(group.id) if members else None
        return resources.group(said, held, (group.created_at, group.updated_at), base)


def _read(body: Mapping[str, Any]) -> tuple[str, str | None, list[UserId]]:
    name, external, listed = (filters.value_of(body, one) for one in ("displayName", "externalId", "members"))
    if not isinstance(name, str):
        raise resources.refused("displayName", "A group has a displayName.")
    if external is not None and (not isinstance(external, str) or not 0 < len(external) <= 255):
        raise resources.refused("externalId", "An externalId is a text of 1 to 255 characters.")
    if listed is not None and not isinstance(listed, list):
        raise resources.refused("members", "Members are a list.")
    found: list[UserId] = []
    for one in cast("list[object]", listed or []):
        value = cast("Mapping[str, Any]", one).get("value") if isinstance(one, Mapping) else None
        if not isinstance(value, str):
            raise resources.refused("members", "A member is an object with the value of an id.")
        found.append(UserId(value))
    return name, external, found
