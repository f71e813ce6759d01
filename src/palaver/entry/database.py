"""Opens the database that the settings name, at the newest schema; whose tables are in it, it does not know."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from palaver.entry.settings import Settings
from palaver.storage.chain import bring_up_to_date
from palaver.storage.sqlite import SqliteDatabase


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[SqliteDatabase]:
    """The database of these settings."""
    path = settings.database_path
    await asyncio.to_thread(bring_up_to_date, path)
    database = SqliteDatabase(path)
    try:
        yield database
    finally:
        await database.close()
