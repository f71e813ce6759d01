"""Woken by time: writes last uses down, fetches issuers' keys anew, removes what is over; it starts no task itself."""

import logging
from datetime import timedelta

from palaver.identity import store
from palaver.identity.issuers import Issuers
from palaver.identity.lockout.service import Lockout
from palaver.identity.second_factor import store as second_factors
from palaver.identity.settings import IdentitySettings
from palaver.identity.uses import Uses
from palaver.kit.clock import Clock, stamp
from palaver.storage.port import Database, StorageUnavailable

log = logging.getLogger(__name__)

_SWEEP_EVERY = timedelta(hours=1)


class Upkeep:
    """`run` never returns: start it in the house's task group. Its cancellation writes the last uses down."""

    def __init__(
        self,
        database: Database,
        settings: IdentitySettings,
        issuers: Issuers,
        *,
        uses: Uses,
        lockout: Lockout,
        clock: Clock,
    ) -> None:
        self._database = database
        self._every = min(settings.use_written_every, settings.jwks_refresh)
        self._issuers = issuers
        self._uses = uses
        self._lockout = lockout
        self._clock = clock
        self._swept = clock.now()

    async def run(self) -> None:
        """Once per period, for ever."""
        try:
            while True:
                await self._clock.sleep(self._every)
                await self.once()
        finally:
            self._uses.write()

    async def once(self) -> None:
        """Everything that is due now."""
        self._uses.write()
        await self._issuers.refresh()
        now = self._clock.now()
        if now - self._swept >= _SWEEP_EVERY:
            self._swept = now
            await self._sweep()

    async def _sweep(self) -> None:
        try:
            now = stamp(self._clock.now())
            removed = await self._database.write(store.sweep(now), durable=False)
            removed += await self._database.write(second_factors.sweep(now), durable=False)
            await self._lockout.sweep()
        except StorageUnavailable as error:
            log.warning("What is over could not be removed; the next sweep tries again: %r", error)
        else:
            log.info("Removed %d ended sign-ins and one-time tokens.", removed)
