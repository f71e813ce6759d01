"""What waits for people, around the answer itself: who sees it, in which order, and what else a session does then."""

from typing import Any

import pytest

from tests.journeys.acting import (
    ask_until_waiting,
    bash,
    calls,
    decide,
    decided,
    ended,
    file_of,
    of_type,
    says,
    times_run,
    told_results,
    write,
)
from tests.journeys.house import House, Person
from tests.journeys.streams import Event, assert_whole
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)


async def waiting_for_bash(person: Person, vendor: FakeVendor, **more: Any) -> tuple[str, str]:
    """A run that waits for a yes to a command that can be counted: its id, and its session's."""
    vendor.next(calls(bash("c1")), says("done"))
    heard = await ask_until_waiting(person, "go", **more)
    return heard[0].run_id, heard[0].data["session_id"]


@keeps("input:foreign-is-unknown")
async def test_what_waits_for_somebody_else_is_not_there(house: House, owner: Person, vendor: FakeVendor) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    stranger = await house.stranger()
    assert (await stranger.get("/approvals"))["items"] == []
    unknown = await decide(stranger, "run_" + "0" * 32, "c1", "approve")
    foreign = await decide(stranger, run_id, "c1", "approve")
    for reply in (unknown, foreign):
        assert (reply.status, reply.json["code"]) == (404, "not_found")
    assert foreign.json["detail"] == unknown.json["detail"]
    for path in (f"/sessions/{session_id}/answer", f"/sessions/{session_id}/control"):
        body = {"decision": "approve"} if path.endswith("answer") else {"permission_mode": "plan"}
        assert (await stranger.call("POST", path, body)).status == 404
    assert (await decide(owner, run_id, "nothing", "approve")).status == 404
    assert (await owner.call("GET", f"/runs/{run_id}")).json["status"] == "waiting"
    assert times_run(house, session_id) == 0


async def test_what_waits_comes_in_pages_oldest_first_that_neither_skip_nor_repeat(
    owner: Person, vendor: FakeVendor
) -> None:
    wanted: list[tuple[str, str]] = []
    for _ in range(3):
        vendor.next(calls(write("c1", "a", "x"), write("c2", "b", "x"), write("c3", "c", "x")))
        run_id = (await ask_until_waiting(owner, "go"))[0].run_id
        wanted += [(run_id, call_id) for call_id in ("c1", "c2", "c3")]
    for limit in (1, 2, 4, 9, 50):
        found: list[tuple[str, str]] = []
        cursor: str | None = None
        while cursor is not None or not found:
            params = {"limit": limit} | ({"cursor": cursor} if cursor else {})
            page = await owner.get("/approvals", params=params)
            assert len(page["items"]) <= limit
            found += [(one["run_id"], one["call_id"]) for one in page["items"]]
            cursor = page["next_cursor"]
        assert sorted(found) == sorted(wanted)
        assert [run for run, _ in found] == [run for run, _ in wanted]
    assert (await owner.call("GET", "/approvals", params={"cursor": "nonsense"})).status == 422
    assert (await owner.call("GET", "/approvals", params={"limit": 0})).status == 422


@keeps("input:refused")
async def test_answers_that_make_no_sense_are_refused_and_nothing_happens(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    bodies: list[Any] = [
        {}, [], {"call_id": "c1"}, {"decision": "approve"}, {"call_id": 1, "decision": "approve"},
        {"call_id": "", "decision": "approve"},
        *({"call_id": "c1", "decision": "approve", **more} for more in (
            {"decision": "maybe"}, {"unknown": 1}, {"arguments": []}, {"arguments": "ls"}, {"remember": "for ever"},
            {"answers": [["x"]]}, {"arguments": {"command": ""}}, {"message": "x" * 20_001},
        )),
        *({"call_id": "c1", "decision": "reject", **more} for more in (
            {"arguments": {}}, {"remember": "tool"}, {"message": ""}, {"message": "\ud800"}, {"answers": [["x"]]},
        )),
        {"call_id": "c1", "decision": "answer", "answers": [["x"]]},
    ]  # fmt: skip
    for body in bodies:
        reply = await owner.call("POST", f"/runs/{run_id}/answers", body)
        assert (reply.status, reply.json["code"]) == (422, "invalid"), (body, reply.body)
    broken = await owner.call(
        "POST", f"/runs/{run_id}/answers", data=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status == 422
    (item,) = (await owner.get("/approvals"))["items"]
    assert item["state"] == "pending"
    assert times_run(house, session_id) == 0


async def test_a_key_answers_only_with_the_scope_to_ask(house: House, owner: Person, vendor: FakeVendor) -> None:
    run_id, _ = await waiting_for_bash(owner, vendor)
    key = await owner.post("/api/v1/api-keys", {"name": "reader", "scopes": ["sessions:read"]})
    reader = house.person(key["key"])
    reply = await decide(reader, run_id, "c1", "approve")
    assert (reply.status, reply.json["code"]) == (403, "forbidden")
    nobody = house.person("")
    assert (await decide(nobody, run_id, "c1", "approve")).status == 401
    assert (await nobody.call("GET", "/approvals")).status == 401
    assert (await nobody.call("GET", "/grants")).status == 401
    assert (await owner.get(f"/runs/{run_id}"))["status"] == "waiting"


@keeps("runs:busy")
async def test_a_session_whose_run_waits_is_busy_and_does_as_the_sender_wants(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    path = f"/sessions/{session_id}/messages"
    refused = await owner.call("POST", path, {"prompt": "me too"})
    assert (refused.status, refused.json["code"]) == (409, "session_busy")
    vendor.forget()
    vendor.next(says("first is done"), says("second is done"))
    queued = await owner.post(path, {"prompt": "me too", "when_busy": "queue"})
    assert queued["status"] == "queued"
    await decided(owner, run_id, "c1", "approve")
    assert (await ended(owner, run_id))["text"] == "first is done"
    assert (await ended(owner, queued["id"]))["text"] == "second is done"
    assert times_run(house, session_id) == 1

    vendor.next(calls(bash("c9")), says("third"))
    waiting = (await ask_until_waiting(owner, "go", session_id=session_id))[0].run_id
    interrupting = await owner.post(path, {"prompt": "no, this", "when_busy": "interrupt"})
    events = await owner.whole(waiting)
    assert of_type(events, "done")[0]["finish_reason"] == "interrupted"
    assert (await ended(owner, interrupting["id"]))["text"] == "third"
    assert (await decide(owner, waiting, "c9", "approve")).status == 409
    assert times_run(house, session_id) == 1
    assert any("Interrupted" in text for text in told_results(vendor).values())


@keeps("sessions:delete")
async def test_a_session_is_deleted_with_the_run_that_waits_in_it(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("c0", "ok.txt", "x"), bash("c1")))
    heard = await ask_until_waiting(owner, "go", allowed_tools=["Write"])
    run_id, session_id = heard[0].run_id, heard[0].data["session_id"]
    assert file_of(house, session_id, "ok.txt") == "x"
    async with owner.follow(run_id) as stream:
        await stream.until("waiting")
        assert (await owner.call("DELETE", f"/sessions/{session_id}")).status == 204
        await stream.rest()
    assert (await owner.get("/approvals"))["items"] == []
    assert (await decide(owner, run_id, "c1", "approve")).status == 404
    assert (await owner.call("GET", f"/runs/{run_id}")).status == 404
    assert not (house.home / "workspaces" / session_id).exists()
    for table in ("approvals", "runs", "sessions"):
        assert house.count(table) == 0, table
    await house.end()
    await house.start()
    assert (await owner.get("/approvals"))["items"] == []


async def test_a_question_is_asked_again_and_edited_after_calls(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    question = (await owner.get(f"/runs/{run_id}"))["user_message_id"]
    for change in (
        owner.call("PATCH", f"/messages/{question}", {"text": "else"}),
        owner.call("DELETE", f"/messages/{question}"),
        owner.call("POST", f"/sessions/{session_id}/messages", {"parent_message_id": question}),
    ):
        assert (await change).status == 409
    await decided(owner, run_id, "c1", "approve")
    await ended(owner, run_id)
    vendor.next(calls(bash("c1")), says("second"))
    again = await owner.post(f"/sessions/{session_id}/messages", {"parent_message_id": question})
    await owner.until(f"/runs/{again['id']}", lambda run: run["status"] == "waiting")
    await decided(owner, again["id"], "c1", "approve")
    message = await ended(owner, again["id"])
    assert (message["text"], message["siblings"]["count"], times_run(house, session_id)) == ("second", 2, 2)
    assert not told_results(vendor, -2)  # a sibling's calls are not told


async def test_an_edited_session_stream_tells_a_tab_what_waits(owner: Person, vendor: FakeVendor) -> None:
    run_id, session_id = await waiting_for_bash(owner, vendor)
    async with owner.stream("GET", f"/sessions/{session_id}/events") as tab:
        await tab.until("approval")
        await decided(owner, run_id, "c1", "approve")
        done = await tab.until("done")
        assert done.run_id == run_id
        seen: list[Event] = tab.heard
    assert_whole(seen)
