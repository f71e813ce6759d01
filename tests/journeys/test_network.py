"""A server behind proxies and under names of its own: whose word about the client counts, and who is not answered."""

import asyncio
from typing import Any

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


@pytest.mark.parametrize(("proxies", "secure"), [('["127.0.0.1"]', True), ("[]", False)])
@keeps("network:proxies")
async def test_a_cookie_is_secure_where_a_trusted_proxy_ended_tls(
    open_house: Opening, proxies: str, secure: bool
) -> None:
    house = await open_house(network__trusted_proxies=proxies)
    headers = {"X-Forwarded-Proto": "https"}
    async with house.client.get(house.link, headers=headers, allow_redirects=False) as reply:
        assert ("; Secure" in reply.headers["Set-Cookie"]) is secure


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
