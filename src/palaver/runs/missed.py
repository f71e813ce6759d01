"""What somebody missed of a session while they were away, by the number they have; it listens to nothing."""

from typing import NamedTuple

from palaver.core.errors import NotFound
from palaver.core.ids import RunId, Seq, SessionId, UserId
from palaver.runs import missed_store
from palaver.runs.service import Runs
from palaver.runs.told import Told
from palaver.storage.port import Database


class Missed(NamedTuple):
    """What was told since, run by run; `complete` is false where it was more than is told again."""

    told: list[Told]
    complete: bool
    run_id: RunId | None  # the run that answers now, if there is one


class Missing:
    """Finds what was missed."""

    def __init__(self, database: Database, runs: Runs, most: int) -> None:
        self._database = database
        self._runs = runs
        self._most = most

    async def since(
        self, user_id: UserId, session_id: SessionId, active: RunId | None, after: tuple[RunId, Seq] | Seq | None
    ) -> Missed:
        """From an event on, or a number of the latest run; without either, the run that answers now."""
        active = active or self._runs.telling(session_id)
        if after is None:
            told = await self._told(active, session_id, 0) if active else []
            return Missed(told, True, active)
        if isinstance(after, int):
            run_id = active or await self._database.read(missed_store.latest(session_id))
            told = await self._told(run_id, session_id, after) if run_id else []
            return Missed(told, True, active)
        return await self._from(user_id, session_id, active, after)

    async def _from(
        self, user_id: UserId, session_id: SessionId, active: RunId | None, after: tuple[RunId, Seq]
    ) -> Missed:
        run_id, seq = after
        kept = await self._runs.find(user_id, run_id)
        if kept.session_id != session_id:
            raise NotFound("That run is of another session.")
        told = await self._told(run_id, session_id, seq)
        script = missed_store.begun_after(session_id, kept.started_at or kept.created_at, self._most + 1)
        later = await self._database.read(script)
        complete = len(later) <= self._most
        if not complete:
            told, later = [], later[1:]
        for one in later:
            told += await self._told(one, session_id, 0)
        return Missed(told, complete, active)

    async def _told(self, run_id: RunId, session_id: SessionId, after: int) -> list[Told]:
        told = await self._runs.past(run_id, session_id, after)
        return [told] if told else []
