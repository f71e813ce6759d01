"""Bounds of turns and calls: each ends with a clear reason, nothing that was said is lost, and the session goes on."""

import asyncio
import json
from typing import Any

import pytest

from tests.journeys.acting import (
    ask_until_waiting,
    bash,
    call,
    calls,
    file_of,
    of_type,
    results,
    says,
    told_results,
    write,
)
from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import Event, assert_whole
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Pause
from tests.vendor.spoken import Answer, Call, Say

pytestmark = pytest.mark.timeout(120)

PRICED = """
[providers.fake.facts.dear]
input_usd_per_mtok = 10.0
output_usd_per_mtok = 100.0
max_output = 1000
context_window = 100000
"""
FOREVER = "echo $$ > pid.txt; sleep 987654"


def message_of(events: list[Event]) -> dict[str, Any]:
    """The finished message."""
    return of_type(events, "message")[0]["message"]


def ending(events: list[Event]) -> tuple[str, str]:
    """Which limit a turn reached, and how it says that it is done."""
    assert_whole(events)
    (limit,) = of_type(events, "limit")
    assert not of_type(events, "error")
    message = message_of(events)
    assert (message["status"], message["error"]["code"]) == ("partial", limit["code"])
    assert limit["message"] == message["error"]["message"]
    return limit["code"], of_type(events, "done")[0]["finish_reason"]


@keeps("limits:clear")
async def test_a_turn_takes_no_more_model_calls_than_it_may(house: House, owner: Person, vendor: FakeVendor) -> None:
    for number in range(5):
        vendor.next(calls(write(f"c{number}", f"{number}.txt", "x"), text=f"step {number}. "))
    events = await owner.ask("go", max_turns=3, permission_mode="acceptEdits")
    assert ending(events) == ("max_turns", "length")
    assert len(vendor.heard) == 3
    message = message_of(events)
    assert message["text"] == "step 0. step 1. step 2. "
    assert [one["ok"] for one in results(message).values()] == [True, True, True]
    session_id = events[0].data["session_id"]
    assert (file_of(house, session_id, "2.txt"), file_of(house, session_id, "3.txt")) == ("x", None)
    assert of_type(events, "done")[0]["turns"] == 3
    vendor.forget()
    vendor.next(says("and on"))
    assert message_of(await owner.ask("go on", session_id=session_id))["text"] == "and on"
    assert len(told_results(vendor)) == 3


@keeps("limits:clear")
async def test_the_operators_number_of_model_calls_holds_where_the_request_says_nothing(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(runs__max_turns="2")).owner()
    vendor.next(*(calls(call(f"c{number}", "LS")) for number in range(3)))
    assert ending(await owner.ask("go")) == ("max_turns", "length")
    assert len(vendor.heard) == 2


@keeps("limits:clear")
async def test_the_same_call_that_fails_again_and_again_ends_the_turn(owner: Person, vendor: FakeVendor) -> None:
    same = calls(call("c", "Read", path="not/there"))
    vendor.next(*([same] * 5))
    assert ending(await owner.ask("go")) == ("repeating", "length")
    assert len(vendor.heard) == 3
    vendor.forget()
    vendor.next(*(calls(call("c", "Read", path=f"not/{number}")) for number in range(4)), says("I give up"))
    assert message_of(await owner.ask("go"))["text"] == "I give up"  # other calls that fail are no loop
    vendor.next(same, same, calls(call("d", "LS")), same, same, says("well"))
    assert message_of(await owner.ask("go"))["text"] == "well"


@keeps("limits:clear")
async def test_a_turn_works_no_longer_than_it_may(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(runs__longest="0.6")).owner()
    slow = [word for number in range(30) for word in (Say(f"{number} "), Pause(100))]
    vendor.next(Answer(slow))
    events = await owner.ask("go")
    assert ending(events) == ("max_seconds", "length")
    assert message_of(events)["text"].startswith("0 1 2 ")
    await vendor.heard[0].gone()  # and its model is told to stop
    vendor.next(calls(bash("c", "sleep 30")), says("never"))
    events = await owner.ask("go", allowed_tools=["Bash"])
    assert ending(events) == ("max_seconds", "length")
    assert not results(message_of(events))["c"]["ok"]
    assert len(vendor.heard) == 2


async def test_waiting_for_a_person_is_not_work(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(runs__longest="1.5")
    owner = await house.owner()
    vendor.next(calls(write("c", "a.txt", "x")), says("done"))
    run_id = (await ask_until_waiting(owner, "go"))[0].run_id
    with house.writing() as link:
        link.execute("update runs set started_at = '2026-01-01T00:00:00.000000Z'")
    await house.kill()
    await house.start()
    await owner.post(f"/runs/{run_id}/answers", {"call_id": "c", "decision": "approve"})
    assert message_of(await owner.whole(run_id))["text"] == "done"


@keeps("limits:clear")
async def test_a_turn_says_no_more_than_it_may(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(runs__output_characters="5000")).owner()
    vendor.next(Answer([word for _ in range(20) for word in (Say("x" * 1_000), Pause(20))]))
    events = await owner.ask("go")
    assert ending(events) == ("max_output", "length")
    assert 5_000 < len(message_of(events)["text"]) < 20_000
    long = calls(call("c", "TodoWrite", todos=[{"content": "y" * 2_000, "status": "pending"}]))
    vendor.next(long, long, long, long, long)
    events = await owner.ask("go")
    assert ending(events) == ("max_output", "length")
    assert len(vendor.heard) == 4


@keeps("limits:budget")
async def test_no_model_call_is_made_that_could_cost_more_than_is_left(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(PRICED)).owner()
    step = Answer([call("c", "LS")], tokens={"prompt_tokens": 1_000, "completion_tokens": 100})  # 2 cents
    vendor.next(*([step] * 10))
    events = await owner.ask("go", model="fake/dear", max_budget_usd=0.1, tool_preset=None)
    assert ending(events) == ("budget_exceeded", "length")
    message = message_of(events)
    assert message["usage"]["cost_usd"] <= 0.1
    assert 2 <= len(vendor.heard) <= 5
    for heard, left in zip(vendor.heard, (0.1, 0.08, 0.06, 0.04, 0.02), strict=False):
        asked = heard.body.get("max_completion_tokens") or heard.body.get("max_tokens")
        assert asked is None or asked <= 1_000
        if asked is None:
            assert left > 0.1 - 1e-9  # a whole answer of this model costs ten cents
        else:
            assert asked * 100 / 1_000_000 <= left
    vendor.forget()
    events = await owner.ask("go", model="fake/dear", max_budget_usd=0.000001)
    assert ending(events) == ("budget_exceeded", "length")
    assert len(vendor.heard) < 6


@keeps("limits:budget", "input:refused")
async def test_a_budget_that_nobody_can_keep_is_refused_before_the_turn(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(PRICED)).owner()
    reply = await owner.call("POST", "/query", {"prompt": "go", "model": "fake/cheap", "max_budget_usd": 1.0})
    assert (reply.status, reply.json["code"]) == (422, "invalid")
    assert reply.json["errors"][0]["loc"] == ["body", "max_budget_usd"]
    assert not vendor.heard
    assert (await owner.get("/sessions"))["items"] == []
    for wrong in (0, -1, "1", 1e9, True):
        body = {"prompt": "go", "model": "fake/dear", "max_budget_usd": wrong}
        assert (await owner.call("POST", "/query", body)).status == 422
    free = await owner.call("POST", "/query/single", {"prompt": "hi", "model": "builtin/guide", "max_budget_usd": 1.0})
    assert free.status == 200


@keeps("limits:budget")
async def test_a_model_without_a_price_is_not_asked_in_the_middle_of_a_turn_with_a_budget(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(PRICED)).owner()
    vendor.next(calls(write("c", "a.txt", "x")), says("never"))
    heard = await ask_until_waiting(owner, "go", model="fake/dear", max_budget_usd=1.0)
    await owner.post(f"/sessions/{heard[0].data['session_id']}/control", {"model": "fake/cheap"})
    await owner.post(f"/runs/{heard[0].run_id}/answers", {"call_id": "c", "decision": "approve"})
    assert ending(await owner.whole(heard[0].run_id)) == ("budget_exceeded", "length")
    assert len(vendor.heard) == 1


@keeps("tools:output")
async def test_a_long_output_is_cut_and_the_whole_is_a_file_that_read_opens(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(tools__output_characters="2000")
    owner = await house.owner()
    vendor.next(calls(bash("c", "seq 1 5000")))
    vendor.next(calls(call("d", "Read", path=".outputs/c.txt", offset=2500, limit=3)), says("done"))
    events = await owner.ask("go", allowed_tools=["Bash"])
    first, second = of_type(events, "tool_result")
    assert (first["truncated"], second["truncated"]) == (True, False)
    assert len(first["content"]) < 2_500
    named = first["content"].rpartition("the whole is in ")[2].rstrip(".]\n ")
    session_id = events[0].data["session_id"]
    whole = file_of(house, session_id, named)
    assert whole is not None
    assert "\n2500\n" in whole
    vendor.next(calls(call("e", "Read", path=named, offset=2500, limit=3)), says("done"))
    events = await owner.ask("read on", session_id=session_id)
    (opened,) = of_type(events, "tool_result")
    assert opened["ok"]
    assert "2500" in opened["content"]


@keeps("tools:arguments")
@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Call("c", "Teleport", ["{}"]), "There is no tool 'Teleport'"),
        (Call("c", "Write", ['{"path": "a.txt", ']), "not JSON"),
        (Call("c", "Write", ["[1, 2]"]), "not a JSON object"),
        (Call("c", "Write", ['"a.txt"']), "not a JSON object"),
        (Call("c", "Write", []), "schema"),
        (call("c", "Write", path="a.txt"), "content"),
        (call("c", "Write", path=1, content="x"), "schema"),
        (call("c", "Write", path="a.txt", content="x", mode="777"), "mode"),
        (call("c", "Write", path="../a.txt", content="x"), ""),
        (call("c", "Write", path="/etc/passwd", content="x"), ""),
        (call("c", "Bash", command=""), "schema"),
    ],
)
async def test_a_call_that_cannot_be_made_goes_back_to_the_model_and_the_turn_goes_on(
    house: House, owner: Person, vendor: FakeVendor, made: Call, said: str
) -> None:
    vendor.next(calls(made), says("I see"))
    events = await owner.ask("go", permission_mode="acceptEdits")
    assert_whole(events)
    assert not of_type(events, "approval")
    (result,) = of_type(events, "tool_result")
    assert not result["ok"]
    assert said in result["content"]
    assert result["content"] in told_results(vendor)["c"]
    assert message_of(events)["text"] == "I see"
    assert not list((house.home / "workspaces").rglob("a.txt"))


async def test_calls_of_a_step_that_shared_an_id_are_told_apart(owner: Person, vendor: FakeVendor) -> None:
    vendor.next(calls(call("c", "LS")), calls(call("c", "LS")), calls(call("c", "LS")), says("done"))
    events = await owner.ask("go")
    ids = [one["call_id"] for one in of_type(events, "tool_call")]
    assert (len(ids), len(set(ids))) == (3, 3)
    assert [one["call_id"] for one in of_type(events, "tool_result")] == ids
    assert message_of(events)["text"] == "done"


def alive(house: House, session_id: str) -> bool:
    """Whether the program that sleeps for ever is still there."""
    import subprocess

    found = subprocess.run(["pgrep", "-f", "sleep 987654"], capture_output=True, text=True, check=False)
    return bool(found.stdout.split())


@keeps("tools:bounded")
async def test_a_call_ends_at_its_deadline_and_its_program_is_gone(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house()
    owner = await house.owner()
    vendor.next(calls(call("c", "Bash", command=FOREVER, timeout=1)), says("too slow"))
    events = await owner.ask("go", allowed_tools=["Bash"])
    (result,) = of_type(events, "tool_result")
    assert not result["ok"]
    assert 900 < result["duration_ms"] < 10_000
    assert message_of(events)["text"] == "too slow"
    assert not alive(house, events[0].data["session_id"])


@keeps("tools:bounded", "runs:cancel:stops-work")
@pytest.mark.parametrize("how", ["cancel", "interrupt", "interrupting message", "delete"])
async def test_a_call_that_hangs_ends_at_once_with_its_run(
    house: House, owner: Person, vendor: FakeVendor, how: str
) -> None:
    vendor.next(calls(bash("c", FOREVER), call("d", "LS")), says("next"))
    async with owner.query("go", allowed_tools=["Bash"]) as stream:
        await stream.until(lambda event: event.type == "tool_result" and event.data["call_id"] == "d")
        run_id, session_id = stream.heard[0].run_id, stream.heard[0].data["session_id"]
        pid = house.home / "workspaces" / session_id / "pid.txt"
        async with asyncio.timeout(10):
            while not pid.exists():
                await owner.get("/health")
        assert alive(house, session_id)
        match how:
            case "cancel":
                await owner.post(f"/runs/{run_id}/cancel")
            case "interrupt":
                await owner.post(f"/sessions/{session_id}/interrupt")
            case "interrupting message":
                body = {"prompt": "stop", "when_busy": "interrupt"}
                following = await owner.post(f"/sessions/{session_id}/messages", body)
            case _:
                assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
        events = await stream.rest()
    async with asyncio.timeout(10):
        while alive(house, session_id):
            await owner.get("/health")
    if how == "delete":
        return
    assert_whole(events)
    assert of_type(events, "done")[0]["finish_reason"] == "interrupted"
    found = {one["call_id"]: one["ok"] for one in of_type(events, "tool_result")}
    assert found == {"c": False, "d": True}
    message = message_of(events)
    assert (message["status"], {key: one["ok"] for key, one in results(message).items()}) == ("partial", found)
    if how == "interrupting message":
        assert message_of(await owner.whole(following["id"]))["text"] == "next"
    else:
        await owner.ask("and", session_id=session_id)
    told = told_results(vendor)
    assert list(told) == ["c", "d"]
    assert "may have taken effect" in told["c"]


@keeps("tools:bounded")
async def test_only_so_many_calls_of_a_run_are_under_way_at_once(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(tools__parallel_per_run="2")
    owner = await house.owner()
    command = "echo + >> log.txt; sleep 0.3; echo - >> log.txt"
    vendor.next(calls(*(bash(f"c{number}", command) for number in range(5))), says("done"))
    events = await owner.ask("go", allowed_tools=["Bash"])
    marks = (file_of(house, events[0].data["session_id"], "log.txt") or "").split()
    counts = [marks[:end].count("+") - marks[:end].count("-") for end in range(len(marks) + 1)]
    assert (len(marks), max(counts)) == (10, 2)
    assert [one["call_id"] for one in of_type(events, "tool_call")] == list(told_results(vendor))
    assert json.dumps(message_of(events)["parts"])
