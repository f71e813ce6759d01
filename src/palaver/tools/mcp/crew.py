"""The instances of one server: who has which, who waits, how it fares; starting and ending them is `pool.py`'s."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from palaver.core.errors import Unavailable
from palaver.core.ids import UserId
from palaver.tools.mcp.catalog import Catalog, OfferedPrompt, OfferedResource
from palaver.tools.mcp.definition import ServerDefinition
from palaver.tools.port import Outcome, Scene

FIRST_REST = 1.0  # seconds; doubles with every failure in a row


class ServerAway(Unavailable):
    """An MCP server that is not there now: it does not start, is busy, or wants a sign-in. The next use tries again."""

    code = "mcp_unavailable"
    title = "The MCP server is not available"


class SignInNeeded(ServerAway):
    """A remote server that wants a person to sign in first."""

    code = "mcp_sign_in"
    title = "The MCP server wants you to sign in"


class CallFailed(Exception):
    """What a server, or the way to it, answered instead of a result; the message may be told to the model."""


class Link(Protocol):
    """A live connection to one server. One caller has it at a time. `ended` is set once it is over, or is to be."""

    ended: asyncio.Event
    catalog: Catalog
    shaken: bool  # a call was cut short: whether it still answers must be seen

    async def call(self, tool: str, arguments: dict[str, Any], scene: Scene) -> Outcome: ...

    async def resources(self) -> list[OfferedResource]: ...

    async def read(self, uri: str) -> Outcome: ...

    async def prompts(self) -> list[OfferedPrompt]: ...

    async def prompt(self, name: str, arguments: Mapping[str, str]) -> str: ...

    async def refresh(self) -> None:
        """Ask anew what it offers."""
        ...

    async def well(self) -> bool:
        """Whether it answers at all, within a second or two."""
        ...


class Key(NamedTuple):
    """What tells two servers apart: two users never share one, and a changed definition is another server."""

    owner: UserId | None
    name: str
    fingerprint: str


@dataclass(slots=True)
class Crew:
    """One server's instances. `definition` is whole: its variables are filled in."""

    key: Key
    definition: ServerDefinition
    least: int
    most: int
    used: datetime
    free: list[Link] = field(default_factory=list[Link])
    lent: set[Link] = field(default_factory=set[Link])
    starting: int = 0
    waiting: deque[asyncio.Future[Link]] = field(default_factory=deque[asyncio.Future[Link]])
    restarts: int = 0
    died: int = 0
    failures: int = 0
    retry_at: datetime | None = None
    error: ServerAway | None = None
    catalog: Catalog | None = None
    stale: bool = False  # the server said that its tools have changed

    @property
    def total(self) -> int:
        """Instances that run, are checked or start."""
        return len(self.free) + len(self.lent) + self.starting

    def take(self) -> Link | None:
        """The free instance that was used last, so that calls one after another meet the same one."""
        while self.free:
            link = self.free.pop()
            if not link.ended.is_set():
                self.lent.add(link)
                return link
        return None

    def give(self, link: Link) -> None:
        """An instance has nothing to do: to whoever has waited longest, or to the free ones."""
        self.lent.discard(link)
        if link.ended.is_set():
            return
        while self.waiting:
            waiter = self.waiting.popleft()
            if not waiter.done():
                self.lent.add(link)
                waiter.set_result(link)
                return
        self.free.append(link)

    def gone(self, link: Link) -> None:
        """An instance is over; a call that has it hears so from the instance itself."""
        self.lent.discard(link)
        if link in self.free:
            self.free.remove(link)

    def arrived(self, link: Link) -> None:
        """An instance has started."""
        if self.died:
            self.died -= 1
            self.restarts += 1
        self.failures, self.retry_at, self.error = 0, None, None
        self.catalog, self.stale = link.catalog, False
        self.give(link)

    def failed(self, error: ServerAway, now: datetime, longest_rest: timedelta) -> None:
        """An instance did not start. Where no other is there, all who wait hear why."""
        self.error = error
        rest = min(FIRST_REST * 2.0 ** min(self.failures, 16), longest_rest.total_seconds())
        self.failures += 1
        self.retry_at = now + timedelta(seconds=rest)
        if self.total:
            return
        while self.waiting:
            waiter = self.waiting.popleft()
            if not waiter.done():
                waiter.set_exception(error)

    def resting(self, now: datetime) -> bool:
        """Whether it failed so lately that it is not tried again yet."""
        return not self.total and self.retry_at is not None and now < self.retry_at
