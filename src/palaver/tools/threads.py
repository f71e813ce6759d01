"""Blocking work of tools in threads of its own; what the work is, it does not know.

Not the event loop's pool: that has few threads, and signing in needs them. Threads here are daemons, so that a
plug-in which never returns does not hold up the end of the server. How many run at once is bounded here.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from palaver.core.errors import Unavailable

T = TypeVar("T")

Stop = threading.Event

_MOST = 256  # threads under way, those counted whose call was given up; a call beyond is refused

_under_way: set[threading.Thread] = set()


async def in_thread(work: Callable[[Stop], T]) -> T:
    """What `work` returns or raises. Cancelled, this returns at once and sets `Stop`, which the work looks at."""
    if len(_under_way) >= _MOST:
        raise Unavailable("Too many calls of tools are still under way.")
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    stop = Stop()
    context = contextvars.copy_context()

    def body() -> None:
        try:
            result = context.run(work, stop)
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            _tell(loop, done, partial(done.set_exception, _carried(error)))
        else:
            _tell(loop, done, partial(done.set_result, result))
        finally:
            _under_way.discard(threading.current_thread())

    thread = threading.Thread(target=body, name="palaver-tool", daemon=True)
    _under_way.add(thread)
    thread.start()
    try:
        return await done
    finally:
        stop.set()


def _carried(error: BaseException) -> BaseException:
    """A future takes no StopIteration, and what would end the whole process ends a call only."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(f"The work ended with {type(error).__name__}.")


def _tell(loop: asyncio.AbstractEventLoop, done: asyncio.Future[Any], tell: Callable[[], None]) -> None:
    def once() -> None:
        if not done.done():
            tell()

    try:
        loop.call_soon_threadsafe(once)
    except RuntimeError:
        return  # the loop has ended, and with it everybody who waited
