"""Tasks that are to run as long as the process; who owns the group they run in is the caller's business."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from palaver.kit.clock import Clock

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=5)  # long enough that a job that always fails costs nothing and fills no log


async def keep_going(name: str, job: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Run `job`, and run it again when it fails: what is woken by time must not take the house down with it."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("A job failed and is started again", extra={"job": name})
        await clock.sleep(PAUSE)
