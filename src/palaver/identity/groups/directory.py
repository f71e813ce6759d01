"""Organisations and groups are made, kept and left here, whoever asks; who may ask is `service`'s question.

Directories and issuers that keep groups of their own use this: theirs are found by their source and external id.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Invalid, NotFound
from palaver.core.ids import UserId
from palaver.identity import store as identity_store
from palaver.identity.groups import store
from palaver.identity.groups.group import GROUP, ORGANISATION, Group, GroupRole, Kind
from palaver.identity.groups.store import Member
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.storage.port import Database, UniqueViolated
from palaver.storage.script import Script

MOST_MEMBERS = 20_000  # of one organisation or group

T = TypeVar("T")

Lost = Callable[[UserId, Sequence[str]], Awaitable[None]]


class GroupTaken(Conflict):
    """Two organisations, or two groups of one organisation, cannot have one name."""

    code = "name_taken"
    title = "There is one of this name already"


class LastOwner(Conflict):
    """An organisation always has an owner."""

    code = "last_owner"
    title = "An organisation keeps at least one owner; make somebody else one first"


async def _nobody_listens(user_id: UserId, group_ids: Sequence[str]) -> None:
    """Where nothing is shared."""


class Directory:
    """`by` is who did it, for the audit: a user, or nobody where the operator or another directory did."""

    def __init__(self, database: Database, clock: Clock, audit: Audit = unheard) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        # Whoever ends what somebody sees only because they belonged to these.
        self.lost: Lost = _nobody_listens

    async def create(
        self,
        kind: Kind,
        name: str,
        *,
        organisation_id: str | None = None,
        source: str = "",
        external_id: str | None = None,
        owner: UserId | None = None,
        by: UserId | None = None,
    ) -> Group:
        """A new one, empty but for its owner; raises GroupTaken."""
        now = self._now()
        group = Group(
            id=new_id(ORGANISATION if kind == "organisation" else GROUP),
            kind=kind,
            organisation_id=organisation_id,
            name=_name(name),
            source=source,
            external_id=external_id,
            created_at=now,
            updated_at=now,
        )

        def write() -> Script[None]:
            yield from store.add(group)
            if owner is not None:
                yield from _known(owner)
                yield from store.put_member(owner, group.id, "owner", now)

        await self._unique(write())
        await self._tell(group, "created", by, {"name": group.name})
        return group

    async def get(self, group_id: str, kind: Kind | None = None) -> Group:
        """By id; NotFound where there is none of this kind."""
        found = await self._database.read(store.one(group_id))
        if found is None or kind not in {None, found.kind}:
            raise NotFound(f"There is no such {kind or 'group'}.")
        return found

    async def external(self, source: str, external_id: str) -> Group | None:
        """By what it is called where it is kept."""
        return await self._database.read(store.by_external(source, external_id))

    async def named(self, kind: Kind, name: str, organisation_id: str | None = None) -> Group | None:
        """By name."""
        return await self._database.read(store.by_name(kind, organisation_id, name))

    async def rename(
        self, group: Group, name: str, *, external_id: str | None = None, by: UserId | None = None
    ) -> Group:  # fmt: skip
        """Another name, or another external id where one is given; raises GroupTaken."""
        changed = msgspec.structs.replace(
            group, name=_name(name), external_id=external_id or group.external_id, updated_at=self._now()
        )
        if not await self._unique(store.save(changed)):
            raise NotFound(f"There is no such {group.kind}.")
        await self._tell(group, "renamed", by, {"name": changed.name})
        return changed

    async def remove(self, group: Group, *, by: UserId | None = None) -> None:
        """With its groups; what was shared with them is not any more, at once."""

        def empty() -> Script[list[tuple[str, UserId]]]:
            below = yield from store.below(group.id)
            pairs = yield from store.everybody([group.id, *below])
            for group_id, user_id in pairs:
                yield from store.drop(user_id, group_id)
            return pairs

        left: dict[UserId, list[str]] = {}
        for group_id, user_id in await self._database.write(empty()):
            left.setdefault(user_id, []).append(group_id)
        for user_id, group_ids in left.items():
            await self.lost(user_id, group_ids)
        await self._database.write(store.remove(group.id))
        await self._tell(group, "removed", by, {})

    async def page(self, kind: Kind, organisation_id: str | None = None, after: str = "") -> list[Group]:
        """For operators: all of a kind after an id, or all of an organisation, as many as one looks at."""
        return await self._database.read(store.page(kind, None, organisation_id, after=after, limit=10_000))

    async def members(self, group_id: str, after: str = "", limit: int = 1_000) -> list[Member]:
        """Some of those who belong to it, by id."""
        return await self._database.read(store.members(group_id, after, limit))

    async def of(self, user_id: str) -> list[tuple[Group, GroupRole]]:
        """Everything that somebody belongs to."""
        return await self._database.read(store.of_user(user_id))

    async def put(
        self, user_id: UserId, group: Group, role: GroupRole = "member", *, by: UserId | None = None
    ) -> Member:  # fmt: skip
        """Somebody belongs to it, or in another role; a group of an organisation takes only people of that."""
        now = self._now()

        def write() -> Script[tuple[GroupRole | None, Member]]:
            before = yield from store.role(user_id, group.id)
            found = yield from self._put(user_id, group, role, now)
            return before, found

        before, found = await self._database.write(write())
        if before != role:
            kind = "member_added" if before is None else "role_changed"
            await self._tell(group, kind, by, {"user_id": user_id, "role": role})
        return found

    async def take(self, user_id: UserId, group: Group, *, by: UserId | None = None) -> bool:
        """Somebody belongs to it no more; what they saw only thereby ends at once. False where they did not."""

        def write() -> Script[list[str]]:
            left = yield from store.take_member(user_id, group)
            yield from _owned(group)
            return left

        left = await self._database.write(write())
        if left:
            await self.lost(user_id, left)
            await self._tell(group, "member_removed", by, {"user_id": user_id})
        return bool(left)

    async def set_members(self, group: Group, user_ids: Iterable[UserId], *, by: UserId | None = None) -> None:
        """Exactly these belong to it: who is missing comes in, the others leave."""
        wanted = set(user_ids)
        known = {user_id for _, user_id in await self._database.read(store.everybody([group.id]))}
        for user_id in sorted(wanted - known):
            await self.put(user_id, group, by=by)
        for user_id in sorted(known - wanted):
            await self.take(user_id, group, by=by)

    async def sync(self, user_id: UserId, source: str, groups: Mapping[str, str]) -> None:
        """Of all groups that this source keeps, somebody belongs to exactly these: external ids with their names."""
        mine = {one.external_id: one for one, _ in await self.of(user_id) if one.source == source}
        for external_id, name in groups.items():
            if external_id not in mine:
                await self.put(user_id, await self._of_source(source, external_id, name))
        for external_id, group in mine.items():
            if external_id not in groups:
                await self.take(user_id, group)

    async def _of_source(self, source: str, external_id: str, name: str) -> Group:
        found = await self.external(source, external_id)
        if found is not None:
            return found
        try:
            return await self.create("group", name, source=source, external_id=external_id)
        except GroupTaken:  # somebody else was faster, or a group of another source has the name
            found = await self.external(source, external_id)
            if found is not None:
                return found
            return await self.create("group", f"{name} ({external_id})", source=source, external_id=external_id)

    def _put(self, user_id: UserId, group: Group, role: GroupRole, now: str) -> Script[Member]:
        yield from _known(user_id)
        if group.organisation_id and (yield from store.role(user_id, group.organisation_id)) is None:
            raise _refused("Only people of its organisation can belong to this group.")
        if (yield from store.one(group.id)) is None:
            raise NotFound(f"There is no such {group.kind}.")
        if (yield from store.count(group.id)) >= MOST_MEMBERS:
            raise Conflict(f"{MOST_MEMBERS:,} people belong to it, which is as many as can.")
        yield from store.put_member(user_id, group.id, role, now)
        yield from _owned(group)
        found = yield from store.member(user_id, group.id)
        assert found is not None  # it was written in this unit of work
        return found

    async def _unique(self, script: Script[T]) -> T:
        try:
            return await self._database.write(script)
        except UniqueViolated:
            raise GroupTaken from None

    async def _tell(self, group: Group, act: str, by: UserId | None, detail: Mapping[str, str]) -> None:
        kind = f"{group.kind}.{act}"
        await self._audit(SecurityEvent(kind=kind, actor_id=by, subject=group.id, detail=detail))

    def _now(self) -> str:
        return stamp(self._clock.now())


def _owned(group: Group) -> Script[None]:
    """Raise where an organisation that has people has no owner."""
    if group.kind != "organisation" or (yield from store.owners(group.id)):
        return
    if (yield from store.count(group.id)) or group.source == "":
        raise LastOwner


def _known(user_id: UserId) -> Script[None]:
    if (yield from identity_store.user(user_id)) is None:
        raise _refused("Nobody here is known by it.")


def _refused(says: str) -> Invalid:
    return Invalid(says, errors=[{"loc": ["body", "user_id"], "msg": says, "type": "unknown_user"}])


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > 200 or not plain.isprintable():
        raise Invalid.about([{"loc": ["name"], "msg": "1 to 200 characters that can be seen", "type": "name"}], "body")
    return plain
