"""Puts the house together: the only file that knows every feature. It serves nothing and decides nothing."""

import asyncio
from dataclasses import dataclass

from palaver.bus.memory import MemoryBus
from palaver.context import counting
from palaver.context.memory.service import Memories
from palaver.core.ids import SessionId, UserId
from palaver.entry import contexts, outgoing, remembering
from palaver.entry.agency import Agency, Settling
from palaver.entry.auditing import open_audit
from palaver.entry.calling import Escalating, escalating
from palaver.entry.caring import Caring, guarding, open_care
from palaver.entry.embedding import embedding_of, meanings_of
from palaver.entry.home import signing_key
from palaver.entry.keys import sealer_of
from palaver.entry.leaving import clearing
from palaver.entry.metering import open_rates
from palaver.entry.moving import Moving, moving
from palaver.entry.redacting import leaving_of
from palaver.entry.settings import Loaded, Settings
from palaver.entry.watching import watch
from palaver.files.attaching import Attachments
from palaver.identity.budgets.service import Budgets
from palaver.identity.letters.links import Links
from palaver.identity.limits.service import Rates
from palaver.identity.service import Identity, open_identity
from palaver.inference.providers.guide import Guide
from palaver.inference.service import Inference
from palaver.kit.clock import Clock
from palaver.kit.ids import new_id
from palaver.observability.health import HealthChecks
from palaver.observability.metrics import Metrics
from palaver.privacy.audit.service import AuditLog
from palaver.realtime.hub import Hub
from palaver.realtime.sse import Pulse
from palaver.runs import store as run_store
from palaver.runs.accepting import Acceptance
from palaver.runs.acting import Acting
from palaver.runs.answering import Answering
from palaver.runs.asking import Asking
from palaver.runs.boxes import RunBoxes
from palaver.runs.children import Children
from palaver.runs.compacting import Compacting
from palaver.runs.concluding import Concluding
from palaver.runs.delegating import Delegating
from palaver.runs.driver import Driver
from palaver.runs.fairness.places import Places
from palaver.runs.family import Family
from palaver.runs.hands import RunHands
from palaver.runs.hooked import Hooked
from palaver.runs.jobs import LeaseKeeper
from palaver.runs.journal import Journal
from palaver.runs.keeping import Keeping
from palaver.runs.live import Live
from palaver.runs.parts import Parts
from palaver.runs.questioning import Questioning
from palaver.runs.queue import Queue
from palaver.runs.recalling import Recalling
from palaver.runs.recovery import Recovery
from palaver.runs.remembering import Remembering
from palaver.runs.service import Runs
from palaver.runs.spending.purse import Purse
from palaver.runs.titling import Titling
from palaver.runs.waking import Waking
from palaver.sessions.members import Members
from palaver.sessions.projects import Projects
from palaver.sessions.service import Sessions
from palaver.sessions.settings import SessionSettings
from palaver.sessions.sharing.service import SharedSessions
from palaver.storage.port import Database
from palaver.surfaces.threads import answered
from palaver.webhooks.service import Webhooks


@dataclass(frozen=True, slots=True)
class House:
    """Every service of one running server."""

    settings: Settings
    clock: Clock
    tasks: asyncio.TaskGroup
    database: Database
    bus: MemoryBus
    identity: Identity
    rates: Rates
    purse: Purse
    audit: AuditLog
    inference: Inference
    sessions: Sessions
    members: Members
    moving: Moving
    projects: Projects
    memories: Memories
    runs: Runs
    answering: Answering
    recovery: Recovery
    children: Children
    titling: Titling
    remembering: Remembering
    journal: Journal
    agency: Agency
    webhooks: Webhooks
    escalating: Escalating
    pulse: Pulse
    hub: Hub
    metrics: Metrics
    health: HealthChecks
    lease: LeaseKeeper
    caring: Caring

    async def clear(self, user_id: UserId, session_id: SessionId) -> None:
        """End what runs in a session that is about to be deleted."""
        await self.runs.clear(user_id, session_id)
        for below in await self.runs.sessions_below(session_id):
            await self.clear(user_id, below)
            await self.sessions.remove(user_id, below)
        self.hub.deleted(session_id)
        await self.agency.session_ends(user_id, session_id)

    def drain(self) -> None:
        """Take nothing new, and let every reader go with its last number."""
        self.runs.draining = True
        self.health.drain()
        self.hub.drain()
        self.bus.close()

    async def close(self) -> None:
        """Let go of everything that is not the database, once no task runs any more."""
        await self.lease.give_up()
        await self.webhooks.close()
        await self.escalating.sending.close()
        await self.agency.close()
        await self.inference.close()
        await self.caring.reading.close()
        await self.caring.moderation.close()
        if self.caring.helping.directory is not None:
            await self.caring.helping.directory.close()
        await self.identity.close()


@dataclass(frozen=True, slots=True)
class _Driving:
    """What drives runs, and what is asked of it."""

    runs: Runs
    recovery: Recovery
    journal: Journal
    answering: Answering
    concluding: Concluding
    children: Children
    titling: Titling
    remembering: Remembering


def build(loaded: Loaded, database: Database, agency: Agency, *, tasks: asyncio.TaskGroup, clock: Clock) -> House:
    """Make every service, inside the event loop that will use them; nothing is started yet."""
    settings = loaded.settings
    bus, holder, metrics = MemoryBus(settings.bus.reader_backlog_bytes), new_id("wrk"), Metrics()
    inference = Inference(settings.inference, loaded.providers, Guide(clock), clock, metrics=metrics)
    sessions, projects = _sessions(database, agency, clock, settings.sessions)
    memories = remembering.memories(database, projects, clock, settings.memory)
    purse = Purse(Budgets(database, settings.budgets, clock))
    calling = escalating(settings, database, bus, clock=clock, holder=holder)
    caring = open_care(settings, database, calling.service, inference=inference, clock=clock)
    inference.leaves_through(leaving_of(settings, caring.reading, database, clock))
    ground = _Ground(
        settings, database, bus, clock, tasks=tasks, holder=holder, metrics=metrics, memories=memories, purse=purse,
        caring=caring, escalating=calling,
    )  # fmt: skip
    driving = _driving(ground, inference, agency, Settling(agency.agents.recipes, sessions, agency.servers))
    house = _house(ground, driving, agency, inference=inference, sessions=sessions, projects=projects)
    return _joined(house, driving.concluding)


def _house(
    ground: "_Ground", driving: _Driving, agency: Agency, *, inference: Inference, sessions: Sessions,
    projects: Projects,
) -> House:  # fmt: skip
    settings, database, bus, clock = ground.settings, ground.database, ground.bus, ground.clock
    realtime, metrics, audit = settings.realtime, ground.metrics, open_audit(settings, database, clock)
    return House(
        settings=settings,
        clock=clock,
        tasks=ground.tasks,
        database=database,
        bus=bus,
        identity=_identity(settings, database, clock, audit),
        audit=audit,
        rates=open_rates(settings, clock),
        purse=ground.purse,
        inference=inference,
        sessions=sessions,
        members=Members(database, bus, clock),
        moving=moving(settings, database, agency, (sessions, projects), clock=clock),
        projects=projects,
        memories=ground.memories,
        runs=driving.runs,
        answering=driving.answering,
        recovery=driving.recovery,
        children=driving.children,
        titling=driving.titling,
        remembering=driving.remembering,
        journal=driving.journal,
        agency=agency,
        webhooks=outgoing.webhooks(ground, sessions, driving.journal, driving.titling),
        escalating=ground.escalating,
        pulse=Pulse(metrics, ping=realtime.ping.total_seconds(), stuck=realtime.stuck.total_seconds()),
        hub=Hub(settings.sockets, bus, metrics, answering=driving.runs.answering, stuck=realtime.stuck),
        metrics=metrics,
        health=HealthChecks(settings.observability, clock),
        lease=LeaseKeeper(database, driving.recovery, clock, holder=ground.holder, span=settings.runs.lease),
        caring=ground.caring,
    )


def _identity(settings: Settings, database: Database, clock: Clock, audit: AuditLog) -> Identity:
    return open_identity(
        database,
        settings.identity,
        signing_key=signing_key(settings.home),
        clock=clock,
        sealing=sealer_of(settings),
        links=Links(settings.network.public_url),
        mail=settings.mail,
        audit=audit,
    )


def _joined(house: House, concluding: Concluding) -> House:
    """The house, in which who is shown out of a session hears and does nothing more there."""
    house.members.ended, house.members.cut = house.runs.end_of, house.pulse.cut
    house.identity.people.removing.clears = clearing(house)
    house.members.everybody_is_known = house.identity.teams.everybody_is_known
    house.identity.groups.lost = SharedSessions(house.database, house.members, house.clock, house.audit).lost
    house.members.audit = house.webhooks.audit = house.answering.audit = house.moving.taking.audit = house.audit
    house.agency.agents.shelves.audit = house.agency.agents.recipes.audit = house.audit
    house.purse.budgets.audit = house.caring.policies.audit = house.caring.reviewing.audit = house.audit
    house.agency.searching.embed = embedding_of(house.inference, house.settings.inference, house.purse)
    house.caring.culture.meanings = meanings_of(house.inference, house.settings.inference, house.purse)
    house.escalating.join(house.health, house.metrics, house.audit)
    watch(house, concluding)
    return house


def _sessions(
    database: Database, agency: Agency, clock: Clock, settings: SessionSettings
) -> tuple[Sessions, Projects]:  # fmt: skip
    sessions = Sessions(database, clock, settings, Attachments(database, agency.files, clock))
    sessions.forgotten = run_store.forget_answer
    sessions.removed, sessions.begins = agency.files.session_removed, agency.templates.begin
    sessions.projects = projects = Projects(database, clock)
    sessions.check_mode = agency.agents.recipes.check_mode
    projects.removed, projects.shelf = agency.files.session_removed, agency.grounds.shelf
    return sessions, projects


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything that drives runs stands on."""

    settings: Settings
    database: Database
    bus: MemoryBus
    clock: Clock
    tasks: asyncio.TaskGroup
    holder: str
    metrics: Metrics
    memories: Memories
    purse: Purse
    caring: Caring
    escalating: Escalating


def _driving(ground: _Ground, inference: Inference, agency: Agency, settling: Settling) -> _Driving:
    settings, database, clock = ground.settings.runs, ground.database, ground.clock
    journal = Journal(database, ground.bus, clock, settings.unwritten_bytes)
    delegating = Delegating(journal)
    questioning = Questioning(journal, agency.workspaces, clock, expiry=settings.approval_expiry)
    concluding = Concluding(journal, count=counting.count, clock=clock)
    concluding.threaded, concluding.purse = answered, ground.purse
    questioning.ground = agency.grounds.of
    places = Places(journal, settings)
    hands = _hands(ground, inference, agency, (journal, delegating, questioning, concluding, places))
    family = Family(journal)
    driver = Driver(journal, hands, ground.tasks)
    parts = _parts(ground, inference, agency, (journal, driver, family))
    queue = Queue(parts)
    parts.acceptance.may_wait, parts.acceptance.afford = queue.may_wait, ground.purse.accept
    parts.acceptance.profiles = ground.caring.settings.profiles
    runs = Runs(parts, queue, Waking(parts), settling)
    runs.places, driver.left = places, places.leave
    children = Children(parts, runs)
    titling, picking = _behind(ground, journal, inference)
    recovery = Recovery(parts, queue, questioning)

    async def concluded(live: Live) -> None:
        ground.metrics.runs.add(live.run.over or "lost")
        titling.concluded(live)
        picking.concluded(live)
        await children.concluded(live)
        await queue.concluded(live.session_id, live.user_id)

    driver.concluded = concluded
    driver.kept_awake = family.below
    driver.rested = lambda live: family.left(live.id)
    family.alone = driver.drive
    recovery.answered_below = children.answered_below
    delegating.begin_run = runs.start_below
    delegating.instructions = agency.places.instructions
    answering = Answering(database, runs, agency.tools, clock)
    return _Driving(runs, recovery, journal, answering, concluding, children, titling, picking)


def _parts(
    ground: _Ground, inference: Inference, agency: Agency, shared: tuple[Journal, Driver, Family]
) -> Parts:  # fmt: skip
    journal, driver, family = shared
    return Parts(
        database=ground.database,
        bus=ground.bus,
        journal=journal,
        driver=driver,
        family=family,
        resolve=inference.resolve,
        acceptance=Acceptance(ground.clock, holder=ground.holder, queued=ground.settings.runs.queued_per_session),
        keeping=Keeping(agency.files.home.snapshots, agency.workspaces.exists, agency.templates.begin),
        attachments=Attachments(ground.database, agency.files, ground.clock),
        clock=ground.clock,
        holder=ground.holder,
    )


def _behind(ground: _Ground, journal: Journal, inference: Inference) -> tuple[Titling, Remembering]:
    """What works behind answers, on their sessions."""
    database, bus, clock, purse = ground.database, ground.bus, ground.clock, ground.purse
    titling = contexts.titling(
        ground.settings.context, journal, inference, database=database, bus=bus, clock=clock, purse=purse,
        moderation=ground.caring.moderation,
    )  # fmt: skip
    picking = remembering.remembering(
        ground.memories, journal, inference, database=database, bus=bus, clock=clock, purse=purse,
        moderation=ground.caring.moderation,
    )  # fmt: skip
    return titling, picking


def _compacting(ground: _Ground, inference: Inference, journal: Journal, hooked: Hooked) -> Compacting:
    return contexts.compacting(
        ground.settings, journal, inference, hooked=hooked, clock=ground.clock, purse=ground.purse,
        moderation=ground.caring.moderation,
    )  # fmt: skip


def _hands(
    ground: _Ground,
    inference: Inference,
    agency: Agency,
    shared: tuple[Journal, Delegating, Questioning, Concluding, Places],
) -> RunHands:
    settings, database, clock = ground.settings.runs, ground.database, ground.clock
    journal, delegating, questioning, concluding, places = shared
    bypass, hooked = ground.settings.agents.allow_bypass != "nobody", Hooked(journal, agency.hooks)
    boxes = RunBoxes(agency.tools, agency.places, settings, bypass=bypass)
    asking = Asking(
        database,
        journal,
        inference,
        boxes=boxes,
        hooked=hooked,
        conveying=contexts.conveying(ground.settings, database, agency.files),
        compacting=_compacting(ground, inference, journal, hooked),
        recalling=Recalling(ground.memories, journal),
        count=counting.count,
        history=settings.history_messages,
        format_tries=settings.format_tries,
        withholds=ground.caring.moderating.window,
    )
    asking.purse, asking.places, asking.guarding = ground.purse, places, guarding(ground.caring, journal)
    acting = Acting(
        database,
        journal,
        agency.tools,
        boxes=boxes,
        hooked=hooked,
        delegating=delegating,
        questioning=questioning,
        clock=clock,
        expiry=settings.approval_expiry,
        parallel=ground.settings.tools.parallel_per_run,
    )
    return RunHands(asking, acting, concluding)
