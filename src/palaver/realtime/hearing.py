"""Runs for callers inside the house: started, heard event by event, and ended with whoever asked; it writes no stream.

Who asks is cancelled, or gone, and the run ends with what it said so far; unless it is the server that goes.
"""

import asyncio
from collections.abc import Awaitable, Callable

import anyio
import msgspec

from palaver.bus.port import Bus
from palaver.core.errors import Unavailable, coded
from palaver.core.events import RunFailed
from palaver.core.ids import RunId
from palaver.core.principal import Principal
from palaver.identity.limits.groups import Group
from palaver.kit.streams import Closed, Lagged
from palaver.realtime.follow import RunFeed
from palaver.runs.prompt import Prompt
from palaver.runs.records import kind
from palaver.runs.service import Runs
from palaver.runs.store import Kept
from palaver.runs.told import Told

Charge = Callable[[Group, Principal], Awaitable[object]]  # counts what somebody does; raises RateLimited
Tell = Callable[[str, bytes], None]  # the kind of an event, and its record

_ENDS = frozenset({"done", "waiting"})

_failed = msgspec.json.Decoder(RunFailed)


class Hearing:
    """What `surfaces.mcp_server.behind.Hears` asks for."""

    def __init__(self, runs: Runs, bus: Bus, charge: Charge) -> None:
        self._runs = runs
        self._bus = bus
        self._charge = charge

    async def hear(self, principal: Principal, prompt: Prompt, tell: Tell) -> Kept:
        """Start a run, tell each of its events, and return when it is over or waits for a person.

        Raises what the model failed with.
        """
        await self._charge("runs", principal)
        run_id = self._runs.new_id()
        try:
            await self._told(principal, prompt, run_id, tell)
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                await self._end(run_id)
            raise
        return await self._runs.find(principal.user_id, run_id)

    async def _told(self, principal: Principal, prompt: Prompt, run_id: RunId, tell: Tell) -> None:
        feed, after = self._feed(principal, run_id, 0), 0
        try:
            await self._runs.start(principal, prompt, run_id)
            while True:
                try:
                    fresh = [due for told in await feed.mailbox.take() if told and (due := feed.due(told))]
                except Lagged:  # what was missed is read, and it goes on
                    feed.close()
                    feed = self._feed(principal, run_id, after)
                    missed = await feed.past()
                    fresh = [missed] if missed else []
                for told in fresh:
                    after = told.last
                    if _heard(told, tell):
                        return
        except Closed:
            raise Unavailable(f"The server is restarting; the answer goes on as run {run_id}.") from None
        finally:
            feed.close()

    def _feed(self, principal: Principal, run_id: RunId, after: int) -> RunFeed:
        return RunFeed(self._bus, self._runs, principal.user_id, run_id, after=after)

    async def _end(self, run_id: RunId) -> None:
        if not self._runs.draining:  # then it is the server that goes, and the run is taken up again
            await self._runs.end(run_id)


def _heard(told: Told, tell: Tell) -> bool:
    """Whether that was the end of it."""
    ended = False
    for _, line in told.lines:
        what = kind(line)
        if what == "error":
            error = _failed.decode(line)
            raise coded(error.code)(error.message)
        tell(what, line)
        ended = ended or what in _ENDS
    return ended
