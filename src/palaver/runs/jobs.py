"""Woken by time: keeps this process's lease, and goes on with runs whose process is gone; it starts no task itself."""

import logging
from datetime import timedelta

from palaver.kit.clock import Clock
from palaver.runs.recovery import Recovery
from palaver.storage import lease
from palaver.storage.port import Database, StorageUnavailable

log = logging.getLogger(__name__)


class LeaseKeeper:
    """`run` never returns: start it in the house's task group, after `take`."""

    def __init__(self, database: Database, recovery: Recovery, clock: Clock, *, holder: str, span: timedelta) -> None:
        self._database = database
        self._recovery = recovery
        self._clock = clock
        self._holder = holder
        self._span = span

    async def take(self) -> None:
        """Be alive from now on."""
        await self._database.write(lease.renew(self._holder, self._clock.now(), self._span))

    async def give_up(self) -> None:
        """Be gone: what was held here may be claimed at once."""
        try:
            await self._database.write(lease.give_up(self._holder))
        except StorageUnavailable as error:
            log.warning("The lease could not be given up, and will run out: %s", error.detail)

    async def run(self) -> None:
        """Three times per span: stay alive, look for runs that nobody drives, and for what others want of ours."""
        while True:
            await self._clock.sleep(self._span / 3)
            try:
                await self.take()
                await self._recovery.heed()
                if count := await self._recovery.recover(alone=False):
                    log.info("Runs of a server that is gone go on here", extra={"runs": count})
            except StorageUnavailable as error:
                log.warning("The lease could not be renewed: %s", error.detail)
