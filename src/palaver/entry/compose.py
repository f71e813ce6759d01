"""Puts the house together: the only file that knows every feature. It serves nothing and decides nothing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from palaver import __version__
from palaver.bus.memory import MemoryBus
from palaver.context import counting
from palaver.core.ids import SessionId, UserId
from palaver.entry.home import signing_key
from palaver.entry.memory import keep_tidy
from palaver.entry.settings import Loaded, Settings
from palaver.identity.service import Identity, open_identity
from palaver.inference.providers.guide import Guide
from palaver.inference.service import Inference
from palaver.kit.clock import Clock
from palaver.kit.ids import new_id
from palaver.kit.tasks import keep_going
from palaver.observability.health import HealthChecks
from palaver.observability.metrics import Metrics
from palaver.realtime.jobs import keep_beating
from palaver.realtime.sse import Pulse
from palaver.runs import store as run_store
from palaver.runs.accepting import Acceptance
from palaver.runs.driver import Driver
from palaver.runs.hands import ModelHands
from palaver.runs.jobs import LeaseKeeper
from palaver.runs.journal import Journal
from palaver.runs.live import Live
from palaver.runs.parts import Parts
from palaver.runs.queue import Queue
from palaver.runs.recovery import Recovery
from palaver.runs.service import Runs
from palaver.sessions.jobs import SearchUpkeep
from palaver.sessions.service import Sessions
from palaver.storage.chain import bring_up_to_date
from palaver.storage.port import Database
from palaver.storage.sqlite import SqliteDatabase


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[SqliteDatabase]:
    """The database of these settings, at the newest schema."""
    path = settings.database_path
    await asyncio.to_thread(bring_up_to_date, path)
    database = SqliteDatabase(path)
    try:
        yield database
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class House:
    """Every service of one running server."""

    settings: Settings
    clock: Clock
    database: Database
    bus: MemoryBus
    identity: Identity
    inference: Inference
    sessions: Sessions
    runs: Runs
    recovery: Recovery
    journal: Journal
    pulse: Pulse
    metrics: Metrics
    health: HealthChecks
    lease: LeaseKeeper

    async def clear(self, user_id: UserId, session_id: SessionId) -> None:
        """End what runs in a session that is about to be deleted."""
        await self.runs.clear(user_id, session_id)

    def drain(self) -> None:
        """Take nothing new, and let every reader go with its last number."""
        self.runs.draining = True
        self.health.drain()
        self.bus.close()

    async def close(self) -> None:
        """Let go of everything that is not the database, once no task runs any more."""
        await self.lease.give_up()
        await self.inference.close()
        await self.identity.close()


def build(loaded: Loaded, database: Database, tasks: asyncio.TaskGroup, clock: Clock) -> House:
    """Make every service, inside the event loop that will use them; nothing is started yet."""
    settings = loaded.settings
    bus = MemoryBus(settings.bus.reader_backlog_bytes)
    identity = open_identity(database, settings.identity, signing_key=signing_key(settings.home), clock=clock)
    metrics, health = Metrics(), HealthChecks(settings.observability, clock)
    inference = Inference(settings.inference, loaded.providers, Guide(clock), clock, metrics=metrics)
    journal = Journal(database, bus, clock, settings.runs.unwritten_bytes)
    hands = ModelHands(
        database, journal, inference, count=counting.count, clock=clock, history=settings.runs.history_messages
    )
    driver = Driver(journal, hands, tasks)
    holder = new_id("wrk")
    parts = Parts(
        database=database,
        bus=bus,
        journal=journal,
        driver=driver,
        resolve=inference.resolve,
        acceptance=Acceptance(clock, holder=holder, queued=settings.runs.queued_per_session),
        clock=clock,
        holder=holder,
    )
    queue = Queue(parts)
    parts.acceptance.may_wait = queue.may_wait
    recovery = Recovery(parts, queue)

    async def concluded(live: Live) -> None:
        metrics.runs.add(live.run.over or "lost")
        await queue.concluded(live.session_id, live.user_id)

    driver.concluded = concluded
    sessions = Sessions(database, clock, settings.sessions)
    sessions.forgotten = run_store.forget_answer
    house = House(
        settings=settings,
        clock=clock,
        database=database,
        bus=bus,
        identity=identity,
        inference=inference,
        sessions=sessions,
        runs=Runs(parts, queue),
        recovery=recovery,
        journal=journal,
        pulse=Pulse(
            metrics, ping=settings.realtime.ping.total_seconds(), stuck=settings.realtime.stuck.total_seconds()
        ),
        metrics=metrics,
        health=health,
        lease=LeaseKeeper(database, recovery, clock, holder=holder, span=settings.runs.lease),
    )
    _watch(house)
    metrics.watch_growing("palaver_input_tokens", "Tokens that models were given.", lambda: hands.spent.input_tokens)
    metrics.watch_growing("palaver_output_tokens", "Tokens that models wrote.", lambda: hands.spent.output_tokens)
    return house


def start_jobs(house: House, tasks: asyncio.TaskGroup) -> None:
    """Start everything that is woken by time."""

    def idle() -> bool:
        return not house.journal.lives

    search = SearchUpkeep(house.sessions, idle, house.clock)
    for name, job in (
        ("lease", house.lease.run),
        ("search", search.run),
        ("streams", lambda: keep_beating(house.pulse, house.clock)),
        ("identity", house.identity.upkeep.run),
        ("models", house.inference.keep_looking),
        ("memory", lambda: keep_tidy(idle, house.clock)),
    ):
        tasks.create_task(keep_going(name, job, house.clock), name=name)


def _watch(house: House) -> None:
    async def database() -> None:
        await house.database.check()

    async def models() -> dict[str, object]:
        return {one.name: one.ready for one in house.inference.health()}

    async def process() -> dict[str, object]:
        return {
            "version": __version__,
            "runs": len(house.journal.lives),
            "streams": house.metrics.streams_open,
            "tasks": len(asyncio.all_tasks()),
        }

    house.health.add("database", database)
    house.health.add("models", models, needed=False)
    house.health.add("process", process, needed=False)
    house.metrics.watch("palaver_runs_live", "Runs under way here.", lambda: len(house.journal.lives))
    house.metrics.watch_growing("palaver_events_told", "Events told since the start.", lambda: house.journal.told)
