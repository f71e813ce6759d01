"""A library for each test, in memory, with a home of its own."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from palaver.agents.opening import Bounds, open_agents
from palaver.agents.recipe import NOTHING, Wish
from palaver.agents.settings import AgentSettings
from palaver.kit.clock import ManualClock
from palaver.privacy.sealing import Sealer
from palaver.storage.sqlite import SqliteDatabase
from palaver.tools.hooks.settings import HookSettings
from palaver.tools.mcp.settings import McpSettings
from tests.database import whole_database
from tests.unit.agents.given import Library, settle_people

Open = Callable[..., Library]


@pytest.fixture
async def database() -> AsyncIterator[SqliteDatabase]:
    async with whole_database() as database:
        await settle_people(database)
        yield database


@pytest.fixture
def open_library(database: SqliteDatabase, tmp_path: Path) -> Open:
    """Opens shelves with settings of the test's own."""

    def opening(*, mcp: dict[str, Any] | None = None, defaults: Wish = NOTHING, **settings: Any) -> Library:
        clock = ManualClock()
        bounds = Bounds(
            agents=AgentSettings.model_validate(settings),
            mcp=McpSettings.model_validate(mcp or {}),
            hooks=HookSettings(),
        )
        agents = open_agents(database, tmp_path, Sealer(b"k" * 32), clock, bounds=bounds, defaults=defaults)
        return Library(agents, database, tmp_path, clock)

    return opening


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()
