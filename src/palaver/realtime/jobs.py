"""Woken by time: looks at all open streams and sockets; it starts no task itself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from palaver.core.principal import Principal
from palaver.kit.clock import Clock
from palaver.realtime.hub import Hub
from palaver.realtime.sse import Pulse


async def keep_beating(pulse: Pulse, clock: Clock) -> None:
    """Ping silent streams and drop stuck ones, for ever."""
    while True:
        await clock.sleep(timedelta(seconds=pulse.every))
        pulse.beat()


async def keep_sockets(
    hub: Hub, holds: Callable[[Mapping[str, Any], Principal], Awaitable[None]], clock: Clock
) -> None:
    """Ping silent sockets, end idle and stuck ones and those whose credential holds no more, for ever."""
    while True:
        await clock.sleep(timedelta(seconds=hub.every))
        hub.tick()
        await hub.check(holds)
