"""What asking models may cost: never more than was set, however many ask at once, and everybody sees what is left."""

import asyncio
from typing import Any

import pytest

from tests.journeys.acting import call, of_type
from tests.journeys.house import House, Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Say

pytestmark = pytest.mark.timeout(120)

PRICED = """
[providers.fake.facts.dear]
input_usd_per_mtok = 10.0
output_usd_per_mtok = 100.0
max_output = 1000
context_window = 100000
"""


def spent(asked: int, said: int) -> dict[str, int]:
    """What a vendor says that an answer took."""
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


async def known(person: Person) -> str:
    """Whose id it is."""
    return (await person.get("/auth/me"))["user"]["id"]


async def left(person: Person) -> list[dict[str, Any]]:
    """The budgets that hold for somebody."""
    return (await person.get("/limits"))["budgets"]


async def settled(person: Person) -> dict[str, Any]:
    """Their one budget, once nothing is reserved any more."""
    found = await person.until("/limits", lambda said: said["budgets"][0]["tokens"]["reserved"] == 0)
    return found["budgets"][0]["tokens"]


def rows(house: House) -> list[Any]:
    """What is reserved."""
    return house.rows("select holder, tokens, usd from budget_holds")


@keeps("budgets:hold")
async def test_fifty_turns_at_once_spend_no_more_than_one_after_the_other_could(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house()
    owner, ada = await house.owner(), await house.stranger()
    vendor.always = lambda request: Answer((Say("word " * 40),), tokens=spent(1_000, 50))
    await owner.call("PUT", "/budgets", {"user_id": await known(ada), "tokens": 20_000})
    bodies = [{"prompt": f"question {number}", "max_output_tokens": 50} for number in range(50)]
    answers = await asyncio.gather(*(ada.call("POST", "/query/single", body) for body in bodies))
    budget = await settled(ada)
    assert len(vendor.heard) >= 4
    assert budget["used"] == 1_050 * len(vendor.heard) <= 20_000
    refused = [answer for answer in answers if answer.status == 402]
    assert refused
    assert {answer.json["code"] for answer in refused} == {"budget_exceeded"}
    assert all(answer.status in {200, 402} for answer in answers)
    while (await ada.call("POST", "/query/single", bodies[0])).status == 200:
        continue
    assert (await settled(ada))["used"] <= 20_000
    assert rows(house) == []
    other = await house.stranger()
    assert (await other.call("POST", "/query/single", bodies[0])).status == 200
    assert await left(other) == []


@keeps("budgets:hold")
async def test_a_turn_ends_cleanly_where_the_money_does_not_pay_for_another_call(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(PRICED)
    owner = await house.owner()
    key = await owner.post("/api-keys", {"name": "bounded"})
    bounded = house.person(key["key"])
    set_ = await owner.call("PUT", "/budgets", {"key_id": key["id"], "usd": 0.25})
    assert set_.status == 200, set_.body
    for number in range(6):
        vendor.next(Answer((Say("step. "), call(f"c{number}", "LS")), tokens=spent(5_000, 100)))  # six cents each
    events = await bounded.ask("go", model="fake/dear")
    (limit,) = of_type(events, "limit")
    assert limit["code"] == "budget_exceeded"
    assert "$0.25 that this API key may use in a month" in limit["message"]
    assert of_type(events, "done")[0]["finish_reason"] == "length"
    asked = [request.body["max_tokens"] for request in vendor.heard if "max_tokens" in request.body]
    assert all(most <= 1_000 for most in asked)
    assert 1 <= len(vendor.heard) <= 4
    usd = (await left(bounded))[0]["usd"]
    assert usd["used"] == pytest.approx(0.06 * len(vendor.heard))
    assert usd["used"] <= 0.25
    assert usd["reserved"] == 0
    assert await left(owner) == []  # its user has none
    refused = await bounded.call("POST", "/query/single", {"prompt": "more", "model": "fake/dear"})
    assert (refused.status, refused.json["code"]) == (402, "budget_exceeded")
    free = await bounded.call("POST", "/query/single", {"prompt": "more", "model": "fake/fake-n5-d1"})
    assert (free.status, free.json["code"]) == (402, "budget_exceeded")
    assert "price of fake/fake-n5-d1 is not known" in free.json["detail"]
    assert (await bounded.call("POST", "/query/single", {"prompt": "x", "model": "builtin/guide"})).status == 200
    assert (await owner.call("POST", "/query/single", {"prompt": "more"})).status == 200


@keeps("budgets:told")
async def test_people_are_told_once_when_four_fifths_are_used_and_administrators_see_all(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house()
    owner, ada = await house.owner(), await house.stranger()
    vendor.always = lambda request: Answer((Say("yes"),), tokens=spent(9_000, 1_000))
    user_id = await known(ada)
    await ada.ask("before anybody bounds it")
    made = (await owner.call("PUT", "/budgets", {"user_id": user_id, "tokens": 1_000_000, "usd": 500})).json
    assert (made["tokens"]["used"], made["kind"], made["subject_id"]) == (10_000, "user", user_id)
    changed = (await owner.call("PUT", "/budgets", {"user_id": user_id, "tokens": 45_000})).json
    assert (changed["id"], changed["usd"]) == (made["id"], None)
    heard = [await ada.ask("on", max_output_tokens=10) for _ in range(4)]
    warned = [
        [one["message"] for one in of_type(events, "notice") if one["code"] == "budget_warning"] for events in heard
    ]
    assert [len(one) for one in warned] == [0, 0, 1, 0], warned
    assert warned[2] == ["89% of the 45,000 tokens that your account may use in a month are used."]
    (mine,) = await left(ada)
    assert (mine["warning"], mine["tokens"]["used"]) == (True, 50_000)
    assert mine["resets_at"].endswith("-01T00:00:00.000000Z")
    everything = (await owner.get("/budgets"))["items"]
    assert [(one["id"], one["tokens"]["limit"]) for one in everything] == [(made["id"], 45_000)]
    assert [one["kind"] for one in (await owner.get("/audit"))["items"] if one["kind"].startswith("budget.")]
    for method, path, body in (("GET", "/budgets", None), ("PUT", "/budgets", {"user_id": user_id, "tokens": 9})):
        assert (await ada.call(method, path, body)).status == 403
    assert (await owner.call("PUT", "/budgets", {"user_id": "usr_none", "tokens": 9})).status == 404
    assert (await owner.call("PUT", "/budgets", {"tokens": 9})).status == 422
    assert (await owner.call("PUT", "/budgets", {"user_id": user_id})).status == 422
    assert (await owner.call("DELETE", f"/budgets/{made['id']}")).status == 204
    assert (await owner.call("DELETE", f"/budgets/{made['id']}")).status == 404
    assert (await ada.ask("free again"))[-1].data["finish_reason"] == "stop"


@keeps("budgets:hold")
async def test_organisations_and_settings_bound_their_people_together_and_names_of_sessions_are_paid_too(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(budgets__user_tokens="1000000", context__titles="true")
    owner, ada, eve = await house.owner(), await house.stranger(), await house.stranger()
    vendor.always = lambda request: Answer((Say("yes"),), tokens=spent(9_000, 1_000))
    tree = await owner.post("/organisations", {"name": "The Tree"})
    for one in (ada, eve):
        await owner.post(f"/organisations/{tree['id']}/members", {"user_id": await known(one)})
    set_ = await owner.call("PUT", "/budgets", {"organisation_id": tree["id"], "tokens": 60_000})
    assert set_.status == 200, set_.body
    await ada.ask("named afterwards", max_output_tokens=10)
    await ada.until(
        "/usage", lambda said: said["total"]["input_tokens"] == 18_000
    )  # the answer, and its session's name
    found = {one["kind"]: one for one in await left(ada)}
    assert (found["user"]["id"], found["user"]["tokens"]["limit"], found["user"]["tokens"]["used"]) == (
        None,
        1_000_000,
        20_000,
    )
    assert found["organisation"]["tokens"]["used"] == 20_000
    for _ in range(4):
        await eve.call("POST", "/query/single", {"prompt": "on", "max_output_tokens": 10})
    assert (await ada.call("POST", "/query/single", {"prompt": "more", "max_output_tokens": 300})).status == 402
    (both,) = (await owner.get("/budgets"))["items"]
    # What this vendor counts is more than was estimated: by so much the calls under way may overshoot.
    assert 40_000 <= both["tokens"]["used"] <= 60_000 + 2 * 10_000
    assert (await (await house.stranger()).call("POST", "/query/single", {"prompt": "no member"})).status == 200


@keeps("budgets:crash")
async def test_what_a_killed_server_had_reserved_is_not_lost(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(PRICED)
    owner = await house.owner()
    await owner.call("PUT", "/budgets", {"user_id": await known(owner), "tokens": 50_000})
    stalling = await owner.call("POST", "/sessions", {})
    accepted = await owner.call(
        "POST",
        f"/sessions/{stalling.json['id']}/messages",
        {"prompt": "wait", "model": "fake/fake-n9-w3", "max_output_tokens": 100},
    )
    assert accepted.status == 202, accepted.body
    async with owner.follow(accepted.json["id"]) as stream:
        await stream.until("content")
    before = (await left(owner))[0]["tokens"]["reserved"]
    with house.writing() as link:
        (user_id,) = link.execute("select user_id from budget_holds").fetchone()
        bud = link.execute("select id from budgets").fetchone()[0]
        lost = "insert into budget_holds values (?, ?, ?, 1000, 0.0, ?)"
        link.execute(lost, ("run_gone", bud, user_id, None))
        link.execute(lost, ("ask_gone", bud, user_id, "2026-01-01T00:00:00.000000Z"))
    await house.kill()
    await house.start()
    reserved = (await left(owner))[0]["tokens"]["reserved"]
    assert 100 <= reserved < before + 1_000, "the run goes on, and nothing else holds anything"
    assert (await owner.call("POST", f"/runs/{accepted.json['id']}/cancel")).status == 200
    budget = await settled(owner)
    assert 0 < budget["used"] < before
    assert rows(house) == []
