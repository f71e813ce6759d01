"""Approvals: what an agent may not do by itself waits for a person, as a row, and what they said is what happens."""

import asyncio
import signal
from typing import Any

import pytest

from tests.journeys.acting import (
    RAN,
    ask_until_waiting,
    bash,
    calls,
    decide,
    decided,
    ended,
    file_of,
    of_type,
    results,
    says,
    times_run,
    told_results,
    write,
)
from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import assert_whole, joined
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)


async def waiting_for_bash(person: Person, vendor: FakeVendor, **more: Any) -> tuple[str, str]:
    """A run that waits for a yes to a command that can be counted: its id, and its session's."""
    vendor.next(calls(bash("c1")), says("done"))
    heard = await ask_until_waiting(person, "go", **more)
    return heard[0].run_id, heard[0].data["session_id"]


@keeps("approvals:exact", "approvals:nothing-before")
async def test_a_call_waits_for_a_yes_and_runs_exactly_as_it_was_shown(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("c1", "a.txt", "hello"), text="I write."), says("done"))
    heard = await ask_until_waiting(owner, "go")
    assert [event.type for event in heard if event.type != "tool_call_delta"] == [
        "session", "run", "content", "tool_call", "approval", "waiting",
    ]  # fmt: skip
    (asked,) = of_type(heard, "approval")
    assert (asked["call_id"], asked["name"], asked["arguments"]) == (
        "c1",
        "Write",
        {"path": "a.txt", "content": "hello"},
    )
    assert asked["reason"]
    assert of_type(heard, "waiting")[0]["call_ids"] == ["c1"]
    run_id, session_id = asked["run_id"], asked["session_id"]
    assert file_of(house, session_id, "a.txt") is None
    assert (await owner.get(f"/runs/{run_id}"))["status"] == "waiting"
    session = await owner.get(f"/sessions/{session_id}")
    assert (session["status"], session["active_run_id"]) == ("waiting", run_id)
    listed = (await owner.get("/sessions"))["items"]
    assert [one["status"] for one in listed if one["id"] == session_id] == ["waiting"]
    (item,) = (await owner.get("/approvals"))["items"]
    for name in ("run_id", "session_id", "call_id", "name", "arguments", "reason", "expires_at"):
        assert item[name] == asked[name]
    assert (item["kind"], item["state"], item["session_title"]) == ("approval", "pending", "go")

    said = await decided(owner, run_id, "c1", "approve")
    assert said["state"] == "approved"
    assert said["resolved_at"]
    message = await ended(owner, run_id)
    assert file_of(house, session_id, "a.txt") == "hello"
    assert [part["type"] for part in message["parts"]] == ["text", "tool_call", "tool_result", "text"]
    assert (message["text"], message["status"]) == ("I write.done", "complete")
    assert results(message)["c1"]["ok"]
    assert (await owner.get("/approvals"))["items"] == []
    assert (await owner.get(f"/sessions/{session_id}"))["status"] == "idle"
    events = await owner.whole(run_id)
    assert_whole(events)
    assert joined(events[: len(heard)]) == joined(heard)
    types = [event.type for event in events[len(heard) :]]
    assert types == ["approval_resolved", "tool_started", "tool_result", "content", "usage", "message", "done"]
    (resolved,) = of_type(events, "approval_resolved")
    assert (resolved["decision"], resolved["by"]) == ("approve", "person")


async def test_with_the_guide_a_person_without_a_key_tries_an_approval(house: House, owner: Person) -> None:
    body = {"prompt": "Write a file notes.txt with the words hello there", "model": "builtin/guide"}
    reply = await owner.call("POST", "/query/single", body)
    assert reply.status == 202
    run = reply.json
    assert run["status"] == "waiting"
    (item,) = (await owner.get("/approvals"))["items"]
    assert item["run_id"] == run["id"]
    answered = await owner.post(f"/sessions/{run['session_id']}/answer", {"decision": "approve"})
    assert answered["state"] == "approved"
    await ended(owner, run["id"])
    assert "hello there" in (file_of(house, run["session_id"], "notes.txt") or "")


@keeps("approvals:edited")
async def test_what_a_person_edits_is_what_runs_and_the_model_is_told(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("c1", "a.txt", "theirs")), says("done"))
    run_id = (await ask_until_waiting(owner, "go"))[0].run_id
    for wrong in ({"path": "a.txt"}, {"path": 7, "content": "x"}, {"path": "a.txt", "content": "x", "more": 1}):
        reply = await decide(owner, run_id, "c1", "approve", arguments=wrong)
        assert (reply.status, reply.json["code"]) == (422, "invalid")
        assert reply.json["errors"][0]["loc"] == ["body", "arguments"]
    assert (await owner.get("/approvals"))["items"]  # a wrong answer is no answer
    mine = {"path": "b.txt", "content": "mine"}
    await decided(owner, run_id, "c1", "approve", arguments=mine)
    message = await ended(owner, run_id)
    session_id = message["session_id"]
    assert (file_of(house, session_id, "a.txt"), file_of(house, session_id, "b.txt")) == (None, "mine")
    assert next(part for part in message["parts"] if part["type"] == "tool_call")["arguments"] == mine
    assert "changed the arguments" in told_results(vendor)["c1"]
    events = await owner.whole(run_id)
    assert of_type(events, "approval_resolved")[0]["arguments"] == mine
    assert of_type(events, "tool_started")[0]["arguments"] == mine


@keeps("policy:deny-wins")
async def test_a_call_that_is_edited_into_a_forbidden_one_does_not_run(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("c1", "a.txt", "x")), says("done"))
    run_id = (await ask_until_waiting(owner, "go", disallowed_tools=["Write(secret/**)"]))[0].run_id
    await decided(owner, run_id, "c1", "approve", arguments={"path": "secret/a.txt", "content": "x"})
    message = await ended(owner, run_id)
    assert not results(message)["c1"]["ok"]
    assert "Not allowed" in results(message)["c1"]["content"]
    assert file_of(house, message["session_id"], "secret/a.txt") is None


@keeps("approvals:rejected")
async def test_a_call_that_is_rejected_does_not_run_and_the_model_hears_why(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    said = await decided(owner, run_id, "c1", "reject", message="use the other folder")
    assert said["state"] == "rejected"
    message = await ended(owner, run_id)
    assert "use the other folder" in told_results(vendor)["c1"]
    assert not results(message)["c1"]["ok"]
    assert message["text"] == "done"
    assert times_run(house, session_id) == 0
    events = await owner.whole(run_id)
    (resolved,) = of_type(events, "approval_resolved")
    assert (resolved["decision"], resolved["by"], resolved["message"]) == ("reject", "person", "use the other folder")


@keeps("approvals:expiry")
async def test_a_call_that_waits_too_long_counts_as_rejected(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(runs__approval_expiry="0.3")
    owner = await house.owner()
    run_id, session_id = await waiting_for_bash(owner, vendor)
    events = await owner.whole(run_id)
    (resolved,) = of_type(events, "approval_resolved")
    assert (resolved["decision"], resolved["by"]) == ("reject", "expiry")
    assert "in time" in told_results(vendor)["c1"]
    assert times_run(house, session_id) == 0
    late = await decide(owner, run_id, "c1", "approve")
    assert (late.status, late.json["code"]) == (409, "conflict")
    assert times_run(house, session_id) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@keeps("approvals:durable", "runs:watch:no-gap")
async def test_an_approval_is_answered_after_a_restart(
    house: House, owner: Person, vendor: FakeVendor, how: signal.Signals
) -> None:
    vendor.next(calls(bash("c1")), says("done"))
    heard = await ask_until_waiting(owner, "go")
    run_id, session_id = heard[0].run_id, heard[0].data["session_id"]
    for _ in range(2):
        await house.end(how)
        await house.start()
        assert (await owner.get(f"/runs/{run_id}"))["status"] == "waiting"
    (item,) = (await owner.get("/approvals"))["items"]
    assert item["run_id"] == run_id
    async with owner.follow(run_id) as stream:
        await stream.until("waiting")
        assert joined(stream.heard) == joined(heard)
        assert times_run(house, session_id) == 0
        await decided(owner, run_id, "c1", "approve")
        events = await stream.rest()
    assert_whole(events)
    assert times_run(house, session_id) == 1
    assert results(await ended(owner, run_id))["c1"]["ok"]
    # whoever left at any event, before or after the restart, hears the rest
    for number in range(len(events)):
        assert joined(await owner.whole(run_id, number)) == joined(events[number:])
    await house.end(how)
    await house.start()
    for number in range(len(events)):
        assert joined(await owner.whole(run_id, number)) == joined(events[number:])


@keeps("runs:watch:no-gap", "runs:watch:same-for-all")
async def test_readers_who_come_at_any_event_of_a_run_that_waits_hear_it_all(owner: Person, vendor: FakeVendor) -> None:
    vendor.next(calls(write("c1", "a.txt", "x"), write("c2", "b.txt", "y"), text="Two."), says("and now we are done"))
    heard = await ask_until_waiting(owner, "go")
    run_id = heard[0].run_id
    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(owner.whole(run_id, number)) for number in range(len(heard) + 1)]
        await decided(owner, run_id, "c1", "approve")
        readers += [group.create_task(owner.whole(run_id, number)) for number in range(len(heard) + 1)]
        await decided(owner, run_id, "c2", "reject")
    events = await owner.whole(run_id)
    assert_whole(events)
    for reader in readers:
        rest = reader.result()
        assert joined(rest) == joined(events[rest[0].seq - 1 :])
    assert [reader.result()[0].seq for reader in readers] == [*range(1, len(heard) + 2)] * 2


@keeps("approvals:once")
async def test_of_two_devices_that_answer_at_once_one_wins_and_the_call_runs_once(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    for number in range(8):
        run_id, session_id = await waiting_for_bash(owner, vendor)
        other = "approve" if number % 2 else "reject"
        replies = await asyncio.gather(
            *(decide(owner, run_id, "c1", "approve" if device % 2 else other) for device in range(4))
        )
        won = [reply.json["state"] for reply in replies if reply.status == 200]
        assert len(won) == 1
        assert [reply.json["code"] for reply in replies if reply.status != 200] == ["conflict"] * 3
        assert [reply.status for reply in replies].count(409) == 3
        await ended(owner, run_id)
        assert times_run(house, session_id) == (won == ["approved"])


@keeps("approvals:cancelled")
async def test_a_call_of_a_run_that_was_cancelled_cannot_be_approved(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    vendor.forget()
    await owner.post(f"/runs/{run_id}/cancel")
    events = await owner.whole(run_id)
    assert_whole(events)
    assert of_type(events, "done")[0]["finish_reason"] == "interrupted"
    assert of_type(events, "approval_resolved")[0]["by"] == "cancel"
    assert not of_type(events, "tool_result")[0]["ok"]
    assert (await owner.get("/approvals"))["items"] == []
    assert (await decide(owner, run_id, "c1", "approve")).status == 409
    assert times_run(house, session_id) == 0
    answers = await owner.ask("and now", session_id=session_id, model="fake/fake-n3")
    assert answers[-1].data["finish_reason"] == "stop"


@keeps("approvals:cancelled")
async def test_of_a_yes_and_a_cancellation_at_once_no_yes_is_taken_for_nothing(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    for _ in range(8):
        run_id, session_id = await waiting_for_bash(owner, vendor)
        yes, _ = await asyncio.gather(
            decide(owner, run_id, "c1", "approve"), owner.post(f"/runs/{run_id}/cancel"),
        )  # fmt: skip
        vendor.forget()
        events = await owner.whole(run_id)
        assert_whole(events)
        decisions = [one["decision"] for one in of_type(events, "approval_resolved")]
        if yes.status == 200:
            assert decisions == ["approve"]
        else:
            assert yes.status == 409
            assert decisions == ["reject"]
            assert times_run(house, session_id) == 0
        assert len(of_type(events, "tool_result")) == 1


@keeps("approvals:remembered")
async def test_what_is_remembered_for_a_session_is_not_asked_there_again(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    await decided(owner, run_id, "c1", "approve", remember="session")
    await ended(owner, run_id)
    (grant,) = (await owner.get("/grants"))["items"]
    assert (grant["session_id"], RAN in grant["rule"]) == (session_id, True)

    vendor.next(calls(bash("c2")), says("again"))
    events = await owner.ask("go", session_id=session_id)
    assert not of_type(events, "approval")
    assert times_run(house, session_id) == 2

    vendor.next(calls(bash("c3", "echo other")), says("x"))  # another command of the same tool is asked about
    other = await ask_until_waiting(owner, "go", session_id=session_id)
    await decided(owner, other[0].run_id, "c3", "reject")
    await ended(owner, other[0].run_id)

    elsewhere, there = await waiting_for_bash(owner, vendor)  # and so is the same one in another session
    assert times_run(house, there) == 0
    await decided(owner, elsewhere, "c1", "reject")
    await ended(owner, elsewhere)

    stranger = await house.stranger()
    assert (await stranger.get("/grants"))["items"] == []
    assert (await stranger.call("DELETE", f"/grants/{grant['id']}")).status == 404
    assert (await owner.call("DELETE", f"/grants/{grant['id']}")).status == 204
    assert (await owner.call("DELETE", f"/grants/{grant['id']}")).status == 404
    vendor.next(calls(bash("c4")), says("x"))
    assert of_type(await ask_until_waiting(owner, "go", session_id=session_id), "approval")


@keeps("approvals:remembered")
async def test_what_is_remembered_for_a_tool_is_asked_in_no_session_of_that_person(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, _ = await waiting_for_bash(owner, vendor)
    await decided(owner, run_id, "c1", "approve", remember="tool")
    await ended(owner, run_id)
    (grant,) = (await owner.get("/grants"))["items"]
    assert (grant["session_id"], grant["rule"]) == (None, "Bash")
    await house.kill()
    await house.start()
    vendor.next(calls(bash("c1", "echo quite another")), says("x"))
    assert not of_type(await owner.ask("go"), "approval")
    stranger = await house.stranger()
    await waiting_for_bash(stranger, vendor)
    vendor.forget()
    vendor.next(calls(bash("c1")), says("x"))  # a deny stands above it, and so does plan mode
    message = next(
        event.data["message"] for event in await owner.ask("go", permission_mode="plan") if event.type == "message"
    )
    assert not results(message)["c1"]["ok"]


@keeps("approvals:parallel")
async def test_calls_that_need_no_yes_go_on_while_another_one_waits(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(bash("c1"), write("c2", "ok/a.txt", "x"), write("c3", "b.txt", "y"), bash("c4")), says("done"))
    heard = await ask_until_waiting(owner, "go", allowed_tools=["Write(ok/**)"])
    run_id, session_id = heard[0].run_id, heard[0].data["session_id"]
    assert [one["call_id"] for one in of_type(heard, "tool_result")] == ["c2"]
    assert {one["call_id"] for one in of_type(heard, "approval")} == {"c1", "c3", "c4"}
    assert of_type(heard, "waiting")[-1]["call_ids"] == ["c1", "c3", "c4"]
    unsaid = await owner.call("POST", f"/sessions/{session_id}/answer", {"decision": "approve"})
    assert (unsaid.status, unsaid.json["errors"][0]["loc"]) == (422, ["body", "call_id"])
    await decided(owner, run_id, "c4", "reject")
    await decided(owner, run_id, "c3", "approve")
    assert len(vendor.heard) == 1  # the model is asked when all calls are answered
    await owner.until("/approvals", lambda found: len(found["items"]) == 1)
    one = await owner.post(f"/sessions/{session_id}/answer", {"decision": "approve"})
    assert one["call_id"] == "c1"
    message = await ended(owner, run_id)
    assert {key: part["ok"] for key, part in results(message).items()} == {
        "c1": True,
        "c2": True,
        "c3": True,
        "c4": False,
    }
    assert [part["call_id"] for part in message["parts"] if part["type"] == "tool_result"] == ["c1", "c2", "c3", "c4"]
    assert (times_run(house, session_id), file_of(house, session_id, "b.txt")) == (1, "y")
    assert list(told_results(vendor)) == ["c1", "c2", "c3", "c4"]
