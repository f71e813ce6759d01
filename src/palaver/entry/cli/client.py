"""A client of Palaver's public API, as the terminal needs it; it prints nothing and knows no database."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

from palaver.core.errors import PalaverError
from palaver.entry.cli.access import Access
from palaver.entry.cli.frames import Frame, Frames
from palaver.kit.clock import Clock
from palaver.kit.ids import new_id

Event = Mapping[str, Any]

NONE: Mapping[str, str] = MappingProxyType({})

# A stream that says nothing for three heartbeats is broken, however open its connection looks.
SILENCE = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=45)
# Together about half a minute: as long as starting a server again takes.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (0.2, 0.5, 1, 2, 4, 8, 15))


class ServerRefused(PalaverError):
    """The server answered, and said no."""

    title = "The server refused"


class ServerConflict(ServerRefused):
    """The server said no because it is so already: somebody answered before, for example."""


class ServerAway(PalaverError):
    """Nobody answers at the address, or the connection broke and did not come back."""

    title = "The server cannot be reached"


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a stream of events."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def asking(body: Mapping[str, Any]) -> Request:
    """A question; sent again it starts no second run."""
    return Request("POST", "/query", body, {"Idempotency-Key": new_id("ask")})


def following(run_id: str, after: str) -> Request:
    """What a run told, and tells, after an event."""
    return Request("GET", f"/runs/{run_id}/events", None, {"Last-Event-ID": after})


class Client:
    """Asks one server; made inside the event loop, and closed."""

    def __init__(self, url: str, access: Access, clock: Clock, session: aiohttp.ClientSession) -> None:
        self._url = url.rstrip("/") + "/api/v1"
        self._access = access
        self._clock = clock
        self._session = session

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
        async with self._asked("GET", path) as reply:
            async for piece in reply.content.iter_any():
                yield piece

    async def send(self, path: str, kind: str, body: AsyncIterator[bytes]) -> Any:
        """Hand over something of any size, as it is read; the answer."""
        async with self._asked("POST", path, data=body, headers={"Content-Type": kind}) as reply:
            return msgspec.json.decode(await reply.read())

    async def items(self, path: str) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next_cursor": ""}
        while (cursor := page.get("next_cursor")) is not None:
            page = await self.get(f"{path}?cursor={quote(cursor)}" if cursor else path)
            found += page["items"]
        return found

    async def waits(self, call_id: str) -> bool:
        """Whether a call waits for this person now."""
        return any(item["call_id"] == call_id for item in await self.items("/approvals"))

    async def turn(self, request: Request) -> AsyncGenerator[Event]:
        """The events of one run to its last; a stream that breaks is taken up after the last event that was seen."""
        waits = iter(WAITS)
        reached = False
        while True:
            try:
                async for frame in self._frames(request):
                    reached, waits = True, iter(WAITS)
                    event: Event = msgspec.json.decode(frame.data)
                    request = following(event["run_id"], frame.id)
                    yield event
                    if event["type"] == "done":
                        return
            except ServerAway:
                if not reached:
                    raise
            wait = next(waits, None)
            if wait is None:
                raise ServerAway(f"The connection to {self._url} broke and did not come back.")
            await self._clock.sleep(wait)

    async def close(self) -> None:
        """Give back what was signed in for this, and let go of connections."""
        try:
            await self._access.end(self._session)
        except (aiohttp.ClientError, TimeoutError):
            pass  # a server that is away will find the sign-in too old by itself
        finally:
            await self._session.close()

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, *, data: AsyncIterator[bytes] | None = None, headers: Mapping[str, str] = NONE
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        """An answer that went well and is still to be read."""
        try:
            said = {**headers, **await self._access.headers(self._session)}
            async with self._session.request(method, self._url + path, data=data, headers=said) as reply:
                if reply.status >= 400:
                    raise _refusal(reply.status, await reply.read())
                yield reply
        except aiohttp.ClientPayloadError as error:
            raise ServerAway(f"The connection to {self._url} broke before all had come.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServerAway(f"Nobody answers at {self._url}. Is Palaver running there?") from error

    async def _whole(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            headers = await self._access.headers(self._session)
            async with self._session.request(method, self._url + path, json=body, headers=headers) as reply:
                content = await reply.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServerAway(f"Nobody answers at {self._url}. Is Palaver running there?") from error
        if reply.status >= 400:
            raise _refusal(reply.status, content)
        return msgspec.json.decode(content) if content else None

    async def _frames(self, request: Request) -> AsyncGenerator[Frame]:
        frames = Frames()
        try:
            headers = {**request.headers, **await self._access.headers(self._session)}
            async with self._session.request(
                request.method, self._url + request.path, json=request.body, headers=headers, timeout=SILENCE
            ) as reply:
                if reply.status == 503:  # going down; whoever takes over knows the run
                    raise ServerAway(_refusal(reply.status, await reply.read()).detail)
                if reply.status >= 400:
                    raise _refusal(reply.status, await reply.read())
                async for piece in reply.content.iter_any():
                    for frame in frames.feed(piece):
                        yield frame
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServerAway(f"Nobody answers at {self._url}. Is Palaver running there?") from error


def _refusal(status: int, content: bytes) -> ServerRefused:
    try:
        problem = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.MsgspecError:
        return ServerRefused(f"The server answered with status {status}.")
    kind = ServerConflict if status == 409 else ServerRefused
    return kind(str(problem.get("detail") or problem.get("title") or f"The server answered {status}."))
