"""Connections that a test holds in its hands, and a pool of them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from palaver.core.ids import UserId
from palaver.kit.clock import ManualClock
from palaver.tools.mcp.catalog import Catalog, OfferedPrompt, OfferedResource
from palaver.tools.mcp.crew import Crew, Key, ServerAway
from palaver.tools.mcp.definition import ServerDefinition
from palaver.tools.mcp.pool import Pool
from palaver.tools.mcp.settings import McpSettings
from palaver.tools.port import Outcome, Scene


class FakeLink:
    """A `Link` without a server."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.ended = asyncio.Event()
        self.catalog = Catalog()
        self.shaken = False
        self.sound = True
        self.users = 0

    async def call(self, tool: str, arguments: dict[str, Any], scene: Scene) -> Outcome:
        return Outcome(tool)

    async def resources(self) -> list[OfferedResource]:
        return []

    async def read(self, uri: str) -> Outcome:
        return Outcome(uri)

    async def prompts(self) -> list[OfferedPrompt]:
        return []

    async def prompt(self, name: str, arguments: Mapping[str, str]) -> str:
        return name

    async def refresh(self) -> None:
        self.catalog = Catalog(prompts=True)

    async def well(self) -> bool:
        return self.sound


class Stand:
    """A pool whose servers start when they may, and not when they are to fail."""

    def __init__(self, tasks: asyncio.TaskGroup, **settings: Any) -> None:
        self.clock = ManualClock()
        self.settings = McpSettings(**{"lend_deadline": timedelta(seconds=5), **settings})
        self.pool = Pool(self.dial, self.settings, tasks, self.clock)
        self.links: list[FakeLink] = []
        self.opened = 0
        self.closed = 0
        self.failing = False
        self.may_start = asyncio.Event()
        self.may_start.set()

    @asynccontextmanager
    async def dial(self, crew: Crew) -> AsyncGenerator[FakeLink]:
        await self.may_start.wait()
        if self.failing:
            raise ServerAway("It is broken.")
        link = FakeLink(crew)
        self.links.append(link)
        self.opened += 1
        try:
            yield link
        finally:
            self.closed += 1

    def crew(self, name: str = "a", *, most: int = 3, least: int = 0, owner: str | None = None) -> Crew:
        key = Key(UserId(owner) if owner else None, name, "")
        return self.pool.enrol(Crew(key, ServerDefinition(command="x"), least, most, self.clock.now()))


async def until(holds: Any) -> None:
    """Let everybody else run, until it holds."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.to_thread(lambda: None)
