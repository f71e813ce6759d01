"""The policy of care that holds, and those before it: sets one within its bounds; what it changes, others ask for."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from palaver.care.policy import store
from palaver.care.policy.policy import SHIPS, Actions, Policy, Shipped, faults, still
from palaver.care.policy.store import Kept
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Invalid, NotFound
from palaver.core.ids import UserId
from palaver.kit.clock import Clock, stamp
from palaver.kit.pages import cursor
from palaver.storage.port import Database, StorageUnavailable
from palaver.storage.script import Script

log = logging.getLogger(__name__)

_LOOK = timedelta(seconds=5)  # how soon what another process set holds here as well
_END = 2**62


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as it was set: by whom, when and why, and of which version it is a copy. Version 0 is what ships."""

    version: int
    policy: Policy
    set_by: str | None = None
    set_at: str | None = None
    note: str = ""
    reverts_to: int | None = None


class PolicyHistory(msgspec.Struct, frozen=True):
    """Some policies, the newest first."""

    items: list[PolicyVersion]
    next_cursor: str | None


class Act(NamedTuple):
    """What somebody sets: over which version they set it, where they say so, and why."""

    policy: Policy
    note: str = ""
    over: int | None = None
    reverts_to: int | None = None


FIRST = PolicyVersion(version=0, policy=SHIPS)


class Policies:
    """The front door to the policy of care."""

    def __init__(self, database: Database, shipped: Callable[[], Shipped], clock: Clock) -> None:
        self._database = database
        self._shipped = shipped
        self._clock = clock
        self.audit: Audit = unheard
        self._now = FIRST
        self._read_at: datetime | None = None

    async def current(self) -> PolicyVersion:
        """What holds. It is read anew after some seconds, so that nobody waits for it with every message."""
        now = self._clock.now()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < _LOOK:
            self._now = await self._read()
            self._read_at = now
        return self._now

    def actions(self) -> Actions:
        """What is done about words that may not be told, as was last read: an answer that streams waits for nothing."""
        return self._now.policy.actions

    async def _read(self) -> PolicyVersion:
        """What stands in the database; what held before where that cannot be asked, for words wait for nothing."""
        try:
            return await self._database.read(_newest())
        except StorageUnavailable:
            log.exception("The policy of care cannot be read: the last one that was holds on")
            return self._now

    async def page(self, before: int | None, limit: int) -> PolicyHistory:
        """Some versions, the newest first; the one that ships ends the list."""
        kept = await self._database.read(store.page(_END if before is None else before, limit + 1))
        items = [_version(one) for one in kept[:limit]]
        if len(kept) > limit:
            return PolicyHistory(items, cursor(items[-1].version))
        return PolicyHistory([*items, FIRST] if before != 0 else items, None)

    async def put(self, by: UserId, act: Act) -> PolicyVersion:
        """Let a policy hold from now on; `Invalid` where it is out of bounds, `Conflict` where another came first."""
        self._check(act.policy)
        done = await self._database.write(self._put(by, act))
        await self._told(by, done)
        return done

    async def revert(self, by: UserId, to: int, note: str, over: int | None) -> PolicyVersion:
        """Let an older version hold again, as a new one; without what it says of rules and readers that are gone."""
        found = FIRST if to == 0 else await self._database.read(_find(to))
        return await self.put(by, Act(still(found.policy, self._shipped()), note, over, to))

    def _check(self, policy: Policy) -> None:
        if wrong := faults(policy, self._shipped()):
            errors = [{"loc": ["body", "policy", *one.loc], "msg": one.says, "type": "policy"} for one in wrong]
            raise Invalid(f"{'.'.join(wrong[0].loc)}: {wrong[0].says}", errors=errors)

    def _put(self, by: UserId, act: Act) -> Script[PolicyVersion]:
        before = (yield from _newest()).version
        if act.over is not None and act.over != before:
            raise Conflict(f"Version {before} was set meanwhile. Look at it first.")
        body = msgspec.json.encode(act.policy).decode()
        kept = Kept(before + 1, body, by, stamp(self._clock.now()), act.note, act.reverts_to)
        yield from store.put(kept)
        return _version(kept)

    async def _told(self, by: UserId, done: PolicyVersion) -> None:
        self._now, self._read_at = done, self._clock.now()
        detail = {"version": str(done.version)}
        if done.reverts_to is not None:
            detail["reverts_to"] = str(done.reverts_to)
        await self.audit(SecurityEvent(kind="care.policy_set", actor_id=by, subject="care.policy", detail=detail))


def _newest() -> Script[PolicyVersion]:
    kept = yield from store.newest()
    return _version(kept) if kept else FIRST


def _find(version: int) -> Script[PolicyVersion]:
    kept = yield from store.find(version)
    if kept is None:
        raise NotFound("There is no such version.")
    return _version(kept)


def _version(kept: Kept) -> PolicyVersion:
    return PolicyVersion(
        version=kept.version,
        policy=msgspec.json.decode(kept.body, type=Policy),
        set_by=kept.set_by,
        set_at=kept.set_at,
        note=kept.note,
        reverts_to=kept.reverts_to,
    )
