"""Those who are on call, a clock that is moved by hand, and ways that behave as a test wants."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from palaver.care.escalations import store
from palaver.care.escalations.jobs import Calling
from palaver.care.escalations.port import Alarm, NotTold
from palaver.care.escalations.service import Escalations
from palaver.care.escalations.settings import EscalationSettings
from palaver.care.escalations.store import Happened, Kept
from palaver.care.on_call.ladder import Ladder, Way
from palaver.care.on_call.settings import OnCall
from palaver.core.ids import UserId
from palaver.core.principal import Principal, Role
from palaver.kit.clock import ManualClock, instant
from palaver.storage.script import Script
from palaver.storage.sqlite import SqliteDatabase
from tests.unit.care.escalations.given import AT, begun

PATIENCE = 30
NIGHT = {"name": "night", "webhook": "http://night.example/", "mail": ("duty@example.org",)}
DAY = {"name": "day", "role": "counsellor", "webhook": "http://day.example/"}


@dataclass
class Ways:
    """`told` is who took which alarm; `broken` are ways that do not, `hanging` ways that never answer."""

    told: list[tuple[str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)
    tried: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell(self, alarm: Alarm, group: OnCall, way: Way) -> None:
        self.tried += 1
        if way.name in self.hanging:
            self.arrived.set()
            await asyncio.Event().wait()
        if way.name in self.broken:
            raise NotTold("It answered with status 503.")
        self.told.append((alarm.told_as[len(alarm.escalation_id) + 1 :], way.name))


@dataclass
class House:
    """One process that calls."""

    database: SqliteDatabase
    clock: ManualClock
    ways: Ways
    jobs: Calling
    service: Escalations
    holder: str
    heard: list[Happened] = field(default_factory=list)

    async def begin(self, name: str, *args: Any, **more: Any) -> str:
        """Somebody is needed."""
        made = await self.database.write(self.service.begin(begun(name, *args, **more)), durable=False)
        self.service.wake()
        assert made
        return made

    async def until(self, escalation_id: str, holds: Callable[[Kept], bool]) -> Kept:
        """Wait until one is as it should be, and nobody holds it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.database.read(store.find(escalation_id))
                free = not await self.database.read(store.holds(escalation_id, self.holder))
                if free and holds(found):
                    return found
                await self.database.write(_nothing(), durable=False)  # lets others go on

    async def kinds(self, escalation_id: str) -> list[str]:
        """What happened."""
        return [one.kind for one in await self.database.read(store.events(escalation_id))]

    def forward(self, **span: float) -> None:
        """Let time pass, and have what is due looked for."""
        self.clock.advance(timedelta(**span))
        self.jobs.wake()


def caller(user_id: str, role: Role = "counsellor") -> Principal:
    """Somebody who asks."""
    return Principal(user_id=UserId(user_id), role=role)


@asynccontextmanager
async def at_work(
    database: SqliteDatabase,
    *groups: Any,
    ways: Ways | None = None,
    holder: str = "wrk_1",
    letters: bool = True,
    **more: Any,
) -> AsyncGenerator[House]:
    """A process that calls, until the test ends it."""
    chosen = EscalationSettings.model_validate({"on_call": groups, **more})
    clock, ways = ManualClock(instant(AT)), ways or Ways()
    ladder = Ladder(chosen.on_call, letters=letters)
    jobs = Calling(database, ladder, ways, settings=chosen, clock=clock, holder=holder)
    service = Escalations(database, ladder, chosen, clock=clock)
    house = House(database, clock, ways, jobs, service, holder)
    service.woken, jobs.heard = jobs.wake, house.heard.extend
    await jobs.recover(alone=True)
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(jobs.run())
        try:
            yield house
        finally:
            working.cancel()


def _nothing() -> Script[None]:
    yield from ()
