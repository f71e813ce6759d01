"""Reads what calls of a session did outside; who writes it down is `runs`."""

from palaver.core.ids import SessionId, UserId
from palaver.sessions import effects_store, store
from palaver.sessions.effects_store import Effect
from palaver.storage.port import Database
from palaver.storage.script import Script


class Ledger:
    """The ledgers of all sessions, at most `most` effects at a time."""

    def __init__(self, database: Database, *, most: int) -> None:
        self._database = database
        self._most = most

    async def page(
        self, user_id: UserId, session_id: SessionId, after: str, limit: int
    ) -> tuple[list[Effect], str | None]:
        """A page of what was done, and where the next one begins."""
        limit = min(limit, self._most)

        def read() -> Script[list[Effect]]:
            yield from store.find(session_id, user_id)
            return (yield from effects_store.page(session_id, after, limit + 1))

        found = await self._database.read(read())
        return found[:limit], found[limit - 1].id if len(found) > limit else None
