"""How often somebody may call: exactly as often as is said, through every door, and told before it is over."""

import asyncio
import json
import math
import time
from typing import Any

import pytest

from tests.journeys.house import Answer, Opening, Person
from tests.journeys.mcp_clients import connected, words_of
from tests.journeys.sockets import opened
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)


def left_of(answer: Answer) -> tuple[int, int, int]:
    """What an answer says of the limit that is nearest."""
    limit, remaining, reset = (answer.headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset"))
    return int(limit), int(remaining), int(reset)


async def statuses(person: Person, number: int, path: str = "/sessions", method: str = "GET") -> list[int]:
    """What so many calls at once are answered."""
    return sorted(answer.status for answer in await asyncio.gather(*(person.call(method, path) for _ in range(number))))


async def posted(person: Person, path: str, body: Any) -> Answer:
    """One request under any path."""
    headers = {"Authorization": f"Bearer {person.token}"}
    async with person.client.post(person.url + path, json=body, headers=headers) as reply:
        return Answer(reply.status, dict(reply.headers), await reply.read(), str(reply.url))


@keeps("limits:exact")
async def test_of_so_many_that_are_allowed_exactly_so_many_are_answered_however_many_come_at_once(
    open_house: Opening,
) -> None:
    house = await open_house(limits__user__reads="60/day", limits__user__writes="7/day", limits__key__reads="20/day")
    owner = await house.owner()  # one write, by cookie
    cookie, other = await house.stranger(), await house.stranger()
    assert await statuses(cookie, 110) == [200] * 60 + [429] * 50
    assert await statuses(owner, 50) == [200] * 20 + [429] * 30  # its key has less than its user
    second = house.person((await owner.post("/api-keys", {"name": "second"}))["key"])
    assert await statuses(second, 50) == [200] * 20 + [429] * 30
    third = house.person((await owner.post("/api-keys", {"name": "third"}))["key"])
    assert await statuses(third, 50) == [200] * 20 + [429] * 30
    fourth = house.person((await owner.post("/api-keys", {"name": "fourth"}))["key"])
    assert await statuses(fourth, 20) == [429] * 20  # what its user may do is used up
    assert await statuses(other, 1) == [200]


@keeps("limits:exact")
async def test_two_processes_on_one_database_count_together(open_house: Opening) -> None:
    house = await open_house(limits__user__reads="60/day", limits__auth="9/day")
    there = await open_house(limits__user__reads="60/day", limits__auth="9/day")  # the same home
    assert house.database == there.database
    assert house.url != there.url
    ada = await house.stranger()
    elsewhere = there.person(ada.token)
    both = await asyncio.gather(statuses(ada, 50), statuses(elsewhere, 50))
    assert sorted(both[0] + both[1]) == [200] * 60 + [429] * 40
    assert 200 in both[0]
    assert 200 in both[1]
    tries = [(house if number % 2 else there).person("") for number in range(20)]
    answers = await asyncio.gather(
        *(
            one.call(
                "POST", "/auth/login", {"email": f"x{number}@y.org", "password": "z"}
            )  # no address waits by itself
            for number, one in enumerate(tries)
        )
    )
    # two signed in by the printed link or registered before
    assert sum(answer.status != 429 for answer in answers) == 8


@keeps("limits:told")
async def test_headers_say_what_is_left_and_when_there_is_more(open_house: Opening) -> None:
    house = await open_house(limits__user__reads="3/6 seconds", identity__trusted_origins="https://app.example.org")
    ada = await house.stranger()
    answers = [await ada.call("GET", "/sessions") for _ in range(3)]
    assert [left_of(answer)[:2] for answer in answers] == [(3, 2), (3, 1), (3, 0)]
    assert all(0 < left_of(answer)[2] <= 6 for answer in answers)
    assert answers[0].headers["ratelimit-policy"] == '"reads";q=3;w=6'
    refused = await ada.call("GET", "/sessions", headers={"Origin": "https://app.example.org"})
    assert (refused.status, refused.json["code"], left_of(refused)[:2]) == (429, "rate_limited", (3, 0))
    assert "There may be 3" in refused.json["detail"]
    exposed = refused.headers["Access-Control-Expose-Headers"].lower()
    assert "ratelimit-remaining" in exposed
    assert "retry-after" in exposed
    again, asked = float(refused.headers["Retry-After"]), time.monotonic()
    assert again in {1, 2}
    async with asyncio.timeout(10):
        while (answer := await ada.call("GET", "/sessions")).status == 429:
            assert time.monotonic() - asked < again, "who waited as long as was said is heard"
    assert answer.status == 200
    assert math.ceil(time.monotonic() - asked) >= again - 1, "and not told to wait for nothing"


@keeps("limits:doors")
async def test_turns_are_counted_together_through_every_door(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(limits__user__runs="3/day")
    owner = await house.owner()
    await owner.ask("one")
    async with opened(owner) as sock:
        await sock.send("message", prompt="two", client_id="a")
        await sock.until("done")
        said = {"model": "fake/fake-n5-d1", "messages": [{"role": "user", "content": "three"}]}
        assert (await posted(owner, "/v1/chat/completions", said)).status == 200
        await sock.send("message", prompt="four", client_id="b")
        assert (await sock.until("error"))["code"] == "rate_limited"
    async with connected(house, owner) as client:
        told = await client.call_tool("query", {"prompt": "five"})
    assert (told.is_error, "There may be 3 of these calls (runs)" in words_of(told)) == (True, True)
    refused = {name: await posted(owner, path, body) for name, (path, body) in _ASKING.items()}
    assert {name: answer.status for name, answer in refused.items()} == dict.fromkeys(_ASKING, 429)
    assert all(int(answer.headers["Retry-After"]) > 1 for answer in refused.values())
    assert refused["openai"].json["error"]["type"] == "rate_limit_error"
    assert refused["openai"].json["error"]["code"] == "rate_limit_exceeded"
    assert refused["anthropic"].json["error"]["type"] == "rate_limit_error"
    assert refused["ai-sdk"].json["code"] == "rate_limited"
    assert refused["ours"].headers["Content-Type"] == "application/problem+json"
    assert len(vendor.heard) == 3


_SAID: list[dict[str, Any]] = [{"role": "user", "content": "more"}]
_ASKING: dict[str, tuple[str, dict[str, Any]]] = {
    "ours": ("/api/v1/query", {"prompt": "more"}),
    "openai": ("/v1/chat/completions", {"model": "x", "messages": _SAID}),
    "responses": ("/v1/responses", {"model": "x", "input": "more"}),
    "anthropic": ("/v1/messages", {"model": "x", "max_tokens": 9, "messages": _SAID}),
    "ai-sdk": ("/api/ai-sdk/chat", {"id": "1", "messages": []}),
    "ag-ui": ("/ag-ui", {}),
}


@keeps("limits:doors")
async def test_sockets_and_what_is_said_on_them_are_counted(open_house: Opening) -> None:
    house = await open_house(limits__user__sockets="3/day", limits__user__frames="5/day")
    ada = await house.stranger()
    async with opened(ada) as first, opened(ada) as second, opened(ada):
        for number in range(5):
            sock = (first, second)[number % 2]
            await sock.send("ping", client_id=f"{number}")
            assert (await sock.until("pong"))["client_id"] == f"{number}"
        await second.send("ping", client_id="x")
        error = await second.until("error")
        assert (error["code"], error["client_id"]) == ("rate_limited", "x")
        async with opened(ada) as fourth:
            assert await fourth.closed() == 4429
    assert (await ada.get("/sessions"))["items"] == []


@keeps("limits:addresses")
async def test_who_has_no_credential_is_counted_by_address_and_nobody_else_pays_for_it(open_house: Opening) -> None:
    house = await open_house(limits__auth="4/day", limits__refused="5/day", limits__open="6/day")
    ada, nobody = await house.stranger(), house.person("plv_nothing")
    wrong = [await nobody.call("GET", "/sessions") for _ in range(7)]
    assert [answer.status for answer in wrong] == [401] * 5 + [429] * 2
    assert left_of(wrong[-1])[:2] == (5, 0)
    tries = [await nobody.call("POST", "/auth/login", {"email": "a@b.org", "password": "wrong"}) for _ in range(5)]
    assert [answer.status for answer in tries] == [401] * 3 + [429] * 2
    assert [(await house.person("").call("GET", "/config")).status for _ in range(7)] == [200] * 6 + [429]
    assert (await ada.call("GET", "/sessions")).status == 200
    assert (await ada.call("GET", "/auth/me")).status == 200


async def test_counting_can_be_switched_off(open_house: Opening) -> None:
    house = await open_house(limits__enabled="false", limits__user__reads="1/day", limits__auth="1/day")
    ada = await house.stranger()
    assert await statuses(ada, 5) == [200] * 5
    assert not any(name.lower().startswith("ratelimit") for name in (await ada.call("GET", "/sessions")).headers)
    house = await open_house(home="other", limits__user__reads="off", limits__user__writes="2/day")
    ada = await house.stranger()
    assert await statuses(ada, 5) == [200] * 5
    assert json.loads((await ada.call("POST", "/sessions", {})).body)["id"]
