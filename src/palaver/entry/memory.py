"""When Python looks for what nobody needs any more; it frees nothing that somebody holds."""

import gc
from collections.abc import Callable
from datetime import timedelta

from palaver.kit.clock import Clock

# A turn makes some 2,000 objects and hardly a circle of them: look for circles every few turns, and walk everything
# that lives long seldom, because that takes some 10 ms in which nothing else happens.
THRESHOLDS = (5_000, 20, 20)
EVERY = timedelta(seconds=2)


def begin() -> None:
    """While a server starts nearly everything that is made stays: looking for what does not took a fifth of a start."""
    gc.disable()


def settle() -> None:
    """What stands after the start stands until the end: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


async def keep_tidy(idle: Callable[[], bool], clock: Clock) -> None:
    """Walk everything once after each busy time, as soon as nothing is under way; for ever."""
    busy = False
    while True:
        await clock.sleep(EVERY)
        if not idle():
            busy = True
        elif busy:
            gc.collect()
            busy = False
