"""Does what scripts want over httpx: one driver, and for each kind of client the few things that it waits for."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from typing import Any, Generic, Protocol, TypeVar

import anyio
import anyio.to_thread
import httpx

from palaver_client.errors import PalaverError
from palaver_client.scripts import Do, Effect, Pause, Read, Reply, Script, Send, Tell, Telling
from palaver_client.sending import LIMITS, Address, headers_of

T = TypeVar("T")


class Hands(Protocol):
    """What one script needs done, over one connection at a time. Those of the sync client are done when they return."""

    async def send(self, request: httpx.Request, auth: Any) -> httpx.Response:
        """Send this; what comes is read piece by piece."""
        ...

    async def read(self) -> bytes:
        """The next piece; none is the end."""
        ...

    async def let_go(self) -> None:
        """Let go of the connection, if there is one; what still comes is not wanted."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        ...

    async def do(self, work: Callable[[], Any]) -> Any:
        """Something that may wait for a disk."""
        ...


class Drive(Generic[T]):
    """A script on its way."""

    def __init__(self, script: Script[T], hands: Hands, to: tuple[httpx.Client | httpx.AsyncClient, Address]) -> None:
        self._script = script
        self._hands = hands
        self._http, self._address = to

    async def next(self) -> Tell[Any] | T:
        """What is told next, or at the end the result."""
        came: Any = None
        failed: Exception | None = None
        while True:
            try:
                wanted = self._script.throw(failed) if failed else self._script.send(came)
            except StopIteration as end:
                return end.value
            if isinstance(wanted, Tell):
                return wanted
            came, failed = await self._tried(wanted)

    async def end(self) -> T:
        """The result; what is told is heard by nobody."""
        try:
            while isinstance(came := await self.next(), Tell):
                continue
            return came
        finally:
            await self.close()

    async def close(self) -> None:
        """Nothing more is done."""
        self._script.close()
        await self._hands.let_go()

    async def _tried(self, wanted: Effect) -> tuple[Any, Exception | None]:
        try:
            return await self._done(wanted), None
        except (OSError, PalaverError) as error:
            return None, error
        except httpx.HTTPError as error:
            return None, self._address.away(error)

    async def _done(self, wanted: Effect) -> Any:
        match wanted:
            case Send(request):
                await self._hands.let_go()
                made = self._address.prepared(self._http, request)
                reply = await self._hands.send(made, self._address.auth or httpx.USE_CLIENT_DEFAULT)
                return Reply(reply.status_code, headers_of(reply))
            case Read():
                return await self._hands.read()
            case Pause(seconds):
                await self._hands.let_go()
                return await self._hands.pause(seconds)
            case Do(work):
                return await self._hands.do(work)


class SyncRunner:
    """Runs scripts and waits for them."""

    def __init__(self, address: Address, http: httpx.Client | None) -> None:
        self._address = address
        self._http = http or httpx.Client(limits=LIMITS, trust_env=False)
        self._own = http is None

    def asked(self, script: Script[T]) -> T:
        """What the script gives."""
        return _at_once(self._drive(script).end())

    def told(self, script: Telling[T]) -> Generator[T]:
        """What the script tells."""
        drive = self._drive(script)
        try:
            while told := _at_once(drive.next()):
                yield told.value
        finally:
            _at_once(drive.close())

    def close(self) -> None:
        """Let go of connections."""
        if self._own:
            self._http.close()

    def _drive(self, script: Script[T]) -> Drive[T]:
        return Drive(script, _SyncHands(self._http), (self._http, self._address))


class AsyncRunner:
    """Runs scripts in the caller's event loop: asyncio's or trio's."""

    def __init__(self, address: Address, http: httpx.AsyncClient | None) -> None:
        self._address = address
        self._http = http or httpx.AsyncClient(limits=LIMITS, trust_env=False)
        self._own = http is None

    async def asked(self, script: Script[T]) -> T:
        """What the script gives."""
        return await self._drive(script).end()

    async def told(self, script: Telling[T]) -> AsyncGenerator[T]:
        """What the script tells."""
        drive = self._drive(script)
        try:
            while told := await drive.next():
                yield told.value
        finally:
            await drive.close()

    async def close(self) -> None:
        """Let go of connections."""
        if self._own:
            await self._http.aclose()

    def _drive(self, script: Script[T]) -> Drive[T]:
        return Drive(script, _AsyncHands(self._http), (self._http, self._address))


def _at_once(done: Coroutine[Any, Any, T]) -> T:
    """What comes of something that waits in no event loop: it ends where it is begun."""
    try:
        done.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("The hands of the sync client wait for no event loop.")


class _SyncHands:
    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._reply: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())

    async def send(self, request: httpx.Request, auth: Any) -> httpx.Response:
        self._reply = self._http.send(request, stream=True, auth=auth)
        self._pieces = self._reply.iter_bytes()
        return self._reply

    async def read(self) -> bytes:
        return next(self._pieces, b"")

    async def let_go(self) -> None:
        if self._reply is not None:
            self._reply.close()

    async def pause(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251 - no event loop runs this

    async def do(self, work: Callable[[], Any]) -> Any:
        return work()


class _AsyncHands:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._reply: httpx.Response | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    async def send(self, request: httpx.Request, auth: Any) -> httpx.Response:
        self._reply = await self._http.send(request, stream=True, auth=auth)
        self._pieces = self._reply.aiter_bytes()
        return self._reply

    async def read(self) -> bytes:
        return await anext(self._pieces, b"") if self._pieces else b""

    async def let_go(self) -> None:
        if self._reply is not None:
            await self._reply.aclose()

    async def pause(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    async def do(self, work: Callable[[], Any]) -> Any:
        return await anyio.to_thread.run_sync(work)
