"""Does what scripts want over httpx, for each kind of client; what they want is decided in them."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx

from palaver_client.errors import PalaverError
from palaver_client.scripts import Do, Effect, Pause, Read, Reply, Script, Send, Tell, Telling
from palaver_client.sending import LIMITS, Address, headers_of

T = TypeVar("T")


class Steps:
    """A script on its way: what it wants next, and what came of the last thing."""

    def __init__(self, script: Script[Any]) -> None:
        self._script = script
        self._came: Any = None
        self._failed: Exception | None = None
        self.result: Any = None

    def next(self) -> Effect | Tell[Any] | None:
        """What is wanted now, or None at the end; then `result` is there."""
        came, failed = self._came, self._failed
        self._came = self._failed = None
        try:
            return self._script.throw(failed) if failed else self._script.send(came)
        except StopIteration as end:
            self.result = end.value
            return None

    def came(self, value: Any) -> None:
        """It was done, with this."""
        self._came = value

    def failed(self, error: Exception) -> None:
        """It could not be done."""
        self._failed = error

    def close(self) -> None:
        """Nothing more is done."""
        self._script.close()


class SyncRunner:
    """Runs scripts and waits for them."""

    def __init__(self, address: Address, http: httpx.Client | None) -> None:
        self._address = address
        self._http = http or httpx.Client(limits=LIMITS)
        self._own = http is None

    def asked(self, script: Script[T]) -> T:
        """What the script gives."""
        steps = Steps(script)
        with closing(self._telling(steps)) as telling:
            for _ in telling:
                continue
        return steps.result

    def told(self, script: Telling[T]) -> Generator[T]:
        """What the script tells."""
        return self._telling(Steps(script))

    def close(self) -> None:
        """Let go of connections."""
        if self._own:
            self._http.close()

    def _telling(self, steps: Steps) -> Generator[Any]:
        line = _Line(self._http, self._address)
        with closing(steps), closing(line):
            while wanted := steps.next():
                if isinstance(wanted, Tell):
                    yield wanted.value
                    continue
                try:
                    steps.came(line.act(wanted))
                except (OSError, PalaverError) as error:
                    steps.failed(error)
                except httpx.HTTPError as error:
                    steps.failed(self._address.away(error))


class _Line:
    """The one connection of a script."""

    def __init__(self, http: httpx.Client, address: Address) -> None:
        self._http, self._address = http, address
        self._reply: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())

    def act(self, wanted: Effect) -> Any:
        match wanted:
            case Send(request):
                self.close()
                made = self._address.prepared(self._http, request)
                self._reply = self._http.send(made, stream=True, auth=self._address.auth or httpx.USE_CLIENT_DEFAULT)
                self._pieces = self._reply.iter_bytes()
                return Reply(self._reply.status_code, headers_of(self._reply))
            case Read():
                return next(self._pieces, b"")
            case Pause(seconds):
                self.close()
                return time.sleep(seconds)
            case Do(work):
                return work()

    def close(self) -> None:
        if self._reply is not None:
            self._reply.close()


class AsyncRunner:
    """Runs scripts in the caller's event loop: asyncio's or trio's."""

    def __init__(self, address: Address, http: httpx.AsyncClient | None) -> None:
        self._address = address
        self._http = http or httpx.AsyncClient(limits=LIMITS)
        self._own = http is None

    async def asked(self, script: Script[T]) -> T:
        """What the script gives."""
        steps = Steps(script)
        async with aclosing(self._telling(steps)) as telling:
            async for _ in telling:
                continue
        return steps.result

    def told(self, script: Telling[T]) -> AsyncGenerator[T]:
        """What the script tells."""
        return self._telling(Steps(script))

    async def close(self) -> None:
        """Let go of connections."""
        if self._own:
            await self._http.aclose()

    async def _telling(self, steps: Steps) -> AsyncGenerator[Any]:
        line = _AsyncLine(self._http, self._address)
        with closing(steps):
            async with aclosing(line):
                while wanted := steps.next():
                    if isinstance(wanted, Tell):
                        yield wanted.value
                        continue
                    try:
                        steps.came(await line.act(wanted))
                    except (OSError, PalaverError) as error:
                        steps.failed(error)
                    except httpx.HTTPError as error:
                        steps.failed(self._address.away(error))


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


class _AsyncLine:
    """The one connection of a script."""

    def __init__(self, http: httpx.AsyncClient, address: Address) -> None:
        self._http, self._address = http, address
        self._reply: httpx.Response | None = None
        self._pieces: AsyncIterator[bytes] = _nothing()

    async def act(self, wanted: Effect) -> Any:
        match wanted:
            case Send(request):
                await self.aclose()
                made = self._address.prepared(self._http, request)
                self._reply = await self._http.send(
                    made, stream=True, auth=self._address.auth or httpx.USE_CLIENT_DEFAULT
                )
                self._pieces = self._reply.aiter_bytes()
                return Reply(self._reply.status_code, headers_of(self._reply))
            case Read():
                return await anext(self._pieces, b"")
            case Pause(seconds):
                await self.aclose()
                return await anyio.sleep(seconds)
            case Do(work):
                return await anyio.to_thread.run_sync(work)

    async def aclose(self) -> None:
        if self._reply is not None:
            await self._reply.aclose()
