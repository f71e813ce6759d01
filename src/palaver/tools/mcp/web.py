"""A server at an address: the HTTP client for it, which reaches only what its guard admits and reads within bounds.

It follows no redirect by itself, keeps no cookies and knows nothing of the protocol.
"""

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import httpcore2
import httpx2

from palaver.kit.http import USER_AGENT, AddressRefused, Guard

CONNECT = 10.0  # seconds
STREAM = 300.0  # seconds a stream may be silent
UNWRITTEN = 30.0  # seconds for sending a request

# it tells every address it asks, and an address can carry a secret
logging.getLogger("httpx2").setLevel(logging.WARNING)


@dataclass(slots=True)
class Trouble:
    """What went wrong on the wire, for those whom the SDK tells only that something did."""

    status: int | None = None
    reason: str | None = None


def client(
    guard: Guard, trouble: Trouble, *, headers: Mapping[str, str], longest: int, auth: httpx2.Auth | None = None
) -> httpx2.AsyncClient:
    """A client for one server. It must be entered inside the running loop, and left."""
    return httpx2.AsyncClient(
        headers={"user-agent": USER_AGENT, "accept-encoding": "identity", **headers},
        auth=auth,
        timeout=httpx2.Timeout(UNWRITTEN, connect=CONNECT, read=STREAM),
        transport=_Guarded(guard, trouble, longest),
        trust_env=False,
    )


class _Guarded(httpx2.AsyncHTTPTransport):
    """Checks each URL, dials only what is admitted, and bounds every answer that is not a stream of events."""

    def __init__(self, guard: Guard, trouble: Trouble, longest: int) -> None:
        super().__init__(verify=_verified(), trust_env=False)
        # the only place where the library lets one decide which address is dialled
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_verified(), network_backend=_Dialling(guard), max_connections=16, keepalive_expiry=30.0
        )
        self._guard = guard
        self._trouble = trouble
        self._longest = longest

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            self._guard.checked(str(request.url))
            response = await super().handle_async_request(request)
        except AddressRefused as error:
            self._trouble.reason = str(error)
            raise httpx2.ConnectError(str(error), request=request) from error
        except httpx2.TransportError:
            self._trouble.reason = "It could not be reached."
            raise
        self._trouble.status = response.status_code
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.DecodingError("It answers in an encoding that was not asked for.", request=request)
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.stream = _Bounded(response.stream, self._longest, self._trouble)
        return response


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off when it grows too long."""

    def __init__(self, inner: Any, longest: int, trouble: Trouble) -> None:
        self._inner = inner
        self._longest = longest
        self._trouble = trouble

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > self._longest:
                self._trouble.reason = f"Its answer is larger than {self._longest:,} bytes."
                raise httpx2.ReadError(self._trouble.reason)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Dialling(httpcore2.AsyncNetworkBackend):
    """Resolves a name and dials one of its addresses, all of which the guard must admit."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore2.AsyncNetworkStream:
        failed: Exception = httpcore2.ConnectError("It has no address.")
        for address in await self._addresses(host, port):
            try:
                return await self._inner.connect_tcp(address, port, *args, **kwargs)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=6)
        except OSError as error:
            raise httpcore2.ConnectError("Its name is not known.") from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        for address in addresses:
            self._guard.admit(ipaddress.ip_address(address.partition("%")[0]))
        return addresses


@cache
def _verified() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()
