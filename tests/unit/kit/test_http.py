"""Which addresses from outside are followed, and how a small document is fetched."""

import ipaddress
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from palaver.kit.http import AddressRefused, FetchFailed, Guard, GuardedResolver, Outside, public

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:7f00:1::", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_no_part_of_the_internet(address: str) -> None:
    assert not public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_public_addresses_are(address: str) -> None:
    assert public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://", "https://user:pw@example.org/",
        "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://2130706433/",
        "https://0x7f000001/", "https://127.1/", "https://[fe80::1%25eth0]/", "https://a:99999/", "not a url", "",
    ],
)  # fmt: skip
def test_addresses_that_lead_inside_or_nowhere_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().checked(url)


def test_addresses_that_lead_outside_are_followed() -> None:
    assert str(Guard().checked("https://example.org/keys?x=1")) == "https://example.org/keys?x=1"
    assert Guard(private=True, schemes=frozenset({"http"})).checked("http://127.0.0.1:9/").port == 9


async def test_a_name_that_leads_inside_is_refused_when_it_is_resolved() -> None:
    resolver = GuardedResolver(Guard())
    with pytest.raises(AddressRefused):
        await resolver.resolve("localhost", 443)
    await resolver.close()


class Told(aiohttp.abc.AbstractResolver):
    """Names lead where the test says, a place further at each question."""

    def __init__(self, *places: str) -> None:
        self.places = list(places)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[aiohttp.abc.ResolveResult]:
        place = self.places.pop(0)
        return [{"hostname": host, "host": place, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        return


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async def small(request: web.Request) -> web.Response:
        return web.json_response({"path": request.path}, headers={"Cache-Control": "max-age=60"})

    async def large(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 10_000)

    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound("/small")

    app = web.Application()
    app.router.add_get("/small", small)
    app.router.add_get("/large", large)
    app.router.add_get("/away", away)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    made = Outside(Guard(schemes=frozenset({"http"}), private=True), limit=5_000, deadline=2)
    yield made
    await made.close()


async def test_a_small_document_is_fetched_with_its_headers(outside: Outside, site: str) -> None:
    got = await outside.get(f"{site}/small")
    assert (got.status, got.body, got.headers["cache-control"]) == (200, b'{"path": "/small"}', "max-age=60")


@pytest.mark.parametrize("path", ["/large", "/away", "/missing"])
async def test_what_is_too_large_elsewhere_or_missing_is_not_fetched(outside: Outside, site: str, path: str) -> None:
    with pytest.raises(FetchFailed):
        await outside.get(site + path)


async def test_a_name_that_changes_its_mind_is_refused_at_the_dial(site: str) -> None:
    guarded = Outside(Guard(schemes=frozenset({"http"})), deadline=2)
    resolver = guarded._session.connector._resolver  # type: ignore[union-attr]
    resolver._names = Told("127.0.0.1")
    port = site.rpartition(":")[2]
    with pytest.raises((AddressRefused, FetchFailed)):
        await guarded.get(f"http://rebinding.example:{port}/small")
    await guarded.close()


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a." * 200 + "example"])
async def test_what_cannot_be_a_host_name_is_refused_as_one(host: str) -> None:
    guarded = Outside(Guard(), deadline=2)
    with pytest.raises((AddressRefused, FetchFailed)):
        await guarded.get(f"https://{host}/")
    await guarded.close()


async def test_any_status_is_told_to_who_asks_for_the_answer(outside: Outside, site: str) -> None:
    assert (await outside.send("POST", f"{site}/small", body=b"x")).status == 405
    assert (await outside.send("GET", f"{site}/away")).headers["location"] == "/small"
