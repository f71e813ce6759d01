"""Woken by time: looks at all open streams; it starts no task itself."""

from datetime import timedelta

from palaver.kit.clock import Clock
from palaver.realtime.sse import Pulse


async def keep_beating(pulse: Pulse, clock: Clock) -> None:
    """Ping silent streams and drop stuck ones, for ever."""
    while True:
        await clock.sleep(timedelta(seconds=pulse.every))
        pulse.beat()
