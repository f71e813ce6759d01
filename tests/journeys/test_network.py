"""A server behind proxies and under names of its own: whose word about the client counts, and who is not answered."""

import asyncio
from typing import Any

import aiohttp
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from tests.journeys.house import House, Opening
from tests.journeys.streams import PATIENCE
from tests.promises import keeps

pytestmark = pytest.mark.timeout(60)

LOGIN = "/api/v1/auth/login"
ONCE = {"identity__login_attempts": "1"}


async def guessed(house: House, **headers: str) -> int:
    """The status of one wrong guess."""
    body = {"email": "ada@example.org", "password": "incorrect horse"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with house.client.post(house.url + LOGIN, json=body, headers=named) as reply:
        return reply.status


async def asked(house: House, host: str, path: str = "/api/v1/config") -> tuple[int, Any]:
    """What is answered to a question for this host."""
    async with house.client.get(house.url + path, headers={"Host": host}) as reply:
        return reply.status, await reply.json()


@keeps("network:proxies")
async def test_what_a_trusted_proxy_says_of_its_client_counts(open_house: Opening) -> None:
    house = await open_house(network__trusted_proxies='["127.0.0.0/8", "10.0.0.1"]', **ONCE)
    assert [await guessed(house, X_Forwarded_For="203.0.113.7") for _ in range(2)] == [401, 429]
    assert await guessed(house, X_Forwarded_For="203.0.113.8") == 401
    # What a client wrote before its proxy did is the client's word: only the last that is no proxy counts.
    assert await guessed(house, X_Forwarded_For="198.51.100.1, 203.0.113.7") == 429
    assert await guessed(house, X_Forwarded_For="203.0.113.7, 10.0.0.1") == 429


@keeps("network:proxies")
async def test_what_anybody_else_says_of_itself_does_not(open_house: Opening) -> None:
    house = await open_house(network__trusted_proxies='["203.0.113.1"]', **ONCE)
    assert await guessed(house, X_Forwarded_For="203.0.113.7") == 401
    assert await guessed(house, X_Forwarded_For="203.0.113.8") == 429


def given(reply: aiohttp.ClientResponse) -> list[str]:
    """The cookies that an answer sets or takes away, with their marks."""
    return reply.headers.getall("Set-Cookie", [])


async def signed_in_by(house: House, **headers: str) -> int:
    """The status of asking who one is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with house.client.get(f"{house.url}/api/v1/auth/me", headers=named) as reply:
        return reply.status


@keeps("network:proxies", "identity:host-cookie")
async def test_where_tls_is_in_force_the_cookie_is_this_hosts_alone(open_house: Opening) -> None:
    house = await open_house(network__trusted_proxies='["127.0.0.1"]')
    tls = {"X-Forwarded-Proto": "https"}
    async with house.client.get(house.link, headers=tls, allow_redirects=False) as reply:
        (cookie,) = given(reply)
        assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"
    name, _, rest = cookie.partition("=")
    secret, *marks = rest.split("; ")
    assert name == "__Host-palaver_session"
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} < set(marks)
    assert not any(mark.lower().startswith("domain") for mark in marks)
    by = {"X_Forwarded_Proto": "https"}
    assert await signed_in_by(house, Cookie=f"{name}={secret}", **by) == 200
    # The same secret under the plain name: a neighbour below the same domain, or a page without TLS, can set that one.
    assert await signed_in_by(house, Cookie=f"palaver_session={secret}", **by) == 401
    assert await signed_in_by(house, Cookie=f"palaver_session=tossed; {name}={secret}", **by) == 200
    assert await signed_in_by(house, Cookie=f"{name}=tossed; palaver_session={secret}", **by) == 401
    place = f"{house.url.replace('http', 'ws')}/api/v1/ws"
    async with asyncio.timeout(PATIENCE):
        origin = {"Origin": house.url, **tls}
        async with websockets.connect(place, additional_headers={"Cookie": f"{name}={secret}", **origin}):
            pass
        with pytest.raises((InvalidStatus, websockets.ConnectionClosed)):
            async with websockets.connect(
                place, additional_headers={"Cookie": f"palaver_session={secret}", **origin}
            ) as one:
                await one.recv()
    both = {"Cookie": f"palaver_session={secret}; {name}={secret}", "Origin": house.url, **tls}
    async with house.client.post(f"{house.url}/api/v1/auth/logout", headers=both) as reply:
        gone = given(reply)
    assert sorted(one.partition("=")[0] for one in gone) == ["__Host-palaver_session", "palaver_session"]
    assert all("Max-Age=0" in one for one in gone)
    assert await signed_in_by(house, Cookie=f"{name}={secret}", **by) == 401


@keeps("network:proxies")
async def test_who_is_no_trusted_proxy_says_nothing_about_tls(open_house: Opening) -> None:
    house = await open_house(network__trusted_proxies="[]")
    async with house.client.get(house.link, headers={"X-Forwarded-Proto": "https"}, allow_redirects=False) as reply:
        (cookie,) = given(reply)
        assert cookie.startswith("palaver_session=")
        assert "; Secure" not in cookie
        assert "Strict-Transport-Security" not in reply.headers


@keeps("network:https-only")
async def test_browsers_that_came_by_https_are_told_to_stay_there_for_as_long_as_is_set(open_house: Opening) -> None:
    house = await open_house(network__trusted_proxies='["127.0.0.1"]', network__https_for="1h")
    for path in ("/", "/api/v1/config", "/api/v1/nowhere"):
        async with house.client.get(house.url + path, headers={"X-Forwarded-Proto": "https"}) as reply:
            assert reply.headers["Strict-Transport-Security"] == "max-age=3600"
        async with house.client.get(house.url + path) as reply:
            assert "Strict-Transport-Security" not in reply.headers


@keeps("network:names")
async def test_a_server_answers_under_its_own_names_only(open_house: Opening) -> None:
    house = await open_house(network__hosts='["Chat.example.org", "*.chat.example.org", "127.0.0.1"]')
    for host in ("chat.example.org", "CHAT.example.org:443", "chat.example.org.", "a.chat.example.org", "127.0.0.1:1"):
        assert (await asked(house, host))[0] == 200, host
    for host in ("example.org", "chat.example.org.evil.example", "xchat.example.org", "localhost", "[::1]:80", ""):
        status, told = await asked(house, host)
        assert (status, told["code"]) == (421, "misdirected"), host
    owner = await house.owner()
    async with asyncio.timeout(PATIENCE):
        place = f"{house.url.replace('http', 'ws')}/api/v1/ws"
        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(
                place, additional_headers={"Authorization": f"Bearer {owner.token}", "Host": "evil.example"}
            )
    assert refused.value.response.status_code == 421
