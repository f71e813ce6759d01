"""People, projects and facts for tests of memory; it asserts nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from palaver.context.memory.fact import Fact
from palaver.context.memory.service import Memories
from palaver.context.memory.settings import MemorySettings
from palaver.context.memory.store import Spot
from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, UserId
from palaver.kit.clock import ManualClock
from palaver.storage.script import Script, Statement
from tests.database import whole_database

ADA, BOB = UserId("usr_ada"), UserId("usr_bob")
BOATS, TREES = "prj_boats", "prj_trees"


class Around:
    """Both projects are Ada's; there are no messages."""

    async def own_project(self, user_id: UserId, project_id: str) -> None:
        if user_id != ADA or project_id not in {BOATS, TREES}:
            raise NotFound("There is no such project.")

    async def spot(self, user_id: UserId, message_id: MessageId) -> Spot:
        raise NotFound("There is no such message.")


def people() -> Script[None]:
    """Ada with two projects, and Bob."""
    for one in (ADA, BOB):
        columns = "id, issuer, subject, role, created_at"
        yield Statement(text(f"insert into users ({columns}) values ('{one}', '', '{one}', 'member', '2026')"))()
    for one in (BOATS, TREES):
        yield Statement(text(f"insert into projects values ('{one}', '{ADA}', '2026', x'7b7d')"))()


@asynccontextmanager
async def remembering(**settings: Any) -> AsyncIterator[Memories]:
    """A memory with nothing in it."""
    async with whole_database() as database:
        await database.write(people())
        yield Memories(database, Around(), ManualClock(), MemorySettings(**settings))


def fact(said: str, number: int = 1) -> Fact:
    """A fact."""
    return Fact(id=f"mem_{number}", text=said, created_at="2026-01-02T", updated_at="2026-01-02T")
