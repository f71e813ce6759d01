"""Woken by time: lets search take in what was said, while nothing else is to do; it starts no task itself."""

import logging
from collections.abc import Callable
from datetime import timedelta

from palaver.kit.clock import Clock
from palaver.sessions.service import Sessions
from palaver.storage.port import StorageUnavailable

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=2)
BETWEEN = timedelta(milliseconds=5)  # so that requests come in between two batches


class SearchUpkeep:
    """`run` never returns: start it in the house's task group. `idle` says whether there is nothing better to do."""

    def __init__(self, sessions: Sessions, idle: Callable[[], bool], clock: Clock) -> None:
        self._sessions = sessions
        self._idle = idle
        self._clock = clock

    async def run(self) -> None:
        """Take in what is new, batch by batch. What is missing when somebody searches is taken in then."""
        while True:
            await self._clock.sleep(EVERY)
            try:
                while self._idle() and await self._sessions.index():
                    await self._clock.sleep(BETWEEN)
            except StorageUnavailable as error:
                log.warning("Search could not take in new messages: %s", error.detail)
