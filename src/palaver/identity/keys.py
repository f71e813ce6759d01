"""Use cases about API keys: making, listing, deleting; whether one that comes along holds, the door decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import KEY, KeyId, UserId
from palaver.core.principal import Principal
from palaver.identity import scopes as vocabulary
from palaver.identity import store
from palaver.identity.credentials import api_key, hashed, new_secret
from palaver.identity.refusals import ScopeMissing, TooManyKeys
from palaver.identity.settings import IdentitySettings
from palaver.identity.uses import Uses
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database


class ApiKey(NamedTuple):
    """A key as its owner sees it: everything but the secret."""

    id: KeyId
    name: str
    scopes: Sequence[str] | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class ApiKeys:
    """Needs no running server: the command line uses it on the same database."""

    def __init__(self, database: Database, settings: IdentitySettings, uses: Uses, clock: Clock) -> None:
        self._database = database
        self._most = settings.keys_per_user
        self._uses = uses
        self._clock = clock

    async def create(
        self, asking: Principal, name: str, scopes: Sequence[str] | None = None, *, expires_at: datetime | None = None
    ) -> tuple[ApiKey, Sealed[str]]:
        """A key for the caller, and its secret, which is told once. A narrow key makes no wider one."""
        self._check(asking, scopes, expires_at)
        secret, now = new_secret(), self._clock.now()
        kept = sorted(set(scopes)) if scopes is not None else None
        until = stamp(expires_at) if expires_at else None
        key = ApiKey(KeyId(new_id(KEY)), name, kept, stamp(now), until, None)
        row = {**key._asdict(), "user_id": asking.user_id, "hash": hashed(secret.reveal()), "scopes": encoded(kept)}
        if not await self._database.write(store.add_key(row, self._most)):
            raise TooManyKeys
        return key, api_key(key.id, secret)

    async def list(self, user_id: UserId) -> list[ApiKey]:
        """Oldest first; uses that are not written down yet are counted in."""
        rows = await self._database.read(store.keys_of(user_id))
        return [self._key(row) for row in rows]

    async def delete(self, user_id: UserId, key_id: str) -> None:
        """Gone with the next request that brings it. Unknown and somebody else's answer alike."""
        if not await self._database.write(store.delete_key(user_id, key_id)):
            raise NotFound

    def _check(self, asking: Principal, scopes: Sequence[str] | None, expires_at: datetime | None) -> None:
        strange = vocabulary.unknown(scopes or ())
        if strange or (scopes is not None and not scopes):
            known = ", ".join(vocabulary.SCOPES)
            says = f"{', '.join(strange) or 'An empty list'} is not among the scopes: {known}."
            raise Invalid(says, errors=[{"loc": ["body", "scopes"], "msg": says, "type": "scopes"}])
        wider = vocabulary.wider(scopes, asking)
        if wider:
            raise ScopeMissing(f"You cannot hand on what you do not hold: {', '.join(wider)}.")
        if expires_at is not None and expires_at <= self._clock.now():
            says = "The key would expire before it is made."
            raise Invalid(says, errors=[{"loc": ["body", "expires_at"], "msg": says, "type": "expires_at"}])

    def _key(self, row: store.KeyRow) -> ApiKey:
        used = self._uses.of_key(row.id) or row.last_used_at
        return ApiKey(row.id, row.name, decoded(row.scopes), row.created_at, row.expires_at, used)


def encoded(scopes: Sequence[str] | None) -> str | None:
    """As they are stored."""
    return None if scopes is None else msgspec.json.encode(scopes).decode()


def decoded(stored: str | None) -> list[str] | None:
    """As they were before."""
    return None if stored is None else msgspec.json.decode(stored, type=list[str])
