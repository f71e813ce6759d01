"""What the terminal asks of a server, by way of `palaver_client`, and how failures are told; it prints nothing."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeAlias, cast

import httpx
import palaver_client
from palaver_client import APIError, AsyncPalaver, AsyncRunStream, ConnectionBroke, Patience

from palaver.core.errors import PalaverError
from palaver.entry.cli.access import Access

Event = Mapping[str, Any]
Request: TypeAlias = Callable[[AsyncPalaver], AsyncRunStream]

# About half a minute, as long as starting a server again takes; what was never reached is not waited for.
PATIENCE = Patience(tries=8, first=0.2, longest=15, at_first=False)
# Taking in a large file may take a while after its last byte was sent.
TIMEOUT = 300.0


class ServerRefused(PalaverError):
    """The server answered, and said no."""

    title = "The server refused"


class ServerConflict(ServerRefused):
    """The server said no because it is so already: somebody answered before, for example."""


class ServerAway(PalaverError):
    """Nobody answers at the address, or the connection broke and did not come back."""

    title = "The server cannot be reached"


def asking(body: Mapping[str, Any]) -> Request:
    """A question; sent again it starts no second run."""
    return lambda client: client.stream(**cast("Any", body))


def following(run_id: str, after: int = 0) -> Request:
    """What a run told, and tells, after an event."""
    return lambda client: client.follow(run_id, after=after)


class Client:
    """Asks one server; made inside the event loop, and closed."""

    def __init__(self, url: str, access: Access, *, patience: Patience = PATIENCE) -> None:
        self._url = url.rstrip("/") + "/api/v1"
        self._access = access
        self._http = httpx.AsyncClient(
            trust_env=False, timeout=httpx.Timeout(TIMEOUT, connect=10), limits=httpx.Limits(max_connections=None)
        )
        self._at, self._auth, self._patience = url, access.auth, patience
        self._palaver = AsyncPalaver(url, auth=access.auth, timeout=TIMEOUT, patience=patience, http=self._http)

    async def get(self, path: str) -> Any:
        """What stands at a path of the API."""
        return await self._whole("GET", path)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do something; the answer, or None where there is none."""
        return await self._whole("POST", path, body)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something; what became of it."""
        return await self._whole("PATCH", path, body)

    async def delete(self, path: str) -> None:
        """Remove something."""
        await self._whole("DELETE", path)

    async def pieces(self, path: str) -> AsyncGenerator[bytes]:
        """What stands at a path, however much it is, as it comes."""
        begun = False
        async with self._told(lambda: begun, "broke before all had come"):
            async for piece in self._palaver.pieces(path):
                begun = True
                yield piece

    async def send(self, path: str, kind: str, body: AsyncIterator[bytes]) -> Any:
        """Hand over something of any size, as it is read; the answer."""
        async with self._told():
            return await self._palaver.request("POST", path, content=lambda: body, headers={"Content-Type": kind})

    async def items(self, path: str) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        async with self._told():
            return [item async for item in self._palaver.items(path)]

    async def waits(self, call_id: str) -> bool:
        """Whether a call waits for this person now."""
        return any(item["call_id"] == call_id for item in await self.items("/approvals"))

    async def cancel(self, run_id: str) -> None:
        """End a run, even if the server is only just coming back."""
        waiting = replace(self._patience, at_first=True)
        async with self._told(lambda: True, "broke and did not come back"):
            await AsyncPalaver(self._at, auth=self._auth, patience=waiting, http=self._http).runs.cancel(run_id)

    async def turn(self, request: Request) -> AsyncGenerator[Event]:
        """The events of one run to its last; a stream that breaks is taken up after the last event that was seen."""
        stream = request(self._palaver)
        async with self._told(lambda: stream.seq > 0, "broke and did not come back"), stream:
            async for event in stream:
                yield event

    async def close(self) -> None:
        """Give back what was signed in for this, and let go of connections."""
        try:
            await self._access.end(self._http)
        except httpx.HTTPError:
            pass  # a server that is away will find the sign-in too old by itself
        finally:
            await self._http.aclose()

    async def _whole(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        async with self._told():
            return await self._palaver.request(method, path, json=body)

    @asynccontextmanager
    async def _told(self, reached: Callable[[], bool] = bool, broke: str = "") -> AsyncGenerator[None]:
        """What goes wrong inside, in words for a terminal."""
        try:
            yield
        except APIError as error:
            if reached() and error.retryable:
                raise ServerAway(f"The connection to {self._url} {broke}.") from error
            kind = ServerConflict if error.status == 409 else ServerRefused
            raise kind(error.detail) from error
        except ConnectionBroke as error:
            if reached():
                raise ServerAway(f"The connection to {self._url} {broke}.") from error
            raise ServerAway(f"Nobody answers at {self._url}. Is Palaver running there?") from error
        except palaver_client.PalaverError as error:
            raise ServerRefused(str(error)) from error
