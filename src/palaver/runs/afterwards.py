"""What is done about a run once it is over: in a line of its own, one after the other, never in an answer's way.

What it is that is done (`titling.py`, `remembering.py`) is not known here. A line that is too long lets its oldest go.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal

import msgspec

from palaver.bus.port import Bus
from palaver.context import store as context_store
from palaver.core.events import RunEvent
from palaver.core.ids import Seq
from palaver.kit.clock import Clock, stamp
from palaver.runs.consulting import Said
from palaver.runs.joining.standing_in import stand_in
from palaver.runs.live import Live
from palaver.runs.records import record
from palaver.runs.told import Told
from palaver.sessions import store as session_store
from palaver.sessions.session import Session
from palaver.storage.script import Script

WAITING = 256  # runs that wait for what is done about them
AGAIN = timedelta(milliseconds=500)  # how soon it is looked again whether the house is still busy
PATIENCE = 60  # how often, until it is done all the same


class Line:
    """Runs that are over and wait. `busy` says whether answers have to go first."""

    def __init__(self, clock: Clock, busy: Callable[[], bool]) -> None:
        self._clock = clock
        self._busy = busy
        self._waiting: deque[Live] = deque(maxlen=WAITING)
        self._news = asyncio.Event()

    def join(self, live: Live) -> None:
        """Let a run wait; for one that a person answered no model is asked."""
        if stand_in(live.prompt) is not None:
            return
        self._waiting.append(live)
        self._news.set()

    async def run(self, work: Callable[[Live], Awaitable[None]]) -> None:
        """Do the work for each that waits, one after the other; it never returns."""
        while True:
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
            for _ in range(PATIENCE):
                if not self._busy():
                    break
                await self._clock.sleep(AGAIN)
            if self._waiting:
                await work(self._waiting.popleft())


def tell_behind(bus: Bus, live: Live, event: RunEvent) -> None:
    """Its run is over: who listens to the session hears it behind the last word on that run."""
    seq = Seq(live.next_seq)
    live.next_seq = Seq(seq + 1)
    told = Told(live.address, [(seq, record(seq, event))])
    bus.publish(live.address.session_topic, told, told.weight)


def charge(
    live: Live, kept: session_store.Kept, model: str, said: Said, *, kind: Literal["title", "memory"], clock: Clock
) -> Script[Session]:
    """Write down what a model was asked for beside the answers of a session, and give the session with its cost."""
    now = stamp(clock.now())
    yield from context_store.put_aside(
        live.session_id, live.user_id, kind=kind, model=model, usage=said.usage, at=now
    )  # fmt: skip
    usage = kept.session.usage.plus(said.usage)
    return msgspec.structs.replace(kept.session, usage=usage, cost=usage.cost_usd)
