"""More is asked than is answered at once: everybody's first turn comes soon, and nobody's order is lost."""

import asyncio
from typing import Any

import pytest

from tests.journeys.acting import of_type
from tests.journeys.house import Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

STALLED = "fake/fake-n9-w1"  # says one word, and nothing more until its socket is closed


async def begun(person: Person, prompt: str, **more: Any) -> str:
    """A turn of a new session, which somebody does not listen to; its id."""
    session = await person.post("/sessions", {})
    answer = await person.call("POST", f"/sessions/{session['id']}/messages", {"prompt": prompt, **more})
    assert answer.status == 202, answer.body
    return answer.json["id"]


@keeps("fairness:users")
async def test_a_hundred_turns_of_one_do_not_keep_anothers_first_waiting(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(runs__at_once="4")
    ada, eve = await house.stranger(), await house.stranger()
    hers = [await begun(ada, f"ada {number}", model=STALLED) for number in range(24)]
    now = await ada.until("/limits", lambda said: said["runs"]["running"] == 4)
    assert (now["runs"]["running"], now["runs"]["waiting"]) == (4, 20)
    told = asyncio.create_task(eve.ask("eve"))  # noqa: TID251 - a person who waits
    assert (await eve.until("/limits", lambda said: said["runs"]["waiting"] == 1))["runs"]["running"] == 0
    await ada.post(f"/runs/{hers[0]}/cancel")
    events = await told
    assert events[-1].data["finish_reason"] == "stop"
    (notice,) = of_type(events, "notice")
    assert (notice["code"], "0 of your turns" in notice["message"]) == ("queued", True)
    asked = [str(request.body["messages"][-1]["content"]) for request in vendor.heard]
    assert [one for one in asked if "eve" in one] == asked[4:5], "right behind the four that were under way"
    for run_id in hers:
        await ada.post(f"/runs/{run_id}/cancel")
    await ada.until("/limits", lambda said: said["runs"]["running"] == said["runs"]["waiting"] == 0)


@keeps("fairness:users")
async def test_one_user_has_so_many_at_once_in_order_and_more_than_may_wait_are_refused(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(runs__at_once_per_user="2", runs__waiting_per_user="3")
    ada, eve = await house.stranger(), await house.stranger()
    hers = [await begun(ada, f"turn {number}", model=STALLED) for number in range(5)]
    await ada.until("/limits", lambda said: said["runs"]["waiting"] == 3)
    refused = await ada.call("POST", "/query", {"prompt": "one more", "model": STALLED})
    assert (refused.status, refused.json["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await eve.ask("somebody else"))[-1].data["finish_reason"] == "stop"
    for run_id in (hers[3], *hers):  # one of those that wait is ended before its turn comes
        await ada.post(f"/runs/{run_id}/cancel")
    await ada.until("/limits", lambda said: said["runs"]["running"] == said["runs"]["waiting"] == 0)
    asked = [str(request.body["messages"][-1]["content"]) for request in vendor.heard]
    turns = [one for one in asked if "turn" in one]
    assert sorted(turns) == turns
    assert not any("turn 3" in one for one in turns)
    assert (await ada.ask("again"))[-1].data["finish_reason"] == "stop"


async def test_a_run_that_waits_for_a_person_gives_its_place_away_and_one_below_another_needs_none(
    open_house: Opening, vendor: FakeVendor
) -> None:
    from tests.journeys.acting import ask_until_waiting, bash, call, calls, says

    house = await open_house(runs__at_once="1")
    owner = await house.owner()
    vendor.next(calls(bash("call_1")))
    waiting = await ask_until_waiting(owner, "may I?")
    assert (await owner.ask("meanwhile"))[-1].data["finish_reason"] == "stop"
    vendor.next(says("done"))
    await owner.post(f"/runs/{waiting[0].data['run_id']}/answers", {"call_id": "call_1", "decision": "reject"})
    assert (await owner.whole(waiting[0].data["run_id"]))[-1].data["finish_reason"] == "stop"
    task = call("c1", "Task", subagent_type="general", description="a part", prompt="do it")
    vendor.next(calls(task), says("the part is done"), says("all is done"))
    events = await owner.ask("delegate")
    assert events[-1].data["finish_reason"] == "stop"
    assert [one["content"] for one in of_type(events, "tool_result")] == ["the part is done"]
