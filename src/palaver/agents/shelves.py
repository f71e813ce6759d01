"""Use cases of the shelves: what people keep for their agents, who may see and change it; turns are `service.py`'s."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from palaver.agents import store
from palaver.agents.bodies import brief_of, encoded
from palaver.agents.disk import Disk, DiskEntry
from palaver.agents.kinds import SKILL, Kind, Values
from palaver.agents.settings import AgentSettings
from palaver.agents.store import Kept, Version
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Forbidden, Invalid, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.kit import pages
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.storage.port import Database, UniqueViolated

DEFINITION = "def"  # the prefix of ids
LONGEST_BRIEF = 65_536  # characters of JSON


_REACHING = frozenset({"mcp_server", "hook"})


class NameTaken(Conflict):
    """Names are unique among one user's things of one kind."""

    code = "name_taken"
    title = "You have one of this name already"


class VersionPassed(Conflict):
    """A change that was made from a version that is no longer the newest."""

    code = "version_passed"
    title = "It was changed meanwhile"


class ReadOnly(Conflict):
    """What stands on the disk of the server is changed there."""

    code = "read_only"
    title = "It comes from the server's disk and can only be changed there"


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list, and where it goes on; `problems` are told to administrators."""

    items: Sequence[Values]
    next_cursor: str | None
    problems: Sequence[str] = ()


# How something fares for a user: by its id (None: it is the operator's) and as it is stored.
Live = Callable[[UserId, str | None, Values], Any]


class Shelves:
    """What stands on them is told as plain values: what all have in common, and the fields of their kind."""

    def __init__(self, database: Database, disk: Disk, settings: AgentSettings, clock: Clock) -> None:
        self._database = database
        self.disk = disk
        self._settings = settings
        self._clock = clock
        # how things of a kind fare now, by its name; filled in where the house is put together
        self.live: dict[str, Live] = {}
        self.audit: Audit = unheard

    async def page(self, principal: Principal, kind: Kind, window: Window) -> Page:
        """By name; what is one's own, what is shared, and what is on the disk."""
        after = _position(window.cursor, tuple[str, str], ("", ""))
        rows = await self._database.read(store.page(kind.name, principal.user_id, after, window.limit + 1))
        found = await self.disk.look()
        merged = [((row.name, row.id), self._listed(kind, principal, row)) for row in rows]
        merged += [((one.name, one.id), self._on_disk(kind, principal, one)) for one in found.of(kind.name)]
        merged = sorted((one for one in merged if one[0] > after), key=lambda one: one[0])
        shown = merged[: window.limit]
        more = pages.cursor(*shown[-1][0]) if len(merged) > window.limit else None
        return Page([values for _, values in shown], more, found.problems if principal.admin else ())

    async def get(self, principal: Principal, kind: Kind, definition_id: str) -> Values:
        """One of them, whole."""
        entry = (await self.disk.look()).by_id.get(definition_id)
        if entry is not None and entry.kind == kind.name:
            return await self._whole(entry)
        kept, version = await self._database.read(_owned(kind, definition_id, principal))
        return _told(kind, principal, kept, _decoded(version.body))

    async def stored(self, principal: Principal, kind: Kind, definition_id: str) -> tuple[Kept, Values]:
        """One of them as it is stored, its secrets sealed: for work inside the house, never to be told."""
        kept, version = await self._database.read(_owned(kind, definition_id, principal))
        return kept, _decoded(version.body)

    async def create(self, principal: Principal, kind: Kind, values: Values) -> Values:
        """Put one there, and give it whole."""
        shared = _flag(values) or False
        definition_id, now = new_id(DEFINITION), stamp(self._clock.now())
        body = kind.settle(values, None, about=definition_id, principal=principal)
        self._check(principal, kind, body, shared=shared)
        version = Version(1, encoded(body), int(shared), principal.user_id, now)
        brief = _brief(body)
        kept = Kept(
            definition_id, principal.user_id, kind.name, body["name"], int(shared), 1, brief, now, now, principal.role
        )
        try:
            added = await self._database.write(store.add(kept, version, self._settings.per_shelf))
        except UniqueViolated:
            raise NameTaken(f"You have a {kind.said} `{kept.name}` already.") from None
        if not added:
            raise Conflict(f"You have {self._settings.per_shelf} {kind.many}, as many as one may; remove one first.")
        await self._audited(principal, kind, definition_id, "created", shared=shared)
        return _told(kind, principal, kept, body)

    async def change(
        self, principal: Principal, kind: Kind, definition_id: str, values: Values, *, made_from: int | None = None
    ) -> Values:
        """Change some fields, as a new version; `made_from` is the version that the change was made from."""
        await self._refuse_disk(definition_id)
        kept, version = await self._database.read(_owned(kind, definition_id, principal))
        _check_owner(principal, kept)
        made_from = _number(values) or made_from
        if made_from not in (None, kept.version):
            raise VersionPassed(f"It is version {kept.version} now; yours was {made_from}.")
        said = _flag(values)
        shared = bool(kept.shared) if said is None else said
        before = _decoded(version.body)
        said = {name: value for name, value in {**kind.show(before), **values}.items() if value is not None}
        body = kind.settle(said, before, about=definition_id, principal=principal)
        self._check(principal, kind, body, shared=shared)
        changed = await self._put(principal, kind, kept, (body, shared))
        await self._audited(principal, kind, definition_id, "changed", shared=shared or bool(kept.shared))
        return changed

    async def remove(self, principal: Principal, kind: Kind, definition_id: str) -> None:
        """Take one away, with all its versions."""
        await self._refuse_disk(definition_id)
        kept, _ = await self._database.read(_owned(kind, definition_id, principal))
        _check_owner(principal, kept)
        await self._database.write(store.remove(definition_id))
        await self._audited(principal, kind, definition_id, "deleted", shared=bool(kept.shared))

    async def check_owner(self, principal: Principal, kind: Kind, definition_id: str) -> None:
        """Raise unless the caller may change it: it is theirs, or they are an administrator who sees it."""
        await self._refuse_disk(definition_id)
        kept, _ = await self._database.read(_owned(kind, definition_id, principal))
        _check_owner(principal, kept)

    async def versions(self, principal: Principal, kind: Kind, definition_id: str, window: Window) -> Page:
        """Every version that is kept, whole, newest first."""
        entry = (await self.disk.look()).by_id.get(definition_id)
        if entry is not None and entry.kind == kind.name:
            return Page([await self._whole(entry)], None)
        before = _position(window.cursor, tuple[int], (2**31,))[0]
        kept, _ = await self._database.read(_owned(kind, definition_id, principal))
        found = await self._database.read(store.history(kept.id, before, window.limit + 1))
        shown = found[: window.limit]
        more = pages.cursor(shown[-1].version) if len(found) > window.limit else None
        items = [_told(kind, principal, _at(kept, one), _decoded(one.body)) for one in shown]
        return Page(items, more)

    def _listed(self, kind: Kind, principal: Principal, row: Kept) -> Values:
        body = _decoded(row.brief)
        return _told(kind, principal, row, body) | self._status(kind, principal, row.id, body)

    def _on_disk(self, kind: Kind, principal: Principal, entry: DiskEntry) -> Values:
        return _of_disk(entry, brief_of(entry.body)) | self._status(kind, principal, None, entry.body)

    def _status(self, kind: Kind, principal: Principal, definition_id: str | None, body: Values) -> Values:
        live = self.live.get(kind.name)
        return {"status": live(principal.user_id, definition_id, body)} if live else {}

    async def _put(self, principal: Principal, kind: Kind, kept: Kept, now: tuple[Values, bool]) -> Values:
        body, shared = now
        after = kept._replace(
            name=body["name"],
            shared=int(shared),
            version=kept.version + 1,
            brief=_brief(body),
            updated_at=stamp(self._clock.now()),
        )
        version = Version(after.version, encoded(body), after.shared, principal.user_id, after.updated_at)
        try:
            done = await self._database.write(store.change(after, version, self._settings.versions_kept))
        except UniqueViolated:
            raise NameTaken(f"There is a {kind.said} `{after.name}` already.") from None
        if not done:
            raise VersionPassed
        return _told(kind, principal, after, body)

    async def _audited(self, principal: Principal, kind: Kind, definition_id: str, act: str, *, shared: bool) -> None:
        """What reaches out of the house, and what is put into everybody's turns."""
        if shared or kind.name in _REACHING:
            said = {"shared": "yes" if shared else "no"}
            event = SecurityEvent(
                kind=f"{kind.name}.{act}", actor_id=principal.user_id, subject=definition_id, detail=said
            )
            await self.audit(event)

    def _check(self, principal: Principal, kind: Kind, body: Values, *, shared: bool) -> None:
        if shared and kind.operators_share and not principal.admin:
            raise Forbidden(f"Only administrators share {kind.many}: they act in other people's turns.")
        if body.get("permission_mode") == "bypassPermissions":
            check_bypass(principal, self._settings)

    async def _refuse_disk(self, definition_id: str) -> None:
        if definition_id in (await self.disk.look()).by_id:
            raise ReadOnly

    async def _whole(self, entry: DiskEntry) -> Values:
        body = entry.body
        if entry.kind == SKILL.name:
            body = body | {"body": await self.disk.text(entry)}
        return _of_disk(entry, body)


def _brief(body: Values) -> str:
    """What every turn of its owner reads, so it is bounded."""
    brief = encoded(brief_of(body))
    if len(brief) > LONGEST_BRIEF:
        says = f"names, descriptions and rules have more than {LONGEST_BRIEF:,} characters together"
        raise Invalid.about([{"loc": [], "msg": says, "type": "too_long"}], "body")
    return brief


def check_bypass(principal: Principal, settings: AgentSettings) -> None:
    """Forbid the mode in which nothing is asked, unless the operator opened it for this person."""
    if settings.allow_bypass != "admins" or not principal.admin:
        raise Forbidden("The permission mode bypassPermissions is not open to you; an administrator can change that.")


def _owned(kind: Kind, definition_id: str, principal: Principal) -> Any:
    kept = yield from store.one(kind.name, definition_id, principal.user_id)
    version = (yield from store.version(definition_id, kept.version)) if kept else None
    if kept is None or version is None:
        raise NotFound(f"There is no such {kind.said}.")
    return kept, version


def _check_owner(principal: Principal, kept: Kept) -> None:
    if kept.user_id != principal.user_id and not principal.admin:
        raise Forbidden("It is somebody else's: only its owner and administrators change it.")


def _told(kind: Kind, principal: Principal, kept: Kept, body: Values) -> Values:
    mine = kept.user_id == principal.user_id
    return {
        "id": kept.id,
        "version": kept.version,
        "source": "own" if mine else "shared",
        "shared": bool(kept.shared),
        "read_only": not mine and not principal.admin,
        "created_at": kept.created_at,
        "updated_at": kept.updated_at,
        **kind.show(body),
    }


def _of_disk(entry: DiskEntry, body: Values) -> Values:
    return {
        "id": entry.id,
        "version": 1,
        "source": "disk",
        "shared": True,
        "read_only": True,
        "created_at": entry.modified,
        "updated_at": entry.modified,
        **body,
    }


def _flag(values: Values) -> bool | None:
    """Whether it is to be shared, if that is said."""
    said = values.pop("shared", None)
    if said is not None and not isinstance(said, bool):
        raise Invalid.about([{"loc": ["shared"], "msg": "true or false", "type": "bool_type"}], "body")
    return said


def _number(values: Values) -> int | None:
    """The version that a change was made from, if that is said."""
    said = values.pop("version", None)
    if said is not None and (isinstance(said, bool) or not isinstance(said, int) or said < 1):
        raise Invalid.about([{"loc": ["version"], "msg": "the number of a version", "type": "int_type"}], "body")
    return said


def _at(kept: Kept, version: Version) -> Kept:
    return kept._replace(version=version.version, shared=version.shared, updated_at=version.created_at)


def _decoded(text: str) -> Values:
    return cast("Values", msgspec.json.decode(text))


def _position(cursor: str | None, shape: Any, default: Any) -> Any:
    if not cursor:
        return default
    try:
        return pages.position(cursor, shape)
    except pages.BadCursor as error:
        problem = {"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}
        raise Invalid(str(error), errors=[problem]) from None
