"""Ends everything that somebody asked who may ask no more, in all sessions; what was said stays."""

from palaver.core.ids import UserId
from palaver.runs.leaving import store
from palaver.runs.service import Runs
from palaver.storage.port import Database


class Leaving:
    """Whoever is disabled or removed spends nothing more; what others asked in the same sessions goes on."""

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database = database
        self._runs = runs

    async def of_user(self, user_id: UserId) -> None:
        """Runs that are under way, wait for their turn, or wait for a person."""
        for run_id in await self._database.read(store.of_user(user_id)):
            await self._runs.end(run_id)

    async def of_disabled(self) -> None:
        """The same for all who were disabled by a command, or in another process."""
        for user_id in await self._database.read(store.of_disabled()):
            await self.of_user(user_id)
