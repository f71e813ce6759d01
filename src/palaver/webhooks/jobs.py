"""Woken by time and by what is queued: tells each endpoint what waits for it, in order; it starts no task itself.

One process at a time holds an endpoint, by its row; so a delivery comes twice only where a process died in the middle.
"""

import asyncio
import logging
import random
from datetime import timedelta

from palaver.core.errors import PalaverError
from palaver.kit.clock import Clock, instant, stamp
from palaver.storage.port import Database
from palaver.storage.script import Script
from palaver.webhooks import deliveries_store, store
from palaver.webhooks.outbox import Outbox
from palaver.webhooks.schedule import Patience, Stop, Verdict, judge
from palaver.webhooks.sending import Sending, Tried
from palaver.webhooks.settings import WebhookSettings
from palaver.webhooks.webhook import Notice

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=2)  # how often is looked for what other processes queued, or is due again
HELD = timedelta(seconds=30)  # beyond the longest a try takes: how long an endpoint waits for a process that died
TURN = 100  # deliveries, then other endpoints that wait come first
PRUNE_EVERY = timedelta(hours=1)
WHY = {
    "gone": "It answered that it wants nothing more (410).",
    "failing": "It took nothing for {days:g} days, however often it was tried. Enable it to go on with what waits.",
}


class Deliveries:
    """`run` never returns: start it in the house's task group."""

    def __init__(
        self, database: Database, sending: Sending, outbox: Outbox, *, settings: WebhookSettings, clock: Clock,
        holder: str,
    ) -> None:  # fmt: skip
        self._database = database
        self._sending = sending
        self._outbox = outbox
        self._settings = settings
        self._clock = clock
        self._holder = holder
        self._patience = Patience(
            first=settings.first_wait, longest=settings.longest_wait, whole=settings.give_up_after
        )
        self._held = HELD + timedelta(seconds=settings.timeout)
        self._busy: set[str] = set()
        # since the start, for whoever counts: tries by what came of them, and endpoints disabled by why
        self.tries: dict[tuple[str, ...], float] = {("delivered",): 0, ("failed",): 0}
        self.stopped: dict[tuple[str, ...], float] = {("failing",): 0, ("gone",): 0}
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def recover(self, *, alone: bool) -> None:
        """At the start: what a process held that is gone is held no more."""
        if alone:
            await self._database.write(store.free(None), durable=False)
        self.wake()

    async def give_up(self) -> None:
        """At the end: let other processes go on at once."""
        await self._database.write(store.free(self._holder), durable=False)

    async def run(self) -> None:
        """Tell whatever is due, each endpoint in a task of its own."""
        self._busy.clear()
        self.wake()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick())
            tasks.create_task(self.tend())
            while True:
                await self._news.wait()
                self._news.clear()
                await self._begin(tasks)

    async def tend(self) -> None:
        """Let go of what the log keeps no longer."""
        while True:
            until = stamp(self._clock.now() - self._settings.keep)
            while await self._database.write(_prune(until), durable=False):
                continue
            await self._clock.sleep(PRUNE_EVERY)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(LOOK)
            self.wake()

    async def _later(self, wait: timedelta) -> None:
        await self._clock.sleep(wait)
        self.wake()

    async def _begin(self, tasks: asyncio.TaskGroup) -> None:
        free = self._settings.parallel - len(self._busy)
        if free <= 0:
            return  # whoever is done wakes us
        now = stamp(self._clock.now())
        # those that are being told are due as well
        due = await self._database.read(store.due(self._holder, now, free + len(self._busy)))
        for webhook_id in [one for one in due if one not in self._busy][:free]:
            self._busy.add(webhook_id)
            tasks.create_task(self._work(webhook_id, tasks), name=f"webhook {webhook_id}")

    async def _work(self, webhook_id: str, tasks: asyncio.TaskGroup) -> None:
        """Tell one endpoint what waits, until nothing does, or it fails, or others wait for their turn."""
        try:
            wait = await self._tell(webhook_id)
            if wait is not None and wait < LOOK:
                tasks.create_task(self._later(wait))
        except PalaverError as error:  # not at once again: the next look finds it
            log.warning("A webhook could not be told: %s", error.detail, extra={"webhook_id": webhook_id})
        else:
            self.wake()
        finally:
            self._busy.discard(webhook_id)

    async def _tell(self, webhook_id: str) -> timedelta | None:
        taken = await self._database.write(self._take(webhook_id), durable=False)
        for left in reversed(range(TURN)):
            if taken is None:
                return None
            to, kept = taken
            tried = await self._sending.send(to, kept)
            verdict = self._judge(to, tried)
            self._count(tried, verdict)
            taken = await self._database.write(self._settle(to, kept, tried, verdict, more=left > 0), durable=False)
            if verdict is not None:
                return None if isinstance(verdict, Stop) else verdict.wait
        return None

    def _judge(self, to: store.Kept, tried: Tried) -> Verdict:
        now = self._clock.now()
        return judge(
            self._patience,
            tried.one.status,
            failures=to.failures + 1,
            since=now - instant(to.failing_since) if to.failing_since else timedelta(0),
            chance=random.random(),  # noqa: S311 - it spreads tries, and keeps no secret
            asked=tried.asked,
        )

    def _count(self, tried: Tried, verdict: Verdict) -> None:
        self.tries["delivered" if tried.one.heard else "failed",] += 1
        if isinstance(verdict, Stop):
            self.stopped[verdict.why,] += 1

    def _take(self, webhook_id: str) -> Script[tuple[store.Kept, deliveries_store.Kept] | None]:
        now = self._clock.now()
        to = yield from store.take(webhook_id, self._holder, stamp(now), stamp(now + self._held))
        return (yield from self._next(to)) if to else None

    def _next(self, to: store.Kept) -> Script[tuple[store.Kept, deliveries_store.Kept] | None]:
        """The next delivery of an endpoint that is held; where there is none, it is held no more."""
        head = yield from deliveries_store.head(to.id)
        if head is None:
            yield from store.give_back(to.id, self._holder, None)
            return None
        return to, head

    def _settle(
        self, to: store.Kept, kept: deliveries_store.Kept, tried: Tried, verdict: Verdict, *, more: bool
    ) -> Script[tuple[store.Kept, deliveries_store.Kept] | None]:  # fmt: skip
        """What came of a try, and what comes next; nothing of the endpoint where another process has taken it."""
        now = self._clock.now()
        there = yield from deliveries_store.settle(kept.after(tried.one, "waiting" if verdict else "delivered"))
        if verdict is None:
            yield from store.heard(to.id, int(there))
            held = yield from store.keep(to.id, self._holder, stamp(now + self._held))
            if held is not None and more:
                return (yield from self._next(held))
            yield from store.give_back(to.id, self._holder, stamp(now))
            return None
        if not there and not isinstance(verdict, Stop):  # skipped meanwhile, or gone with its session: nothing failed
            yield from store.give_back(to.id, self._holder, stamp(now))
            return None
        yield from store.failed(to.id, stamp(now))
        if (yield from store.keep(to.id, self._holder, stamp(now))) is None:
            yield from store.give_back(to.id, self._holder, stamp(now))
            return None
        if isinstance(verdict, Stop):
            days = self._settings.give_up_after / timedelta(days=1)
            notice = Notice(verdict.why, WHY[verdict.why].format(days=days), stamp(now))
            yield from self._outbox.disabled(to.user_id, to.id, notice)
            log.warning("A webhook was disabled: %s", verdict.why, extra={"webhook_id": to.id})
            return None
        yield from store.give_back(to.id, self._holder, stamp(now + verdict.wait))
        return None


def _prune(until: str) -> Script[int]:
    count, owners = yield from deliveries_store.prune(until)
    for one in owners:
        yield from store.recount(one)
    return count
