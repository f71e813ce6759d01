"""Requests that leave the house: how their sessions are made, and which addresses from outside they may reach.

It knows no vendor and never tries twice.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from palaver import __version__

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

USER_AGENT = f"palaver/{__version__}"
KEEP_ALIVE = 30.0  # seconds an idle connection is kept; servers in front of models close theirs after 60 and more
RELAYS = ipaddress.ip_network("192.88.99.0/24")  # of 6to4, given back: whoever answers there is near
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All that is given out of IPv6; what lies outside (::a.b.c.d, site-local, other NAT64 prefixes) may lead inside.
UNICAST = ipaddress.ip_network("2000::/3")
DOCUMENTED = ipaddress.ip_network("3fff::/20")


class AddressRefused(Exception):
    """A URL from outside that we do not follow: its scheme, its form, or where it leads."""


class FetchFailed(Exception):
    """What was asked for did not come: no connection, a status that is no success, too much, or too late."""


class Fetched(NamedTuple):
    """A whole answer, with the header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def session(
    *,
    headers: Mapping[str, str] | None = None,
    connect: float = 10.0,
    proxy: str | None = None,
    resolver: AbstractResolver | None = None,
) -> aiohttp.ClientSession:
    """A session for one kind of server: no cookies, no bound on connections, a deadline for connecting only.

    Other deadlines are the caller's. It must be made inside the running loop, and closed.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE, resolver=resolver),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"user-agent": USER_AGENT, **(headers or {})},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect),
        auto_decompress=True,
        trust_env=False,
        proxy=proxy,
    )


def public(address: Address) -> bool:
    """Whether an address belongs to the open internet; IPv4 hidden inside IPv6 is looked at as IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return public(inner)
        if address not in UNICAST or address in DOCUMENTED:
            return False
    return address.is_global and not address.is_multicast and address not in RELAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Which URLs from outside may be followed: `https` to public addresses, unless more is allowed."""

    schemes: frozenset[str] = frozenset({"https"})
    private: bool = False

    def checked(self, text: str) -> URL:
        """The URL, if its form is one we follow; names are looked at when they are resolved."""
        try:
            url = URL(text)
            port = url.port
        except ValueError as error:
            raise AddressRefused("This is not a URL.") from error
        if url.scheme not in self.schemes or not url.host or port is None:
            raise AddressRefused(f"Only {' and '.join(sorted(self.schemes))} URLs with a host are followed.")
        if url.user is not None or url.password is not None:
            raise AddressRefused("A URL with a name or password in it is not followed.")
        literal = _literal(url.host)
        if literal is not None:
            self.admit(literal)
        return url

    def admit(self, address: Address) -> None:
        """Raise unless connections to this address are allowed."""
        if not self.private and not public(address):
            raise AddressRefused("This address is private and not followed.")


class GuardedResolver(AbstractResolver):
    """Resolves names and gives the connector only addresses that the guard admits, so what was checked is dialled."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await self._names.resolve(host, port, family)
        except UnicodeError as error:  # a label that is too long, or a sign that no name has
            raise AddressRefused("This is not a host name.") from error
        for one in found:
            self._guard.admit(ipaddress.ip_address(one["host"].partition("%")[0]))
        return found

    async def close(self) -> None:
        await self._names.close()


class Outside:
    """Fetches small documents from URLs that come from outside. Redirects are not followed: each would be a new URL."""

    def __init__(self, guard: Guard, *, deadline: float = 10.0, limit: int = 1_048_576) -> None:
        self._guard = guard
        self._deadline = deadline
        self._limit = limit
        self._session = session(connect=deadline, resolver=GuardedResolver(guard))

    async def get(self, text: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """The document, whole; raises `AddressRefused` or `FetchFailed`."""
        fetched = await self.send("GET", text, headers=headers)
        if fetched.status >= 300:
            raise FetchFailed(f"It answered with status {fetched.status}.")
        return fetched

    async def send(
        self,
        method: str,
        text: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float | None = None,
        cut: bool = False,
    ) -> Fetched:
        """The answer, whole and whatever its status; `deadline` instead of the usual one. Raises as `get` does.

        With `cut`, an answer that is larger than the limit is not refused: its beginning is enough.
        """
        url = self._guard.checked(text)
        try:
            async with (
                asyncio.timeout(self._deadline if deadline is None else deadline),
                self._session.request(method, url, headers=headers, data=body, allow_redirects=False) as reply,
            ):
                content = await self._body(reply, cut=cut)
        except TimeoutError as error:
            raise FetchFailed("It took too long.") from error
        except aiohttp.ClientError as error:
            raise FetchFailed("It could not be reached.") from error
        return Fetched(reply.status, {name.lower(): value for name, value in reply.headers.items()}, content)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def _body(self, reply: aiohttp.ClientResponse, *, cut: bool) -> bytes:
        body = bytearray()
        async for chunk in reply.content.iter_any():
            body += chunk
            if len(body) > self._limit:
                if cut:
                    return bytes(body[: self._limit])
                raise FetchFailed(f"It is larger than {self._limit} bytes.")
        return bytes(body)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # "127.1", "0x7f000001" and the like: the system's resolver would take them for addresses
        if all(part.startswith("0x") or part.isdigit() for part in host.lower().split(".") if part):
            raise AddressRefused("This is not a host name.") from None
        return None
