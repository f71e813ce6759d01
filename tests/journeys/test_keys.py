"""API keys over time and in their places: rotation, networks, leaks, as programs, operators and thieves meet them."""

import re

import aiohttp

from palaver.identity.credentials import KEY_PATTERN
from tests.journeys.house import House, Opening, Person
from tests.journeys.nursery import Nursery
from tests.promises import keeps
from tests.vendor import FakeVendor

PROXIED = """
[network]
trusted_proxies = ["127.0.0.1"]
"""


def named(people: list[dict[str, object]], key_id: object) -> dict[str, object]:
    """The key of that id in a list."""
    return next(one for one in people if one["id"] == key_id)


def by(house: House, made: dict[str, str]) -> Person:
    """Whoever holds a key."""
    return house.person(made["key"])


async def opens_a_socket(house: House, path: str, headers: dict[str, str]) -> bool:
    """Whether a WebSocket is opened and stays open."""
    try:
        async with house.client.ws_connect(house.url + path, headers=headers) as socket:
            await socket.send_json({"type": "ping"})
            return (await socket.receive(timeout=30)).type is aiohttp.WSMsgType.TEXT
    except aiohttp.WSServerHandshakeError as error:
        return error.status not in {401, 403}


@keeps("identity:keys:rotation")
async def test_a_rotated_key_and_its_follower_hold_side_by_side_until_the_overlap_is_over(house: House) -> None:
    ada = await house.stranger()
    old = await ada.post("/api-keys", {"name": "robot", "scopes": ["models:read"], "networks": ["127.0.0.0/8"]})
    new = await ada.post(f"/api-keys/{old['id']}/rotate", {"overlap_seconds": 3600})
    assert [new[name] for name in ("name", "scopes", "networks", "replaces_id")] == [
        "robot",
        ["models:read"],
        ["127.0.0.0/8"],
        old["id"],
    ]
    for one in (old, new):
        assert (await by(house, one).call("GET", "/models")).status == 200
        assert (await by(house, one).call("GET", "/sessions")).status == 403
    listed = (await ada.get("/api-keys"))["items"]
    assert named(listed, old["id"])["replaced_by_id"] == new["id"]
    assert named(listed, new["id"])["replaces_id"] == old["id"]
    assert named(listed, old["id"])["expires_at"] is not None
    assert named(listed, new["id"])["expires_at"] is None
    again = await ada.call("POST", f"/api-keys/{old['id']}/rotate", {})
    assert (again.status, again.json["code"]) == (409, "conflict")
    with house.writing() as link:
        link.execute("update api_keys set expires_at = '2026-01-01T00:00:00.000000Z' where id = ?", (old["id"],))
    assert (await by(house, old).call("GET", "/models")).status == 401
    third = await ada.post(f"/api-keys/{new['id']}/rotate", {"overlap_seconds": 0})
    assert (await by(house, new).call("GET", "/models")).status == 401
    assert (await by(house, third).call("GET", "/models")).status == 200
    assert {one["id"] for one in (await ada.get("/api-keys"))["items"]} == {new["id"], third["id"]}
    too_long = await ada.call("POST", f"/api-keys/{third['id']}/rotate", {"overlap_seconds": 10**12})
    assert (too_long.status, too_long.json["errors"][0]["loc"]) == (422, ["body", "overlap_seconds"])


async def test_no_key_rotates_or_makes_one_that_is_wider_than_itself(house: House) -> None:
    ada = await house.stranger()
    wide = await ada.post("/api-keys", {"name": "wide"})
    narrow = by(house, await ada.post("/api-keys", {"name": "narrow", "scopes": ["keys:write"]}))
    assert (await narrow.call("POST", f"/api-keys/{wide['id']}/rotate", {})).status == 403
    eve = await house.stranger()
    unknown = await eve.call("POST", f"/api-keys/{'key_' + '0' * 32}/rotate", {})
    foreign = await eve.call("POST", f"/api-keys/{wide['id']}/rotate", {})
    assert (unknown.status, foreign.status) == (404, 404)
    assert unknown.json | {"request_id": ""} == foreign.json | {"request_id": ""}
    here = by(house, await ada.post("/api-keys", {"name": "here", "networks": ["127.0.0.0/8"]}))
    assert (await here.post("/api-keys", {"name": "as narrow"}))["networks"] == ["127.0.0.0/8"]
    assert (await here.post("/api-keys", {"name": "narrower", "networks": ["127.0.0.1"]}))["networks"] == [
        "127.0.0.1/32"
    ]
    for wider in (["0.0.0.0/0"], ["127.0.0.1", "192.0.2.0/24"], ["::/0"]):
        assert (await here.call("POST", "/api-keys", {"name": "wider", "networks": wider})).status == 403
    for wrong in ([], ["127.0.0.1/8"], ["localhost"], [""], ["1"] * 33):
        assert (await ada.call("POST", "/api-keys", {"name": "x", "networks": wrong})).status == 422, wrong


@keeps("identity:keys:networks")
async def test_a_key_opens_no_door_from_outside_its_networks_whatever_a_client_says_of_itself(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(PROXIED)
    ada = await house.stranger()
    key = (await ada.post("/api-keys", {"name": "there", "networks": ["192.0.2.0/24", "2001:db8::/32"]}))["key"]
    paths = [
        ("GET", "/api/v1/sessions", None),
        ("POST", "/api/v1/query", {"prompt": "Hello"}),
        ("POST", "/v1/chat/completions", {"model": "x", "messages": [{"role": "user", "content": "Hello"}]}),
        ("POST", "/v1/messages", {"model": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}),
        ("GET", "/v1/models", None),
        ("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping"}),
    ]
    for forwarded, opens in (
        ("192.0.2.7", True),
        ("2001:db8::9", True),
        ("::ffff:192.0.2.7", True),
        ("198.51.100.7", False),
        ("192.0.2.7, 198.51.100.7", False),  # what the client said itself stands before what the proxy saw
        ("", False),  # the proxy's own address
    ):
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        headers |= {"Authorization": f"Bearer {key}"}
        for method, path, body in paths if not opens else paths[:1]:
            async with house.client.request(method, house.url + path, headers=headers, json=body) as reply:
                assert (reply.status == 403) is not opens, (forwarded, path, reply.status)
        assert await opens_a_socket(house, "/api/v1/ws", headers) is opens, forwarded
    ticket = await house.person(key).call("POST", "/auth/ticket", headers={"X-Forwarded-For": "192.0.2.7"})
    assert ticket.status == 200
    assert not await opens_a_socket(
        house, f"/api/v1/ws?ticket={ticket.json['ticket']}", {"X-Forwarded-For": "198.51.100.7"}
    )


@keeps("identity:keys:leaks")
async def test_administrators_learn_whose_leaked_keys_are_and_revoke_them(house: House, owner: Person) -> None:
    ada = await house.stranger()
    made, other = await ada.post("/api-keys", {"name": "leaked"}), await ada.post("/api-keys", {"name": "kept"})
    assert re.fullmatch(KEY_PATTERN, made["key"])
    forged = made["key"][:40] + "A" * 49
    old_form = other["key"][:-6]  # as keys were made before they had a checksum
    assert (await house.person(old_form).call("GET", "/models")).status == 200
    assert (await house.person(other["key"][:-1] + "?").call("GET", "/models")).status == 401
    text = f"KEY='{made['key']}' # and {forged}\n{old_form}; {made['key']}"
    assert (await ada.call("POST", "/api-keys/leaked", {"text": text})).status == 403
    found = (await owner.post("/api-keys/leaked", {"text": text}))["items"]
    who = (await ada.get("/auth/me"))["user"]["id"]
    assert [(one["key_id"], one["state"], one["user_id"], one["revoked"]) for one in found] == [
        (made["id"], "active", who, False),
        (forged[:4].replace("plv_", "key_") + forged[4:36], "unknown", None, False),
        (other["id"], "active", who, False),
    ]
    found = (await owner.post("/api-keys/leaked", {"text": made["key"], "revoke": True}))["items"]
    assert [one["revoked"] for one in found] == [True]
    assert (await house.person(made["key"]).call("GET", "/models")).status == 401
    assert (await house.person(other["key"]).call("GET", "/models")).status == 200
    assert (await owner.post("/api-keys/leaked", {"text": made["key"], "revoke": True}))["items"][0]["state"] == (
        "unknown"
    )


@keeps("identity:keys:leaks")
async def test_operators_make_rotate_find_and_end_keys_by_command(house: House, nursery: Nursery) -> None:
    async def does(*words: str, typed: str = "") -> list[str]:
        settings = {"PALAVER_HOME": str(house.home)}
        code, said, errors = await nursery.does(*words, typed=typed.encode(), settings=settings)
        assert code == 0, errors
        return said.decode().splitlines()

    (account,) = await does("service-account", "create", "robots", "--role", "viewer")
    assert [one.split("  ")[:3] for one in await does("service-account", "list")] == [[account, "robots", "viewer"]]
    narrow = ("--scopes", "sessions:read", "--networks", "127.0.0.0/8")
    (key,) = await does("key", "create", "--user", account, "--name", "x", *narrow)
    key_id = "key_" + key[4:36]
    (follower,) = await does("key", "rotate", key_id, "--user", account, "--overlap", "1h")
    assert [(await house.person(one).call("GET", "/sessions")).status for one in (key, follower)] == [200, 200]
    listed = await does("key", "list", "--user", account)
    assert listed[0].startswith(key_id)
    assert listed[1].endswith(f"from 127.0.0.0/8  follows {key_id}")
    assert await does("key", "find", typed=f"a {key} b") == [f"{key_id}  active  of {account}  x"]
    assert await does("key", "revoke-leaked", typed=f"{key}\n") == [f"{key_id}  revoked  of {account}  x"]
    assert [(await house.person(one).call("GET", "/sessions")).status for one in (key, follower)] == [401, 200]
    await does("service-account", "disable", account)
    assert (await house.person(follower).call("GET", "/sessions")).status == 401
    await does("service-account", "enable", account)
    await does("key", "delete", "key_" + follower[4:36], "--user", account)
    assert (await house.person(follower).call("GET", "/sessions")).status == 401
