"""Subagents: a task that is handed on is done by a run of its own, below the call that started it, and no more."""

import asyncio
import signal
from typing import Any

import pytest

from tests.journeys.acting import (
    ask_until_waiting,
    bash,
    call,
    calls,
    decide,
    decided,
    file_of,
    of_type,
    results,
    says,
    times_run,
    told_results,
    write,
)
from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import Event, Stream, assert_whole, joined
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Stall
from tests.vendor.spoken import Answer, Call, Say

pytestmark = pytest.mark.timeout(120)


def task(call_id: str = "t", prompt: str = "Count the files.", to: str = "general") -> Call:
    """A call that hands a task on."""
    return call(call_id, "Task", description="Count files", prompt=prompt, subagent_type=to)


def message_of(events: list[Event]) -> dict[str, Any]:
    """The finished message."""
    return of_type(events, "message")[0]["message"]


def below(events: list[Event], kind: str | None = None) -> list[dict[str, Any]]:
    """What was told of subagents."""
    told = of_type(events, "subagent")
    return [one for one in told if kind is None or one["event"]["type"] == kind]


async def nested(stream: Stream, kind: str) -> dict[str, Any]:
    """Read on to an event of a subagent."""
    return (await stream.until(lambda event: event.type == "subagent" and event.data["event"]["type"] == kind)).data


@keeps("subagents:nested")
async def test_a_task_is_done_by_a_run_of_its_own_and_its_answer_comes_back(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(task(), text="I ask. "), calls(call("l", "LS")), says("There are none."), says("None, they say."))
    events = await owner.ask("go")
    assert_whole(events)
    message = message_of(events)
    assert message["text"] == "I ask. None, they say."
    assert results(message)["t"]["content"] == "There are none."
    assert "There are none." in told_results(vendor)["t"]
    told = below(events)
    assert {one["parent_call_id"] for one in told} == {"t"}
    types = list(dict.fromkeys(one["event"]["type"] for one in told))
    assert types == ["run", "tool_call", "tool_started", "tool_result", "content", "done"]
    (started,) = of_type(events, "tool_started")
    assert started["child_run_id"] == told[0]["child_run_id"]
    child = await owner.get(f"/runs/{started['child_run_id']}")
    assert (child["parent_run_id"], child["parent_call_id"], child["status"]) == (events[0].run_id, "t", "done")
    # what it was told: the task, and nothing of the conversation above
    first = vendor.heard[1].body["messages"]
    assert [one["role"] for one in first] == ["system", "user"]
    assert "Count the files." in str(first[1]["content"])
    assert "Task" not in {tool["function"]["name"] for tool in vendor.heard[1].body["tools"]}
    # its session is not one of the person's, but can be looked at
    assert [one["id"] for one in (await owner.get("/sessions"))["items"]] == [events[0].data["session_id"]]
    assert [one["text"] for one in await owner.messages(child["session_id"])] == ["Count the files.", "There are none."]
    stranger = await house.stranger()
    assert (await stranger.call("GET", f"/runs/{child['id']}")).status == 404
    assert (await stranger.call("GET", f"/sessions/{child['session_id']}")).status == 404
    for number in range(len(events)):
        assert joined(await owner.whole(events[0].run_id, number)) == joined(events[number:])
    assert_whole(await owner.whole(child["id"]))


async def test_a_named_subagent_has_its_own_words_tools_and_model(owner: Person, vendor: FakeVendor) -> None:
    agents = {
        "counter": {
            "description": "Counts.", "prompt": "You count things.", "tools": ["LS", "Glob"], "model": "fake/small",
        }
    }  # fmt: skip
    vendor.next(calls(task(to="counter")), says("seven"), says("done"))
    events = await owner.ask("go", agents=agents, model="fake/large")
    assert results(message_of(events))["t"] == results(message_of(events))["t"] | {"ok": True, "content": "seven"}
    above, child, again = (heard.body for heard in vendor.heard)
    assert [above["model"], child["model"], again["model"]] == ["large", "small", "large"]
    assert "You count things." in child["messages"][0]["content"]
    assert {tool["function"]["name"] for tool in child["tools"]} == {"LS", "Glob"}
    spec = next(tool["function"] for tool in above["tools"] if tool["function"]["name"] == "Task")
    assert "counter: Counts." in spec["description"]
    vendor.next(calls(task(to="nobody")), says("sorry"))
    (result,) = of_type(await owner.ask("go", agents=agents), "tool_result")
    assert not result["ok"]
    assert "counter, general" in result["content"]


@keeps("subagents:nested", "approvals:durable")
@pytest.mark.parametrize("how", [None, signal.SIGTERM, signal.SIGKILL])
async def test_what_a_subagent_may_not_do_alone_is_asked_above_and_answered_below(
    house: House, owner: Person, vendor: FakeVendor, how: signal.Signals | None
) -> None:
    vendor.next(calls(task()), calls(bash("b")), says("I ran it."), says("It ran."))
    heard = await ask_until_waiting(owner, "go")
    run_id, session_id = heard[0].run_id, heard[0].data["session_id"]
    async with owner.follow(run_id) as stream:
        async with asyncio.timeout(10):
            while not below(stream.heard, "approval"):
                await stream.next()
        asked = below(stream.heard, "approval")[0]
        child = asked["child_run_id"]
    await owner.until(f"/runs/{run_id}", lambda run: run["status"] == "waiting")
    if how is not None:
        await house.end(how)
        await house.start()
    (item,) = (await owner.get("/approvals"))["items"]
    assert (item["run_id"], item["call_id"], item["name"]) == (child, "b", "Bash")
    assert (await owner.get(f"/sessions/{session_id}"))["status"] == "waiting"
    assert (await decide(owner, run_id, "b", "approve")).status == 404  # the call is the subagent's
    last = max(event.seq for event in stream.heard)
    async with owner.follow(run_id, last) as rest:
        await decided(owner, child, "b", "approve")
        events = await rest.rest()
    whole = await owner.whole(run_id)
    assert_whole(whole)
    assert joined(whole[last:]) == joined(events)
    types = [one["event"]["type"] for one in below(events)]
    assert [one for one in types if one in {"approval_resolved", "tool_result"}] == ["approval_resolved", "tool_result"]
    assert message_of(whole)["text"] == "It ran."
    assert results(message_of(whole))["t"]["content"] == "I ran it."
    assert times_run(house, session_id) == 1  # in the workspace of the session above
    assert_whole(await owner.whole(child))


@keeps("subagents:with-parent")
@pytest.mark.parametrize("state", ["speaking", "waiting"])
async def test_a_subagent_is_cancelled_with_the_turn_it_works_for(
    house: House, owner: Person, vendor: FakeVendor, state: str
) -> None:
    said = Answer([Say("One moment"), Stall()]) if state == "speaking" else calls(bash("b"))
    vendor.next(calls(task()), said)
    async with owner.query("go") as stream:
        told = await nested(stream, "content" if state == "speaking" else "approval")
        run_id, session_id = stream.heard[0].run_id, stream.heard[0].data["session_id"]
        if state == "waiting":
            await owner.until(f"/runs/{run_id}", lambda run: run["status"] == "waiting")
        await owner.post(f"/runs/{run_id}/cancel")
        events = await stream.rest()
    assert of_type(events, "done")[0]["finish_reason"] == "interrupted"
    child = await owner.until(f"/runs/{told['child_run_id']}", lambda run: run["status"] == "done")
    assert child["finish_reason"] == "interrupted"
    if state == "speaking":
        await vendor.heard[1].gone()
    assert (await owner.get("/approvals"))["items"] == []
    assert (await decide(owner, told["child_run_id"], "b", "approve")).status in {404, 409}
    assert times_run(house, session_id) == 0
    assert_whole(await owner.whole(run_id))
    assert_whole(await owner.whole(told["child_run_id"]))


async def test_a_subagent_that_is_cancelled_alone_is_told_above_and_the_turn_goes_on(
    owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(task()), Answer([Say("One moment"), Stall()]), says("Then not."))
    async with owner.query("go") as stream:
        told = await nested(stream, "content")
        await owner.post(f"/runs/{told['child_run_id']}/cancel")
        events = await stream.rest()
    assert_whole(events)
    assert not results(message_of(events))["t"]["ok"]
    assert message_of(events)["text"] == "Then not."


@keeps("policy:narrower-below")
@pytest.mark.parametrize(
    ("above", "agent", "wanted"),
    [
        ({}, {}, "asked"),
        ({"allowed_tools": ["Bash"]}, {}, "ran"),
        ({"allowed_tools": ["Bash"]}, {"disallowed_tools": ["Bash(echo:*)"]}, "refused"),
        ({"disallowed_tools": ["Bash(echo:*)"]}, {}, "refused"),
        ({"disallowed_tools": ["Bash"]}, {"tools": ["Bash"]}, "refused"),
        ({"permission_mode": "plan"}, {}, "refused"),
        ({"permission_mode": "dontAsk"}, {}, "refused"),
        ({"permission_mode": "plan"}, {"permission_mode": "acceptEdits"}, "refused"),
        ({"permission_mode": "default"}, {"permission_mode": "dontAsk"}, "refused"),
        ({"permission_mode": "default", "allowed_tools": ["Bash"]}, {"permission_mode": "plan"}, "refused"),
        ({"allowed_tools": ["Bash"]}, {"tools": ["LS"]}, "refused"),
    ],
)
async def test_a_subagent_may_do_no_more_than_the_one_above(
    house: House, owner: Person, vendor: FakeVendor, above: dict[str, Any], agent: dict[str, Any], wanted: str
) -> None:
    await owner.post("/agents", {"name": "worker", "description": "Works.", "instructions": "Work.", **agent})
    vendor.next(calls(task(to="worker")), calls(bash("b")), says("I tried."), says("done"))
    async with owner.query("go", agents=["worker"], **above) as stream:
        found = await stream.until(
            lambda event: (
                event.type == "done"
                or (event.type == "subagent" and event.data["event"]["type"] in {"approval", "tool_result"})
            )
        )
    said = found.data["event"]
    became = "asked" if said["type"] == "approval" else "ran" if said["ok"] else "refused"
    assert became == wanted
    if wanted != "ran":
        assert times_run(house, stream.heard[0].data["session_id"]) == 0


async def test_several_subagents_work_side_by_side(house: House, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(calls(task("t1", "one"), task("t2", "two"), task("t3", "three"), call("l", "LS")))
    vendor.next(calls(bash("b")), calls(bash("b")), calls(bash("b")))
    async with owner.query("go") as stream:
        async with asyncio.timeout(15):
            while len(below(stream.heard, "approval")) < 3:
                await stream.next()
        heard = stream.heard
        session_id = heard[0].data["session_id"]
        vendor.next(says("a"), says("b"), says("c"), says("all done"))
        for asked in below(heard, "approval"):
            await decided(owner, asked["child_run_id"], "b", "approve")
        events = await stream.rest()
    assert_whole(events)
    assert sorted(one["content"] for key, one in results(message_of(events)).items() if key != "l") == ["a", "b", "c"]
    assert message_of(events)["text"] == "all done"
    assert times_run(house, session_id) == 3
    assert list(told_results(vendor)) == ["t1", "t2", "t3", "l"]


@keeps("sessions:delete")
async def test_deleting_a_session_deletes_what_its_subagents_left(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(task()), says("done below"), calls(task("t2")), calls(bash("b")))
    async with owner.query("go") as stream:
        await nested(stream, "approval")
        session_id = stream.heard[0].data["session_id"]
        assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
    for table in ("sessions", "runs", "approvals", "messages"):
        assert house.count(table) == 0, table
    assert (await owner.get("/approvals"))["items"] == []
    assert not (house.home / "workspaces" / session_id).exists()


@keeps("subagents:nested", "runs:kill:every-run-ends")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_a_subagent_that_was_cut_goes_on_after_a_restart(
    house: House, owner: Person, vendor: FakeVendor, how: signal.Signals
) -> None:
    vendor.next(calls(task()), calls(write("w", "a.txt", "x")), Answer([Say("Goats climb"), Stall()]))
    async with owner.query("go", permission_mode="acceptEdits") as stream:
        told = await nested(stream, "content")
        await house.end(how)
        heard = list(stream.heard)
    run_id = heard[0].run_id
    vendor.next(says("I am done."), says("All done."))
    await house.start()
    rest = await owner.whole(run_id, heard[-1].seq)
    assert_whole([*heard, *rest])
    assert message_of(rest)["text"] == "All done."
    assert results(message_of(rest))["t"]["content"] == "I am done."
    assert [one["event"]["type"] for one in below(rest)].count("step_restarted") == 1
    child = await owner.whole(told["child_run_id"])
    assert_whole(child)
    assert file_of(house, heard[0].data["session_id"], "a.txt") == "x"


@keeps("subagents:nested")
async def test_a_subagents_answer_reaches_a_parent_that_was_killed_before_it_heard(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(task()), says("I am done."), Answer([Say("goats g"), Stall()]))
    async with owner.query("go") as stream:
        await stream.until("content")
        await house.kill()
    vendor.next(says("goats graze"))
    await house.start()
    message = message_of(await owner.whole(stream.heard[0].run_id))
    assert (message["text"], results(message)["t"]["content"]) == ("goats graze", "I am done.")
    assert len(vendor.heard) == 4


async def test_what_a_subagent_costs_counts_for_the_turn_above(open_house: Opening, vendor: FakeVendor) -> None:
    dear = "[providers.fake.facts.dear]\ninput_usd_per_mtok = 10.0\noutput_usd_per_mtok = 100.0\nmax_output = 1000\n"
    owner = await (await open_house(dear)).owner()
    paid = {"prompt_tokens": 1_000, "completion_tokens": 100}  # two cents
    vendor.next(
        Answer([task()], tokens=paid), Answer([call("l", "LS")], tokens=paid), Answer([Say("done")], tokens=paid)
    )
    for number in range(10):
        vendor.next(Answer([call(f"x{number}", "LS")], tokens=paid))
    events = await owner.ask("go", model="fake/dear", max_budget_usd=0.2)
    (limit,) = of_type(events, "limit")
    assert limit["code"] == "budget_exceeded"
    assert len(vendor.heard) * 0.02 <= 0.2
    assert of_type(events, "tool_result")[0]["cost_usd"] == pytest.approx(0.04)


@keeps("subagents:nested")
async def test_what_a_subagent_waits_for_is_answered_in_the_session_above(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(task()), calls(bash("b")), says("I ran it."), says("It ran."))
    async with owner.query("go") as stream:
        await nested(stream, "approval")
        session_id = stream.heard[0].data["session_id"]
        stranger = await house.stranger()
        assert (await stranger.call("POST", f"/sessions/{session_id}/answer", {"decision": "approve"})).status == 404
        await owner.post(f"/sessions/{session_id}/answer", {"decision": "approve"})
        events = await stream.rest()
    assert message_of(events)["text"] == "It ran."
    assert times_run(house, session_id) == 1


@keeps("policy:narrower-below", "control:next-call")
async def test_a_mode_that_is_changed_above_holds_below_and_makes_nobody_freer(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    await owner.post(
        "/agents", {"name": "worker", "description": "Works.", "instructions": "Work.", "permission_mode": "default"}
    )
    for mode, wanted in (("plan", False), ("acceptEdits", None)):
        vendor.forget()
        vendor.next(calls(task(to="worker")), calls(bash("b")), calls(write("w", "a.txt", "x")), says("I tried."))
        vendor.next(says("done"))
        async with owner.query("go", agents=["worker"]) as stream:
            asked = await nested(stream, "approval")
            session_id = stream.heard[0].data["session_id"]
            await owner.post(f"/sessions/{session_id}/control", {"permission_mode": mode})
            await decided(owner, asked["child_run_id"], "b", "approve")
            if wanted is None:
                again = await nested(stream, "approval")
                assert again["event"]["call_id"] == "w"
                await decided(owner, again["child_run_id"], "w", "reject")
            events = await stream.rest()
        assert_whole(events)
        ok = {one["event"]["call_id"]: one["event"]["ok"] for one in below(events, "tool_result")}
        assert ok == {"b": mode != "plan", "w": False}
        assert times_run(house, session_id) == (mode != "plan")
