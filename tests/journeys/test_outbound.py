"""Every door through which an address from outside is asked for: none leads inside, whatever the address looks like."""

import asyncio
import gzip
import ipaddress
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from aiohttp import web

from palaver.kit import http
from palaver.kit.clock import SystemClock
from palaver.kit.http import AddressRefused, FetchFailed, Guard, Outside
from palaver.privacy.sealing import Sealer
from palaver.tools.builtin.web_settings import WebSettings
from palaver.tools.hooks.asking import guard_of
from palaver.tools.hooks.settings import HookSettings
from palaver.tools.mcp.web import Trouble, client
from palaver.webhooks.sending import Sending
from palaver.webhooks.settings import WebhookSettings
from tests.promises import keeps

HTTP = frozenset({"http"})
OUTSIDE = "127.0.0.2"  # the one address that these tests call public
Asking = Callable[[str], Awaitable[bool]]

INSIDE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.0.0.1.",
    "127。0。0。1", "127.0.0.1", "①②⑦.0.0.1", "localhost", "LOCALHOST", "localhost.", "0.0.0.0", "0",
    "169.254.169.254", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "[fec0::1]", "[fd00::1]", "[::ffff:0:127.0.0.1]",
    "metadata.google.internal", "inside.example", "both.example", "sixth.example", "zone.example",
]  # fmt: skip
NAMES = {
    "metadata.google.internal": ["169.254.169.254"],
    "inside.example": ["10.0.0.1"],
    "both.example": [OUTSIDE, "127.0.0.1"],
    "sixth.example": ["::ffff:127.0.0.1"],
    "zone.example": ["fe80::1%lo"],
}


@dataclass
class Site:
    """A server that is not to be reached, and one that is; what each was asked, and what names lead to now."""

    port: int = 0
    inside: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=lambda: dict(NAMES))


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Both servers at one port, and a resolver that knows a few names and changes its mind."""
    made, real, public = Site(), socket.getaddrinfo, http.public

    async def told(request: web.Request) -> web.StreamResponse:
        within = request.transport.get_extra_info("sockname")[0] == "127.0.0.1" if request.transport else True
        (made.inside if within else made.outside).append(request.path)
        if request.path == "/away":
            raise web.HTTPTemporaryRedirect(f"http://127.0.0.1:{made.port}/trap")
        if request.path == "/bomb":
            return web.Response(body=BOMB, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"})
        if request.path == "/slow":
            reply = web.StreamResponse()
            await reply.prepare(request)
            await reply.write(b"x")
            await asyncio.Event().wait()
        return web.Response(text="{}")

    def resolved(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in made.names:
            return real(host, port, *more, **named)
        found: list[Any] = []
        for address in made.names[name]:
            found += real(address, port, *more, **named)
        return found

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", told)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    await web.TCPSite(runner, OUTSIDE, made.port).start()
    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(http, "public", lambda one: one == ipaddress.ip_address(OUTSIDE) or public(one))
    yield made
    await runner.cleanup()


BOMB = gzip.compress(gzip.compress(b"\0" * 100_000_000, 1) + b"\0" * 50_000_000, 1)


@pytest.fixture(params=["web pages", "hooks", "webhooks", "MCP servers"])
async def ask(request: pytest.FixtureRequest) -> AsyncIterator[Asking]:
    """One door: whether it got an answer. Plain http is allowed, so that nothing but the address stands in the way."""
    doors: dict[str, Any] = {
        "web pages": lambda: Outside(WebSettings(allow_http=True).guard, deadline=2),
        "hooks": lambda: Outside(guard_of(HookSettings(allow_http=True)), deadline=2),
        "webhooks": lambda: Sending(WebhookSettings(allow_http=True, timeout=2), Sealer(b"k" * 32), SystemClock()),
        "MCP servers": lambda: client(Guard(schemes=HTTP), Trouble(), headers={}, longest=100_000),
    }
    door = doors[request.param]()

    async def fetched(url: str) -> bool:
        outside = door._network() if isinstance(door, Sending) else door
        try:
            async with asyncio.timeout(10):
                if isinstance(outside, Outside):
                    await outside.get(url)
                else:
                    (await outside.get(url, timeout=2)).raise_for_status()
        except (AddressRefused, FetchFailed, httpx2.HTTPError, httpx2.InvalidURL):
            return False
        return True

    yield fetched
    await (door.aclose() if isinstance(door, httpx2.AsyncClient) else door.close())


@keeps("outbound:guarded")
async def test_no_address_that_leads_inside_is_asked_however_it_is_written(site: Site, ask: Asking) -> None:
    assert await ask(f"http://{OUTSIDE}:{site.port}/")
    assert [host for host in INSIDE if await ask(f"http://{host}:{site.port}/trap")] == []
    tricks = [
        f"http://{OUTSIDE}@127.0.0.1:{site.port}/", f"http://ada:pw@{OUTSIDE}:{site.port}/",
        f"http://127.0.0.1:{site.port}#@{OUTSIDE}/", f"http://127.0.0.1:{site.port}\\@{OUTSIDE}/",
        f"file:///etc/passwd#{OUTSIDE}", f"gopher://{OUTSIDE}:{site.port}/", f"//127.0.0.1:{site.port}/",
    ]  # fmt: skip
    assert [url for url in tricks if await ask(url)] == []
    assert (site.inside, site.outside) == ([], ["/"])


@keeps("outbound:guarded")
async def test_neither_a_redirect_nor_a_name_that_changes_its_mind_leads_inside(site: Site, ask: Asking) -> None:
    assert not await ask(f"http://{OUTSIDE}:{site.port}/away")
    site.names["moved.example"] = [OUTSIDE]
    assert await ask(f"http://moved.example:{site.port}/")
    site.names["moved.example"] = ["127.0.0.1"]
    await ask(f"http://moved.example:{site.port}/again")  # where it was, or nowhere
    site.names["turned.example"] = ["127.0.0.1"]
    assert not await ask(f"http://turned.example:{site.port}/trap")
    assert site.inside == []


@keeps("outbound:bounded")
async def test_an_answer_that_unpacks_to_more_than_anybody_wants_or_never_ends_is_dropped(
    site: Site, ask: Asking
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in ("/bomb", "/slow"):
        assert not await ask(f"http://{OUTSIDE}:{site.port}{path}"), path
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # KiB; the answer has 50 MB and more


@pytest.mark.parametrize(
    "address",
    ["::127.0.0.1", "64:ff9b:1::a00:1", "fec0::1", "5f00::1", "3fff::1", "::ffff:0:127.0.0.1", "192.88.99.1"],
)
def test_what_was_never_given_to_anybody_is_no_part_of_the_internet(address: str) -> None:
    assert not http.public(ipaddress.ip_address(address))
