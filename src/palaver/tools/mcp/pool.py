"""Instances of MCP servers, lent to one call at a time; which servers a user has, and what a call means, is not known.

Everything happens in one event loop. Each instance has a task of its own, which opens and closes it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime

from palaver.core.ids import UserId
from palaver.kit.clock import Clock
from palaver.tools.mcp.crew import Crew, Key, Link, ServerAway
from palaver.tools.mcp.settings import McpSettings

log = logging.getLogger(__name__)

Dial = Callable[[Crew], AbstractAsyncContextManager[Link]]

CLOSING = 3.5  # seconds all instances have to end by themselves; the house wants to be down in five
LATE = 1.0  # seconds more for those that had to be cancelled
MOST_KNOWN = 2_000  # servers whose catalog is remembered while none of their instances runs


class Pool:
    """Starts instances when they are needed, within bounds, and ends them when they are not. It waits, never grows."""

    def __init__(self, dial: Dial, settings: McpSettings, tasks: asyncio.TaskGroup, clock: Clock) -> None:
        self._dial = dial
        self._settings = settings
        self._tasks = tasks
        self._clock = clock
        self._crews: dict[Key, Crew] = {}
        self._links: dict[Link, Crew] = {}
        self._since: dict[Link, datetime] = {}  # when each was used last
        self._owners: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def crews(self) -> Iterable[Crew]:
        """Every server that is known, running or not."""
        return tuple(self._crews.values())

    def crew(self, key: Key) -> Crew | None:
        """The server with this key, if it was ever used."""
        return self._crews.get(key)

    def enrol(self, crew: Crew) -> Crew:
        """Know a server; the one that is known already is returned."""
        known = self._crews.get(crew.key)
        if known is not None:
            known.used = self._clock.now()
            return known
        if len(self._crews) >= MOST_KNOWN:
            self._forget_one()
        self._crews[crew.key] = crew
        return crew

    @asynccontextmanager
    async def lent(self, *crews: Crew) -> AsyncGenerator[tuple[Link, ...]]:
        """An instance of each server, all or none, for as long as the block lasts.

        Raises `ServerAway`. Whoever wants several takes them in one order, so nobody waits in a circle.
        """
        held: dict[Key, tuple[Crew, Link]] = {}
        try:
            async with asyncio.timeout(self._settings.lend_deadline.total_seconds()):
                for crew in sorted(crews, key=_order):
                    held[crew.key] = crew, await self._one(crew)
        except TimeoutError:
            self._give_back(held.values())
            raise ServerAway(f"No instance of {_names(crews)} became free in time.") from None
        except BaseException:
            self._give_back(held.values())
            raise
        try:
            yield tuple(held[crew.key][1] for crew in crews)
        finally:
            self._give_back(held.values())

    def warm(self) -> None:
        """Start what is to be kept running and does not run."""
        now = self._clock.now()
        for crew in self.crews:
            while crew.total < crew.least and not crew.resting(now) and self._room(crew):
                self._start(crew)

    def evict(self) -> None:
        """End instances that nobody has used for long, beyond those that are kept running."""
        limit = self._clock.now() - self._settings.idle
        for crew in self.crews:
            while crew.free and self._since[crew.free[0]] <= limit and crew.total > crew.least:
                self._end(crew, crew.free[0])

    async def close(self) -> None:
        """End every instance. Afterwards nothing is started any more."""
        self._closed = True
        for link, crew in list(self._links.items()):
            self._end(crew, link)
        for crew in self.crews:
            crew.failed(ServerAway("The server is shutting down."), self._clock.now(), self._settings.longest_rest)
        starting = [task for task in self._owners if task is not asyncio.current_task()]
        if starting:
            _, late = await asyncio.wait(starting, timeout=CLOSING)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=LATE)

    async def _one(self, crew: Crew) -> Link:
        crew.used = self._clock.now()
        if link := crew.take():
            return link
        if self._closed or crew.resting(self._clock.now()):
            raise crew.error or ServerAway("The server is shutting down.")
        waiter: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
        crew.waiting.append(waiter)
        try:
            self._grow(crew)
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._give_back([(crew, waiter.result())])
            raise

    def _grow(self, crew: Crew) -> None:
        """Start an instance for those who wait, where there may be one more; raises where there is none at all."""
        if crew.starting >= len(crew.waiting) or crew.total >= crew.most:
            return
        if self._room(crew):
            self._start(crew)
        elif not crew.total:
            crew.waiting.pop()
            raise ServerAway("Too many MCP servers run at once; try again when others have ended.")

    def _room(self, crew: Crew) -> bool:
        """Whether one more may run; an idle instance of another server is ended for it."""
        owner = crew.key.owner
        if owner is not None and self._count(owner) >= self._settings.most_per_user:
            return self._end_idlest(one for one in self.crews if one.key.owner == owner)
        if sum(one.total for one in self.crews) >= self._settings.most_in_all:
            return self._end_idlest(self.crews)
        return not self._closed

    def _count(self, owner: UserId) -> int:
        return sum(crew.total for crew in self.crews if crew.key.owner == owner)

    def _end_idlest(self, among: Iterable[Crew]) -> bool:
        idle = [crew for crew in among if crew.free and crew.total > crew.least]
        if not idle or self._closed:
            return False
        crew = min(idle, key=lambda one: one.used)
        self._end(crew, crew.free[0])
        return True

    def _forget_one(self) -> None:
        unused = [crew for crew in self.crews if not crew.total and not crew.waiting]
        if unused:
            del self._crews[min(unused, key=lambda one: one.used).key]

    def _start(self, crew: Crew) -> None:
        crew.starting += 1
        task = self._tasks.create_task(self._own(crew), name=f"mcp {crew.key.name}")
        self._owners.add(task)
        task.add_done_callback(self._owners.discard)

    async def _own(self, crew: Crew) -> None:
        """The life of one instance, in one task, for what the SDK opens must be closed where it was opened."""
        started = False
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._settings.start_deadline.total_seconds()):
                    link = await stack.enter_async_context(self._dial(crew))
                started = True
                crew.starting -= 1
                await self._serve(crew, link)
        except TimeoutError:
            if not started:
                self._not_started(crew, ServerAway(f"The MCP server {crew.key.name} took too long to start."))
        except ServerAway as error:
            if not started:
                self._not_started(crew, error)
        except Exception:  # an instance is anybody's code behind anybody's transport; the house stands without it
            log.exception("An MCP server failed", extra={"server": crew.key.name})
            if not started:
                self._not_started(crew, ServerAway(f"The MCP server {crew.key.name} does not start."))
        except asyncio.CancelledError:
            if not started:
                crew.starting -= 1
            raise

    async def _serve(self, crew: Crew, link: Link) -> None:
        self._links[link] = crew
        self._since[link] = self._clock.now()
        crew.arrived(link)
        if self._closed:
            link.ended.set()
        try:
            await link.ended.wait()
        finally:
            if self._links.pop(link, None):  # nobody asked it to end
                crew.died += 1
            self._since.pop(link, None)
            crew.gone(link)
            self._refill(crew)

    def _not_started(self, crew: Crew, error: ServerAway) -> None:
        crew.starting -= 1
        log.warning("An MCP server did not start: %s", error, extra={"server": crew.key.name})
        crew.failed(error, self._clock.now(), self._settings.longest_rest)

    def _refill(self, crew: Crew) -> None:
        """Others wait for an instance that died: another one is started for them."""
        if not crew.waiting:
            return
        try:
            self._grow(crew)
        except ServerAway as error:
            crew.failed(error, self._clock.now(), self._settings.longest_rest)

    def _end(self, crew: Crew, link: Link) -> None:
        self._links.pop(link, None)
        crew.gone(link)
        link.ended.set()

    def _give_back(self, held: Iterable[tuple[Crew, Link]]) -> None:
        now = self._clock.now()
        for crew, link in held:
            crew.used = now
            if link in self._since:
                self._since[link] = now
            if link.shaken and not link.ended.is_set() and not self._closed:
                task = self._tasks.create_task(self._check(crew, link), name=f"mcp check {crew.key.name}")
                self._owners.add(task)
                task.add_done_callback(self._owners.discard)
            else:
                crew.give(link)

    async def _check(self, crew: Crew, link: Link) -> None:
        """A call was cut short. Its server may still be at it, and would keep the next one waiting: see, or rebuild."""
        if await link.well():
            link.shaken = False
        else:
            crew.died += 1
            self._end(crew, link)
        crew.give(link)
        self._refill(crew)


def _order(crew: Crew) -> tuple[str, str, str]:
    return crew.key.owner or "", crew.key.name, crew.key.fingerprint


def _names(crews: Iterable[Crew]) -> str:
    return ", ".join(crew.key.name for crew in crews)
