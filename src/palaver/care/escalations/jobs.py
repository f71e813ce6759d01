"""Woken by time and by what is begun: tells those who are on call, and the next ones where nobody answers.

One process at a time holds an escalation, by its row. What a try costs is bounded by a deadline; who was told of an
alarm is not told it again, unless a process died between telling and writing it down.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from palaver.care.escalations import acts, store
from palaver.care.escalations.machine import after
from palaver.care.escalations.port import Alarm, NotTold, Telling
from palaver.care.escalations.settings import EscalationSettings
from palaver.care.escalations.store import Happened, Kept
from palaver.care.escalations.timing import Climb, GiveUp, Patience, Retry, Wait, climb, judge
from palaver.care.on_call.ladder import Ladder, Way
from palaver.care.on_call.settings import OnCall
from palaver.core.errors import NotFound, PalaverError
from palaver.kit.clock import Clock, instant, stamp
from palaver.storage.port import Database
from palaver.storage.script import Script

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=2)  # how often is looked for what is due, and for what other processes wrote
HELD = timedelta(seconds=30)  # beyond the longest a try takes: how long one waits for a process that died
AT_ONCE = 32  # that are told at the same time: more wait, the most urgent first
TOLD_AT_ONCE = 200  # events that are told to followers in one go
LEFT = timedelta(minutes=1)  # how often is looked for those that somebody left who is here no more
LOUD = timedelta(days=1)  # how long who waits for nobody degrades health: then whoever reads it has read it
BROKEN = timedelta(hours=1)  # how long a way that failed counts as broken, if nobody tries it again
NOBODY = "Nobody is on call."


class Call(NamedTuple):
    """What is to be done about one now: who of a group is still to be told."""

    kept: Kept
    group: OnCall
    ways: list[Way]
    told: int  # ways of this alarm that were taken before


class Calling:
    """`run` never returns: start it in the house's task group.

    `heard` is handed what happened, for those who follow the queue; `over` is awaited when whoever answered is gone.
    `attended` is awaited when it is to be seen whether whoever joined is still there; it gives when to look again.
    """

    def __init__(
        self, database: Database, ladder: Ladder, telling: Telling, *, settings: EscalationSettings, clock: Clock,
        holder: str,
    ) -> None:  # fmt: skip
        self._database = database
        self._ladder = ladder
        self._telling = telling
        self._settings = settings
        self._clock = clock
        self._holder = holder
        self._patience = Patience(
            answer=settings.acknowledge_within,
            retry=settings.retry_after,
            tries=settings.tries,
            steps=settings.rounds * len(ladder.groups),
        )
        self._held = settings.deadline + HELD
        self._busy: set[str] = set()
        self._news = asyncio.Event()
        self._number = -1  # of the last event that followers were told
        self._lapsed: dict[str, str] = {}  # whose claim ran out just now
        self.heard: Callable[[Sequence[Happened]], None] = _unheard
        self.over: Callable[[str, str | None], Awaitable[None]] = _nobody
        self.attended: Callable[[str], Awaitable[str | None]] = _never
        self._broken: dict[str, tuple[str, datetime]] = {}  # ways that do not work, why, and since when
        # since the start, for whoever counts
        self.tries: dict[tuple[str, ...], float] = {("told",): 0, ("failed",): 0}
        self.given_up: dict[tuple[str, ...], float] = {("failed",): 0, ("expired",): 0}

    def wake(self) -> None:
        """Something may be due, or be worth telling to who follows the queue."""
        self._news.set()

    async def recover(self, *, alone: bool) -> None:
        """At the start: what a process held that is gone is held no more."""
        if alone and self._settings.enabled:
            await self._database.write(store.free(), durable=False)
        self.wake()

    async def warn(self) -> None:
        """Tell the operator who cannot be called: once, when it is known who is here."""
        if lacks := await self.lacks():
            log.warning("%s", lacks)

    async def lacks(self) -> str | None:
        """Who cannot be called whatever happens, in a sentence for operators."""
        return await self._database.read(self._ladder.lacks()) if self._settings.enabled else None

    async def trouble(self, *, lately: bool = False) -> list[str]:
        """What does not work, in sentences: who waits for nobody (or does so `lately`), which ways take no alarms."""
        since = stamp(self._clock.now() - LOUD) if lately else ""
        counts = await self._database.read(store.counts(since))
        said = [
            f"{counts[state]} {'waits' if counts[state] == 1 else 'wait'}: {why}"
            for state, why in (("failed", "nobody could be told."), ("expired", "nobody who was told answered."))
            if counts.get(state)
        ]
        then = self._clock.now() - BROKEN
        self._broken = {way: found for way, found in self._broken.items() if found[1] > then}
        return said + [f"{way} takes no alarms: {why}" for way, (why, _) in sorted(self._broken.items())]

    async def run(self) -> None:
        """Tell whatever is due, each in a task of its own."""
        self._busy.clear()
        self.wake()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick())
            tasks.create_task(self._tend())
            while True:
                await self._news.wait()
                self._news.clear()
                await self._publish()
                await self._begin(tasks)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(LOOK)
            self.wake()

    async def _tend(self) -> None:
        """Where whoever was there can answer no more, others are called."""
        while True:
            for kept in await self._database.read(store.left_alone()):
                await self._database.write(self._let_go(kept.id))
                await self.over(kept.id, kept.claimed_by)
                self.wake()
            await self._clock.sleep(LEFT)

    async def _publish(self) -> None:
        """Let who follows the queue hear what was written down, in order."""
        if self._number < 0:
            self._number = await self._database.read(store.last_event())
        while happened := await self._database.read(store.events_after(self._number, TOLD_AT_ONCE)):
            self._number = happened[-1].n
            self.heard(happened)

    async def _begin(self, tasks: asyncio.TaskGroup) -> None:
        free = AT_ONCE - len(self._busy)
        if free <= 0:
            return  # whoever is done wakes us
        now = stamp(self._clock.now())
        due = await self._database.read(store.due(self._holder, now, AT_ONCE))
        for escalation_id in [one for one in due if one not in self._busy][:free]:
            self._busy.add(escalation_id)
            tasks.create_task(self._work(escalation_id), name=f"escalation {escalation_id}")

    async def _work(self, escalation_id: str) -> None:
        try:
            call = await self._database.write(self._take(escalation_id), durable=False)
            if (who := self._lapsed.pop(escalation_id, None)) is not None:
                await self.over(escalation_id, who)
            if isinstance(call, Call):
                tellings = await self._tell(call)
                await self._database.write(self._settle(call, tellings))
            elif call is not None:
                again = await self.attended(escalation_id)
                await self._database.write(self._seen(call, again), durable=False)
        except PalaverError as error:  # the next look finds it again
            extra = {"escalation": escalation_id, "error": error.detail}
            log.exception("An escalation could not be looked after", extra=extra)
        else:
            self.wake()
        finally:
            self._busy.discard(escalation_id)

    async def _tell(self, call: Call) -> list[store.Telling]:
        """Everybody at once: who hangs holds up nobody."""
        async with asyncio.TaskGroup() as tasks:
            tries = [tasks.create_task(self._try(call, way)) for way in call.ways]
        return [one.result() for one in tries]

    async def _try(self, call: Call, way: Way) -> store.Telling:
        kept = call.kept
        alarm = Alarm(kept.id, kept.round, kept.level, call.group.name, kept.created_at)
        try:
            async with asyncio.timeout(self._settings.deadline.total_seconds()):
                await self._telling.tell(alarm, call.group, way)
        except TimeoutError:
            return self._failed(kept, way, "It took too long.")
        except NotTold as error:
            return self._failed(kept, way, str(error))
        self.tries["told",] += 1
        self._broken.pop(way.name, None)
        return store.Telling(way.name, told=True, error=None)

    def _failed(self, kept: Kept, way: Way, why: str) -> store.Telling:
        self.tries["failed",] += 1
        self._broken[way.name] = why, self._clock.now()
        log.error("Somebody on call could not be told: %s", why, extra={"escalation": kept.id, "way": way.name})
        return store.Telling(way.name, told=False, error=why)

    def _take(self, escalation_id: str) -> Script[Call | Kept | None]:
        """Whom to tell, or one in whose conversation somebody is; None where there is nothing to do."""
        now = self._clock.now()
        kept = yield from store.take(escalation_id, self._holder, stamp(now), stamp(now + self._held))
        if kept is None:
            return None
        if kept.state == "acknowledged":
            return kept
        if after(kept.state, "route") is None:  # it is over
            return (yield from self._rest(kept._replace(due_at=None)))
        if kept.deadline_at is not None and instant(kept.deadline_at) <= now:
            yield from store.note(kept.id, "unanswered", stamp(now), {"group": kept.group_name})
            if kept.claimed_by is not None:  # who claimed it and did not come holds up nobody
                self._lapsed[kept.id] = kept.claimed_by
            return (yield from self._climb(kept._replace(claimed_by=None, claimed_at=None), stamp(now)))
        return (yield from self._ways(kept, stamp(now)))

    def _ways(self, kept: Kept, now: str) -> Script[Call | None]:
        """Who is to be told; where a group has nobody, the next one."""
        while True:
            group = self._ladder.group(kept.step)
            ways = yield from self._ladder.ways(group, kept.user_id)
            if ways:
                done = {one.route for one in (yield from store.tellings(kept.id, kept.round)) if one.told}
                return Call(kept, group, [one for one in ways if one.name not in done], len(done))
            if kept.step + 1 >= self._patience.steps:
                yield from self._end(kept, now, NOBODY)
                return None
            kept = kept._replace(step=kept.step + 1)

    def _climb(self, kept: Kept, now: str, why: str | None = None) -> Script[Call | None]:
        """The next group, or the end."""
        if isinstance(climb(self._patience, step=kept.step, ever=kept.state == "routed"), GiveUp):
            yield from self._end(kept, now, why)
            return None
        up = kept._replace(step=kept.step + 1, round=kept.round + 1, tries=0, deadline_at=None, updated_at=now)
        yield from store.save(up)
        return (yield from self._ways(up, now))

    def _settle(self, call: Call, tellings: Sequence[store.Telling]) -> Script[None]:
        """What came of a try; where somebody came, or the person said no, or more happened meanwhile, nothing else."""
        now = self._clock.now()
        try:
            kept = yield from store.find(call.kept.id)
        except NotFound:  # it went with its person
            return
        for one in tellings:
            yield from store.told(kept.id, call.kept.round, one, stamp(now))
        yield from self._written(call, tellings, stamp(now))
        if after(kept.state, "route") is None or kept.round != call.kept.round:
            yield from self._rest(kept)
        else:
            yield from self._next(call, kept._replace(step=call.kept.step), tellings)

    def _seen(self, before: Kept, again: str | None) -> Script[None]:
        """When to look again, unless somebody said otherwise meanwhile."""
        try:
            kept = yield from store.find(before.id)
        except NotFound:  # it went with its person
            return
        yield from self._rest(kept._replace(due_at=again) if kept.due_at == before.due_at else kept)

    def _next(self, call: Call, kept: Kept, tellings: Sequence[store.Telling]) -> Script[None]:
        now = self._clock.now()
        tried = kept._replace(tries=kept.tries + 1, group_name=call.group.name, updated_at=stamp(now))
        what = judge(
            self._patience,
            reached=bool(call.told) or any(one.told for one in tellings),
            missing=any(not one.told for one in tellings),
            tries=tried.tries,
            step=tried.step,
            ever=kept.state == "routed",
        )
        match what:
            case Wait(again):
                until = kept.deadline_at or stamp(now + self._patience.answer)
                due = min(until, stamp(now + again)) if again is not None else until
                yield from self._rest(tried._replace(state="routed", reason=None, deadline_at=until, due_at=due))
            case Retry(wait):
                yield from self._rest(tried._replace(due_at=stamp(now + wait)))
            case Climb():
                up = tried._replace(step=tried.step + 1, round=tried.round + 1, tries=0)
                up = up._replace(deadline_at=None, due_at=stamp(now))
                yield from self._rest(up)
            case GiveUp():
                yield from self._end(tried, stamp(now), "Nobody who is on call could be told.")

    def _written(self, call: Call, tellings: Sequence[store.Telling], now: str) -> Script[None]:
        told = sorted(one.route for one in tellings if one.told)
        if told:
            detail = {"group": call.group.name, "ways": told, "attempt": call.kept.round}
            yield from store.note(call.kept.id, "routed", now, detail)
        for one in tellings:
            if not one.told:
                detail = {"group": call.group.name, "way": one.route, "why": one.error}
                yield from store.note(call.kept.id, "not_told", now, detail)

    def _end(self, kept: Kept, now: str, why: str | None) -> Script[None]:
        """There is nobody more to call: that is said as loudly as can be."""
        reached = kept.state == "routed"
        state = after(kept.state, "expire" if reached else "fail") or kept.state
        reason = "Nobody who was told answered." if reached else why
        yield from store.note(kept.id, state, now, {"reason": reason})
        yield from self._rest(kept._replace(state=state, reason=reason, due_at=None, deadline_at=None, updated_at=now))
        self.given_up[state,] += 1
        log.error("Nobody came to an escalation: %s", reason, extra={"escalation": kept.id, "level": kept.level})

    def _rest(self, kept: Kept) -> Script[None]:
        yield from store.save(kept)
        yield from store.give_back(kept.id, self._holder)

    def _let_go(self, escalation_id: str) -> Script[None]:
        """Whoever was there can answer no more."""
        kept = yield from store.find(escalation_id)
        if kept.state == "acknowledged":
            yield from store.save((yield from acts.release(None)(kept, stamp(self._clock.now()))))


def _unheard(happened: Sequence[Happened]) -> None:
    """Where nobody follows."""


async def _nobody(escalation_id: str, who: str | None) -> None:
    """Where nobody is in a session."""


async def _never(escalation_id: str) -> str | None:
    """Where nobody joins conversations."""
