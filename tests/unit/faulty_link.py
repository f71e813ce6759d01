"""A connection to SQLite that fails where a test wants it to, as a failing disk makes it fail; no test stands here."""

import sqlite3
from typing import Any

from palaver.storage.sqlite import SqliteDatabase


class FaultyLink:
    """Passes everything on, but raises for statements that begin with one of `failing`; counts those."""

    def __init__(self, link: sqlite3.Connection, *failing: str) -> None:
        self._link = link
        self.failing = failing
        self.failed = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    def execute(self, statement: str, *given: Any) -> sqlite3.Cursor:
        if self.failing and statement.lower().startswith(self.failing):
            self.failed += 1
            raise sqlite3.OperationalError("disk I/O error")
        return self._link.execute(statement, *given)


def faulty(database: SqliteDatabase, *failing: str) -> FaultyLink:
    """From now on these statements fail in `database`, until `failing` is emptied."""
    link = FaultyLink(database._link, *failing)
    database._link = link  # type: ignore[assignment]
    return link
