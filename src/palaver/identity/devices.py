"""Where somebody is signed in, and how they end that from elsewhere; signing in and out oneself is `sign_ins`."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import NotFound
from palaver.core.ids import UserId
from palaver.identity import devices_store
from palaver.identity.credentials import hashed
from palaver.identity.devices_store import Opened
from palaver.identity.standing import Standing
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database
from palaver.storage.script import Script


class Here(NamedTuple):
    """What the caller is signed in by: the cookie's secret, or the sign-in of an access token."""

    cookie: str | None = None
    family_id: str | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in: the cookie and the tokens that it opened, by what the program called itself and its address."""

    id: str
    agent: str
    address: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class Devices:
    """Lists and ends. What is ended is refused from the next request on, and its sockets are closed."""

    def __init__(self, database: Database, clock: Clock, audit: Audit = unheard) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self.standing = Standing(database, clock)

    async def list(self, user_id: UserId, here: Here) -> Sequence[Device]:
        """The one that was used last first."""

        def read() -> Script[Sequence[Device]]:
            current = yield from _device_of(here)
            return _devices((yield from devices_store.opened(user_id, stamp(self._clock.now()))), current)

        return await self._database.read(read())

    async def end(self, user_id: UserId, device_id: str) -> None:
        """End one of them. Raises NotFound where the user has none of this id."""
        if not await self._database.write(devices_store.end(user_id, device_id, stamp(self._clock.now()))):
            raise NotFound("You have no such device.")
        await self._audit(SecurityEvent(kind="auth.device_ended", actor_id=user_id, subject=device_id))
        await self.standing.changed(user_id)

    async def end_others(self, user_id: UserId, here: Here) -> None:
        """End all but the one that asks."""
        now = stamp(self._clock.now())

        def write() -> Script[None]:
            current = yield from _device_of(here)
            for one in {one.device_id for one in (yield from devices_store.opened(user_id, now))} - {current}:
                yield from devices_store.end(user_id, one, now)

        await self._database.write(write())
        await self._audit(SecurityEvent(kind="auth.other_devices_ended", actor_id=user_id))
        await self.standing.changed(user_id)


def _device_of(here: Here) -> Script[str | None]:
    return (yield from devices_store.device_of(hashed(here.cookie) if here.cookie else None, here.family_id))


def _devices(opened: Iterable[Opened], current: str | None) -> Sequence[Device]:
    by_id: dict[str, list[Opened]] = {}
    for one in opened:
        by_id.setdefault(one.device_id, []).append(one)
    found = [
        Device(
            id=device_id,
            agent=parts[0].agent,
            address=parts[0].address,
            created_at=min(one.created_at for one in parts),
            last_used_at=max(one.used_at for one in parts),
            expires_at=max(one.expires_at for one in parts),
            current=device_id == current,
        )
        for device_id, parts in by_id.items()
    ]
    return sorted(found, key=lambda one: (one.last_used_at, one.id), reverse=True)
