"""Lets runs wait until there is room for them; who is next is decided in `line`, and what a run does then elsewhere.

A run has its place from its first model call until it is over or waits for a person. Runs below others work in the
place of the one above, which waits for them.
"""

import asyncio

from palaver.core.errors import RateLimited
from palaver.core.events import Noticed
from palaver.core.ids import RunId, UserId
from palaver.runs.fairness.line import Line
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.settings import RunSettings

QUEUED = "queued"  # the notice that a run waits for its place


class Places:
    """The places of one process."""

    def __init__(self, journal: Journal, settings: RunSettings) -> None:
        self._journal = journal
        self._most_waiting = settings.waiting_per_user
        self.each = settings.at_once_per_user
        self.line: Line[UserId, RunId] = Line(settings.at_once, settings.at_once_per_user)
        self._waiters: dict[RunId, asyncio.Future[None]] = {}

    def refuse_more(self, user_id: UserId) -> None:
        """RateLimited where so many of somebody's wait that one more is not taken."""
        if self.line.waiting(user_id) >= self._most_waiting:
            said = f"{self._most_waiting} of your runs wait for their turn already; try again when some are over."
            raise RateLimited(said, retry_after=1)

    async def take(self, live: Live) -> None:
        """Return when the run has its place; it hears that it waits."""
        if live.parent is not None or self.line.join(live.user_id, live.id):
            return
        before = self.line.waiting(live.user_id) - 1
        says = f"More is asked than is answered at once. {before} of your turns are before this one."
        self._journal.tell(live, Noticed(code=QUEUED, message=says), len(says))
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters[live.id] = waiter
        try:
            await waiter
        except BaseException:
            self.leave(live.id)
            raise
        finally:
            self._waiters.pop(live.id, None)

    def leave(self, run_id: RunId) -> None:
        """Give the place to whoever is next."""
        for following in self.line.leave(run_id):
            waiter = self._waiters.get(following)
            if waiter is not None and not waiter.done():
                waiter.set_result(None)
