"""One HTTP request to a model's server and the reads that come back, within deadlines; it knows no wire format.

Every failure leaves as one of `failures`. A connection whose reply was not read to its end is closed, never reused.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, cast

import aiohttp
import msgspec
from yarl import URL

from palaver.core.errors import ModelTimeout, PalaverError
from palaver.inference import failures
from palaver.inference.settings import Timeouts
from palaver.kit import http
from palaver.kit.clock import Clock

LARGEST_COMPLAINT = 65_536
LARGEST_LIST = 16 * 1_048_576
# A finished answer whose server neither says [DONE] nor closes is not waited for any longer than this.
GRACE = 5.0
DRAIN = 0.25
LARGE = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a provider's server is and how it is spoken to. `headers` hold the key: never print them."""

    name: str
    base: URL
    timeouts: Timeouts
    clock: Clock
    headers: Mapping[str, str]
    proxy: str | None = None

    def __repr__(self) -> str:
        return f"Server({self.name!r}, {str(self.base)!r})"


class Upstream:
    """The connections to one server. Made anywhere; the session opens with the first request."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session: aiohttp.ClientSession | None = None

    def post(self, url: URL, body: bytes) -> "Call":
        """Send a body and read the reply: `async with upstream.post(...) as call`."""
        # a large body would hold the loop while it is written; a file-like one is written bit by bit
        data: Any = body if len(body) < LARGE else io.BytesIO(body)
        return Call(self._server, lambda: self._open().post(url, data=data, allow_redirects=False))

    async def get_json(self, url: URL, kind: Any, deadline: float) -> Any:
        """A small JSON document as `kind`; raises `PalaverError`."""
        name = self._server.name
        try:
            async with asyncio.timeout(deadline), self._open().get(url, allow_redirects=False) as reply:
                if reply.status != 200:
                    raise failures.of_status(name, reply.status)
                body = await _bounded(reply, LARGEST_LIST)
            return msgspec.json.decode(body, type=kind)
        except TimeoutError as error:
            raise ModelTimeout(f"{name} did not list its models in time.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(name) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise failures.NotUnderstood(f"{name} did not list its models in the form that was expected.") from error

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            server = self._server
            headers = {"accept-encoding": "identity", **server.headers}
            self._session = http.session(headers=headers, connect=server.timeouts.connect, proxy=server.proxy)
        return self._session


class Call:
    """A reply that is being read.

    The deadlines hold only while somebody waits in `read`: a slow reader is no fault of the server. One timer serves
    a whole reply; it looks at the time of the last piece instead of being set anew for each read, which would cost
    more than decoding does.
    """

    __slots__ = (
        "_arrived",
        "_ended",
        "_expired",
        "_limit",
        "_loop",
        "_reply",
        "_sending",
        "_server",
        "_since",
        "_timer",
        "_waiting",
    )

    def __init__(self, server: Server, sending: Callable[[], Awaitable[aiohttp.ClientResponse]]) -> None:
        self._server = server
        self._sending: Callable[[], Awaitable[aiohttp.ClientResponse]] | None = sending
        self._loop = asyncio.get_running_loop()
        self._limit = server.timeouts.first_token
        self._since = 0.0
        self._waiting = False
        self._expired = False
        self._ended = False
        self._timer: asyncio.TimerHandle | None = None
        self._reply: aiohttp.ClientResponse
        self._arrived: Callable[[], Awaitable[bytes]]

    async def __aenter__(self) -> "Call":
        self._since = self._loop.time()
        self._reply = await self._send()
        if self._reply.status != 200:
            raise await self._complaint()
        self._arrived = self._reply.content.readany
        self._timer = self._loop.call_at(self._since + self._limit, self._look)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._reply.close()

    @property
    def is_json(self) -> bool:
        """Whether the reply says that it is one JSON document."""
        return self._reply.headers.get("content-type", "").lower().startswith("application/json")

    async def read(self) -> bytes:
        """What arrived since the last read, or empty at the end."""
        self._waiting = True
        try:
            return await self._arrived()
        except (aiohttp.ClientError, OSError) as error:
            # The reader of the reply keeps this error; with its frames, which lead back to the reader, it would keep
            # the whole reply until the collector comes round.
            error.__traceback__ = None
            if self._ended:
                return b""
            raise self._failure() from error
        finally:
            self._waiting = False

    async def whole(self, limit: int) -> bytes:
        """All that is left, refused beyond `limit` bytes."""
        body = bytearray()
        while chunk := await self.read():
            body += chunk
            if len(body) > limit:
                raise failures.NotUnderstood(f"{self._server.name} sent more than {limit} bytes at once.")
        return bytes(body)

    def heard(self) -> None:
        """A piece of the answer came: from here the idle deadline counts."""
        if self._ended:
            return
        self._since = self._loop.time()
        if self._limit != self._server.timeouts.idle:
            self._limit = self._server.timeouts.idle
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._since + self._limit, self._look)

    def ended(self) -> None:
        """The answer is whole: what is still to come is waited for shortly, and missing it is no failure."""
        if not self._ended:
            self._ended = True
            self._since = self._loop.time()
            self._limit = min(GRACE, self._server.timeouts.idle)
            self._set_timer()

    async def drain(self) -> None:
        """Read what may follow the end mark, so that the connection can be used again; give up soon."""
        content = self._reply.content
        if content.at_eof():
            return
        try:
            async with asyncio.timeout(DRAIN):
                while not content.at_eof():
                    await content.readany()
        except (aiohttp.ClientError, OSError, TimeoutError):
            return  # then it is closed

    async def _send(self) -> aiohttp.ClientResponse:
        name = self._server.name
        # taken away, so that the body is not kept while the answer streams
        sending, self._sending = self._sending, None
        assert sending is not None
        try:
            async with asyncio.timeout(self._limit):
                return await sending()
        except aiohttp.ServerDisconnectedError as error:
            # a kept connection that the server closed just now: nothing was asked yet, so ask again at once
            raise failures.ModelUnreachable(f"{name} closed the connection.", retry_after=0.0) from error
        except aiohttp.ServerTimeoutError as error:
            raise failures.ModelUnreachable(f"{name} could not be reached in time.") from error
        except TimeoutError as error:
            raise ModelTimeout(f"{name} did not begin to answer within {self._limit:g} s.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(name) from error

    async def _complaint(self) -> PalaverError:
        reply = self._reply
        try:
            async with asyncio.timeout(self._server.timeouts.connect):
                body = await _bounded(reply, LARGEST_COMPLAINT)
        except (aiohttp.ClientError, OSError, TimeoutError, failures.NotUnderstood):
            body = b""
        finally:
            reply.close()
        hint = _retry_after(reply.headers, self._server.clock)
        return failures.of_status(self._server.name, reply.status, complaint_in(body), hint)

    def _look(self) -> None:
        """The timer: expire, or look again when the next deadline may be due."""
        now = self._loop.time()
        if not self._waiting:
            due = now + self._limit
        else:
            due = self._since + self._limit
            if now >= due:
                self._expired = True
                self._reply.close()  # wakes the reader with an error
                return
        self._timer = self._loop.call_at(due, self._look)

    def _failure(self) -> PalaverError:
        name = self._server.name
        if self._expired:
            return ModelTimeout(f"{name} said nothing for {self._limit:g} s.")
        return failures.ModelBrokeOff(f"{name} broke off in the middle of the answer.")


def complaint_in(body: bytes) -> object:
    """The error object of a reply's body, or its text, or None."""
    try:
        value: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")
    if isinstance(value, list) and value:  # Gemini's endpoint wraps its errors in a list
        value = cast("list[Any]", value)[0]
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return fields.get("error", fields)


async def _bounded(reply: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    async for chunk in reply.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise failures.NotUnderstood("The reply is too large.")
    return bytes(body)


def _unreachable(name: str) -> PalaverError:
    return failures.ModelUnreachable(f"{name} could not be reached.")


def _retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Seconds, from `Retry-After` in either of its forms (RFC 9110, 10.2.3) or the finer `retry-after-ms`."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        told = headers.get("retry-after")
        if told is None:
            return None
        if told.strip().isdecimal():
            return float(told)
        return max(0.0, (parsedate_to_datetime(told) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None
