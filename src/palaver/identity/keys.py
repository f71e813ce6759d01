"""Use cases about API keys: making, listing, rotating, deleting; whether one that comes holds, the door decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import KEY, KeyId, UserId
from palaver.core.principal import Principal
from palaver.identity import scopes as vocabulary
from palaver.identity import store
from palaver.identity.api_keys import networks as places
from palaver.identity.api_keys import store as key_store
from palaver.identity.credentials import api_key, hashed, new_secret
from palaver.identity.refusals import KeyOver, ScopeMissing, TooManyKeys
from palaver.identity.settings import IdentitySettings
from palaver.identity.standing import Standing
from palaver.identity.uses import Uses
from palaver.kit.clock import Clock, instant, stamp
from palaver.kit.ids import new_id
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database

MOST_NETWORKS = 32


class ApiKey(NamedTuple):
    """A key as its owner sees it: everything but the secret. One that was rotated, and the one that followed it, know
    each other while both are there."""

    id: KeyId
    name: str
    scopes: Sequence[str] | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    networks: Sequence[str] | None = None
    replaces_id: KeyId | None = None
    replaced_by_id: KeyId | None = None


class ApiKeys:
    """Needs no running server: the command line uses it on the same database.

    `by` is who does it, where that is not the key's user.
    """

    def __init__(
        self,
        database: Database,
        settings: IdentitySettings,
        uses: Uses,
        clock: Clock,
        *,
        audit: Audit = unheard,
    ) -> None:
        self._database = database
        self._most = settings.keys_per_user
        self._overlap = settings.key_overlap
        self._longest_overlap = settings.key_overlap_longest
        self._uses = uses
        self._clock = clock
        self._audit = audit
        self.standing = Standing(database, clock)

    async def create(
        self,
        asking: Principal,
        name: str,
        scopes: Sequence[str] | None = None,
        *,
        expires_at: datetime | None = None,
        networks: Sequence[str] | None = None,
        by: UserId | None = None,
    ) -> tuple[ApiKey, Sealed[str]]:
        """A key for the caller, and its secret, which is told once. A narrow key makes no wider one."""
        self._check(asking, scopes, expires_at)
        secret, now = new_secret(), self._clock.now()
        kept = sorted(set(scopes)) if scopes is not None else None
        until = stamp(expires_at) if expires_at else None
        where = await self._networks(asking, networks)
        key = ApiKey(KeyId(new_id(KEY)), name, kept, stamp(now), until, None, where)
        if not await self._database.write(store.add_key(_row(key, asking.user_id, secret), self._most)):
            raise TooManyKeys
        await self._tell("key.created", by or asking.user_id, key.id, asking.user_id)
        return key, api_key(key.id, secret)

    async def list(self, user_id: UserId) -> list[ApiKey]:
        """Oldest first; uses that are not written down yet are counted in."""
        rows = await self._database.read(store.keys_of(user_id))
        there = {row.id for row in rows}
        followers = {row.replaces_id: row.id for row in rows if row.replaces_id}
        return [self._key(row, there, followers) for row in rows]

    async def rotate(
        self,
        asking: Principal,
        key_id: str,
        *,
        overlap: timedelta | None = None,
        by: UserId | None = None,
    ) -> tuple[ApiKey, Sealed[str]]:
        """The key that follows this one, as wide and as long. This one holds until the overlap is over, no longer."""
        old, now = await self._database.read(key_store.kept(key_id)), self._clock.now()
        if old is None or old.user_id != asking.user_id:
            raise NotFound("You have no such key.")
        over = old.expires_at is not None and instant(old.expires_at) <= now
        if over:
            raise KeyOver
        scopes = decoded(old.scopes)
        self._check(asking, scopes, None)
        end = instant(old.expires_at) if old.expires_at else None
        until = stamp(now + (end - instant(old.created_at))) if end else None
        ends = now + self._checked_overlap(overlap)
        where = decoded(old.networks)
        key, secret = ApiKey(KeyId(new_id(KEY)), old.name, scopes, stamp(now), until, None, where, old.id), new_secret()
        added = await self._database.write(
            key_store.replace(
                old,
                _row(key, old.user_id, secret),
                stamp(min(ends, end) if end else ends),
                most=self._most,
                now=stamp(now),
            )
        )
        if not added:
            raise KeyOver if added is None else TooManyKeys
        if ends <= now:
            await self.standing.changed(old.user_id)
        await self._tell("key.rotated", by or asking.user_id, old.id, old.user_id, followed_by=key.id)
        return key, api_key(key.id, secret)

    async def delete(self, user_id: UserId, key_id: str, *, by: UserId | None = None) -> None:
        """Gone with the next request that brings it. Unknown and somebody else's answer alike."""
        if not await self._database.write(store.delete_key(user_id, key_id)):
            raise NotFound
        await self._tell("key.deleted", by or user_id, key_id, user_id)
        await self.standing.changed(user_id)

    def _check(self, asking: Principal, scopes: Sequence[str] | None, expires_at: datetime | None) -> None:
        strange = vocabulary.unknown(scopes or ())
        if strange or (scopes is not None and not scopes):
            known = ", ".join(vocabulary.SCOPES)
            _refuse("scopes", f"{', '.join(strange) or 'An empty list'} is not among the scopes: {known}.")
        wider = vocabulary.wider(scopes, asking)
        if wider:
            raise ScopeMissing(f"You cannot hand on what you do not hold: {', '.join(wider)}.")
        if expires_at is not None and expires_at <= self._clock.now():
            _refuse("expires_at", "The key would expire before it is made.")

    def _checked_overlap(self, overlap: timedelta | None) -> timedelta:
        if overlap is None:
            return self._overlap
        if not timedelta(0) <= overlap <= self._longest_overlap:
            most = int(self._longest_overlap.total_seconds())
            _refuse("overlap_seconds", f"Two keys may hold side by side for 0 to {most} seconds.")
        return overlap

    async def _networks(self, asking: Principal, wanted: Sequence[str] | None) -> Sequence[str] | None:
        """Those that are wanted; a key that is limited itself makes only keys that are at least as limited."""
        maker = await self._database.read(key_store.kept(asking.key_id)) if asking.key_id else None
        bounds = decoded(maker.networks) if maker else None
        if wanted is None:
            return bounds
        try:
            found = sorted({places.normal(one) for one in wanted})
        except ValueError:
            _refuse("networks", "A network is an address or a range such as 192.0.2.0/24 or 2001:db8::/32.")
        if not 0 < len(found) <= MOST_NETWORKS:
            _refuse("networks", f"A key is limited to 1 to {MOST_NETWORKS} networks; leave them out for none.")
        if bounds is not None and not places.within(found, bounds):
            raise ScopeMissing(f"You cannot hand on more than your own networks: {', '.join(bounds)}.")
        return found

    def _key(self, row: store.KeyRow, there: set[KeyId], followers: Mapping[KeyId, KeyId]) -> ApiKey:
        used = self._uses.of_key(row.id) or row.last_used_at
        replaces = row.replaces_id if row.replaces_id in there else None
        return ApiKey(
            row.id,
            row.name,
            decoded(row.scopes),
            row.created_at,
            row.expires_at,
            used,
            decoded(row.networks),
            replaces,
            followers.get(row.id),
        )

    async def _tell(self, kind: str, by: UserId, key_id: str, user_id: UserId, **detail: str) -> None:
        about = {"user_id": user_id, **detail} if by != user_id else detail
        await self._audit(SecurityEvent(kind=kind, actor_id=by, subject=key_id, detail=about))


def encoded(words: Sequence[str] | None) -> str | None:
    """Scopes or networks as they are stored."""
    return None if words is None else msgspec.json.encode(words).decode()


def decoded(stored: str | None) -> list[str] | None:
    """As they were before."""
    return None if stored is None else msgspec.json.decode(stored, type=list[str])


def _row(key: ApiKey, user_id: UserId, secret: Sealed[str]) -> dict[str, Any]:
    row = key._asdict() | {"user_id": user_id, "hash": hashed(secret.reveal())}
    del row["replaced_by_id"]
    return row | {"scopes": encoded(key.scopes), "networks": encoded(key.networks)}


def _refuse(field: str, says: str) -> NoReturn:
    raise Invalid(says, errors=[{"loc": ["body", field], "msg": says, "type": field}])
