"""Where somebody is signed in: listed for them alone, and ended from elsewhere, sockets and streams included."""

from typing import Any

import pytest
from palaver_client import AsyncPalaver

from tests.journeys.house import House, Opening, Person
from tests.journeys.sockets import opened
from tests.promises import keeps

pytestmark = pytest.mark.timeout(60)

DEVICES = "/auth/devices"
PASSWORD = "correct horse battery"


async def signed_in(house: House, agent: str) -> Person:
    """The same person, from another program."""
    body = {"email": "ada@example.org", "password": PASSWORD}
    answer = await house.person("").call("POST", "/auth/login", body, headers={"User-Agent": agent})
    assert answer.status == 200, answer.body
    return house.person(answer.json["access_token"])


@pytest.fixture
async def house(open_house: Opening) -> House:
    """A server that looks often at what opened a socket."""
    return await open_house(sockets__credentials="100ms")


@pytest.fixture
async def ada(house: House) -> Person:
    """Somebody who signed in as they registered."""
    body = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
    answer = await house.person("").call("POST", "/auth/register", body, headers={"User-Agent": "Desk  1\t"})
    assert answer.status == 201, answer.body
    return house.person(answer.json["access_token"])


async def listed(person: Person) -> list[dict[str, Any]]:
    """Their devices."""
    return (await person.get(DEVICES))["items"]


@keeps("identity:devices")
async def test_each_sign_in_is_one_device_with_its_cookie_and_its_tokens(house: House, ada: Person) -> None:
    phone = await signed_in(house, "Phone " + "9" * 300)
    found = await listed(phone)
    assert [(one["agent"], one["address"], one["current"]) for one in found] == [
        (("Phone " + "9" * 300)[:200], "127.0.0.1", True),
        ("Desk 1", "127.0.0.1", False),
    ]
    assert [one["current"] for one in await listed(ada)] == [False, True]
    assert all(one["created_at"] <= one["last_used_at"] < one["expires_at"] for one in found)
    stranger = await house.stranger()
    assert len(await listed(stranger)) == 1
    assert (await stranger.call("DELETE", f"{DEVICES}/{found[0]['id']}")).status == 404
    assert len(await listed(ada)) == 2


@keeps("identity:devices")
async def test_a_device_that_is_ended_is_signed_out_at_once_and_its_socket_closed(house: House, ada: Person) -> None:
    body = {"email": "ada@example.org", "password": PASSWORD}
    async with house.client.post(f"{house.url}/api/v1/auth/login", json=body) as reply:
        cookie = reply.cookies["palaver_session"].value
        refresh = (await reply.json())["refresh_token"]
    headers = {"Cookie": f"palaver_session={cookie}", "Origin": house.url}
    browser = Person(house.client, house.url, "")
    (here,) = [one for one in (await browser.get(DEVICES, headers=headers))["items"] if one["current"]]
    async with opened(browser, headers=headers) as sock:
        assert (await sock.answer("ping"))["type"] == "pong"
        assert (await ada.call("DELETE", f"{DEVICES}/{here['id']}")).status == 204
        assert (await browser.call("GET", "/auth/me", headers=headers)).status == 401
        assert (await browser.call("POST", "/auth/refresh", {"refresh_token": refresh})).status == 401
        assert await sock.closed() == 4401
    assert (await ada.call("DELETE", f"{DEVICES}/{here['id']}")).status == 404
    assert [one["current"] for one in await listed(ada)] == [True]


@keeps("identity:devices")
async def test_all_others_are_ended_at_once_and_keys_stay(house: House, ada: Person) -> None:
    others = [await signed_in(house, f"Phone {number}") for number in range(3)]
    key = house.person((await ada.post("/api-keys", {"name": "laptop"}))["key"])
    assert (await key.call("GET", DEVICES)).status == (await key.call("DELETE", DEVICES)).status == 403
    assert (await ada.call("DELETE", DEVICES)).status == 204
    assert [(await one.call("GET", "/auth/me")).status for one in others] == [401, 401, 401]
    assert [one["agent"] for one in await listed(ada)] == ["Desk 1"]
    assert (await key.get("/auth/me"))["via"] == "key"


@keeps("identity:devices")
async def test_what_was_opened_before_there_were_devices_is_one_each(house: House, ada: Person) -> None:
    await signed_in(house, "Phone")
    with house.writing() as link:
        link.execute("update browser_sessions set device_id = 'dev_' || lower(hex(randomblob(16))), agent = ''")
        link.execute("update token_families set device_id = 'dev_' || lower(hex(randomblob(16))), agent = ''")
    found = await listed(ada)
    assert sum(one["current"] for one in found) == 1
    assert len(found) == 4


@keeps("identity:devices")
async def test_the_python_client_looks_after_them(house: House, ada: Person) -> None:
    await signed_in(house, "Phone")
    async with AsyncPalaver(house.url, ada.token) as client:
        found = [one async for one in client.auth.devices()]
        assert [one["agent"] for one in found] == ["Phone", "Desk 1"]
        await client.auth.end_device(found[0]["id"])
        await signed_in(house, "Phone again")
        await client.auth.end_other_devices()
        assert [one["agent"] async for one in client.auth.devices()] == ["Desk 1"]
