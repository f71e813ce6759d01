"""Keys that were found where they should not be: whose they are, and their end; it searches no place for them."""

from typing import Literal, NamedTuple

import msgspec

from palaver.core.audit import Audit, SecurityEvent
from palaver.core.errors import Invalid
from palaver.core.ids import KeyId, UserId
from palaver.core.principal import Principal
from palaver.identity.api_keys import store
from palaver.identity.credentials import keys_in, parts_of_key, same
from palaver.identity.standing import Standing
from palaver.kit.clock import Clock, instant
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database

MOST = 1_000  # keys looked up at once

State = Literal["active", "ended", "unknown"]


class Leaked(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about a key that was found. `unknown` is also one whose secret is wrong: it opens nothing."""

    key_id: str
    state: State
    user_id: str | None = None
    name: str | None = None
    created_at: str | None = None
    revoked: bool = False


class _Held(NamedTuple):
    id: KeyId
    user_id: UserId


class Leaks:
    """Needs no running server: the command line uses it on the same database."""

    def __init__(self, database: Database, clock: Clock, standing: Standing, audit: Audit) -> None:
        self._standing = standing
        self._database = database
        self._clock = clock
        self._audit = audit

    async def look(self, text: Sealed[str], *, revoke: bool = False, by: Principal | None = None) -> list[Leaked]:
        """Every key in a text, each once, in its order. With `revoke`, those that are known are deleted."""
        found = keys_in(text.reveal())
        if len(found) > MOST:
            raise Invalid(f"At most {MOST} keys are looked up at once.")
        return [await self._look(one, revoke=revoke, by=by) for one in found]

    async def _look(self, text: str, *, revoke: bool, by: Principal | None) -> Leaked:
        parts = parts_of_key(text)
        assert parts is not None  # `keys_in` gives nothing else
        key_id, secret = parts
        kept = await self._database.read(store.kept(key_id))
        if kept is None or not same(kept.hash, secret):
            return Leaked(key_id=key_id, state="unknown")
        over = kept.expires_at is not None and instant(kept.expires_at) <= self._clock.now()
        revoked = revoke and await self._revoke(_Held(kept.id, kept.user_id), by)
        return Leaked(
            key_id=key_id,
            state="ended" if over else "active",
            user_id=kept.user_id,
            name=kept.name,
            created_at=kept.created_at,
            revoked=revoked,
        )

    async def _revoke(self, held: _Held, by: Principal | None) -> bool:
        if not await self._database.write(store.delete_any(held.id)):
            return False
        await self._standing.changed(held.user_id)
        await self._audit(
            SecurityEvent(
                kind="key.leaked",
                actor_id=by.user_id if by else None,
                subject=held.id,
                detail={"user_id": held.user_id},
            )
        )
        return True
