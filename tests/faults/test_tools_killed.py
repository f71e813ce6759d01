"""Killing the server while tools run: nothing is done twice without a person's word, and every run ends or waits."""

import asyncio
import random
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.acting import (
    RAN,
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
from tests.journeys.packages import package
from tests.journeys.streams import PATIENCE, Event, assert_whole, joined
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer

pytestmark = pytest.mark.timeout(240)

HANGS = f"{RAN}; sleep 5"
AGAIN, LEAVE = "Run it again", "Leave it"
LOST = (aiohttp.ClientError, ConnectionError)


async def cut_while_running(
    house: House, owner: Person, vendor: FakeVendor, **more: object
) -> tuple[str, str, list[Event]]:
    """A run whose command has had its effect when the server is killed: its id, its session's, and what was heard."""
    vendor.next(calls(bash("c", HANGS)))
    async with owner.query("go", allowed_tools=["Bash"], **more) as stream:
        await stream.until("tool_started")
        run_id, session_id = stream.heard[0].run_id, stream.heard[0].data["session_id"]
        async with asyncio.timeout(PATIENCE):
            while not times_run(house, session_id):
                await owner.get("/health")
        await house.kill()
    return run_id, session_id, stream.heard


@keeps("tools:killed", "runs:watch:no-gap")
@pytest.mark.parametrize(("answer", "times"), [(AGAIN, 2), (LEAVE, 1)])
async def test_a_command_that_was_cut_is_run_again_only_if_the_person_says_so(
    house: House, owner: Person, vendor: FakeVendor, answer: str, times: int
) -> None:
    run_id, session_id, heard = await cut_while_running(house, owner, vendor)
    for _ in range(3):
        await house.start()
        await owner.until(f"/runs/{run_id}", lambda run: run["status"] == "waiting")
        (item,) = (await owner.get("/approvals"))["items"]
        assert (item["kind"], item["reason"], item["call_id"], item["name"]) == ("question", "interrupted", "c", "Bash")
        assert item["arguments"] == {"command": HANGS}
        assert [one["label"] for one in item["questions"][0]["options"]] == [AGAIN, LEAVE]
        assert times_run(house, session_id) == 1
        await house.kill()
    await house.start()
    wrong = await decide(owner, run_id, "c", "answer", answers=[["Perhaps"]])
    assert wrong.status == 422
    vendor.next(says("well"))
    await decided(owner, run_id, "c", "answer", answers=[[answer]])
    events = await owner.whole(run_id)
    assert_whole(events)
    assert joined(events[: len(heard)]) == joined(heard)
    assert times_run(house, session_id) == times
    (question,) = of_type(events, "question")
    assert question["interrupted"]
    (result,) = of_type(events, "tool_result")
    assert result["ok"] == (answer == AGAIN)
    assert [one["call_id"] for one in of_type(events, "tool_started")] == ["c"] * times
    if answer == LEAVE:
        assert "not known" in told_results(vendor)["c"]
    assert (await decide(owner, run_id, "c", "answer", answers=[[AGAIN]])).status == 409


@keeps("tools:killed")
async def test_a_command_that_was_cut_is_not_run_again_when_its_run_is_cancelled_or_nobody_answers(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id, _ = await cut_while_running(house, owner, vendor)
    await house.start()
    await owner.until(f"/runs/{run_id}", lambda run: run["status"] == "waiting")
    await owner.post(f"/runs/{run_id}/cancel")
    events = await owner.whole(run_id)
    assert_whole(events)
    assert of_type(events, "question_answered")[0]["by"] == "cancel"
    assert times_run(house, session_id) == 1
    run_id, session_id, _ = await cut_while_running(house, owner, vendor)
    vendor.next(says("well"))
    house.settings["PALAVER_RUNS__APPROVAL_EXPIRY"] = "0.2"
    await house.start()
    events = await owner.whole(run_id)
    assert_whole(events)
    assert of_type(events, "question_answered")[0]["by"] == "expiry"
    assert times_run(house, session_id) == 1
    assert not of_type(events, "tool_result")[0]["ok"]


@keeps("tools:killed", "policy:deny-wins")
async def test_a_command_that_was_cut_is_not_run_again_where_it_is_forbidden_by_now(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    run_id, session_id, _ = await cut_while_running(house, owner, vendor)
    await house.start()
    await owner.until(f"/runs/{run_id}", lambda run: run["status"] == "waiting")
    await owner.post(f"/sessions/{session_id}/control", {"permission_mode": "plan"})
    vendor.next(says("well"))
    await decided(owner, run_id, "c", "answer", answers=[[AGAIN]])
    (result,) = of_type(await owner.whole(run_id), "tool_result")
    assert not result["ok"]
    assert times_run(house, session_id) == 1


# The first run of each hangs, the next returns; every run leaves a line.
STAMPS = """
import asyncio
from palaver.tools.port import Scene
from palaver.tools.toolsets import tool

def stamping(name, replay_safe):
    @tool(effect="reads", name=name, replay_safe=replay_safe)
    async def stamp(scene: Scene) -> str:
        "Stamps."
        path = scene.workspace.root / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write("stamped\\n")
        if path.read_text().count("stamped") == 1:
            await asyncio.Event().wait()
        return "stamped"
    return stamp

def stamps():
    return [stamping("Safe", True), stamping("Unsafe", False)]
"""


@keeps("tools:killed")
async def test_what_is_safe_to_do_twice_is_done_again_without_a_question(
    open_house: Opening, vendor: FakeVendor, tmp_path: Path
) -> None:
    points = {"palaver.toolsets": {"stamps": "stamper:stamps"}}
    house = await open_house(packages=package(tmp_path, "stamper", STAMPS, points))
    owner = await house.owner()
    vendor.next(calls(call("s", "Safe"), call("u", "Unsafe"), write("w", "a.txt", "x")))

    def stamped(name: str) -> int:
        return (file_of(house, session_id, f"{name}.txt") or "").count("stamped")

    async with owner.query("go", permission_mode="acceptEdits") as stream:
        session_id = (await stream.until("run")).data["session_id"]
        await stream.until(lambda event: event.type == "tool_result" and event.data["call_id"] == "w")
        async with asyncio.timeout(PATIENCE):
            while not (stamped("Safe") and stamped("Unsafe")):
                await owner.get("/health")
        await house.kill()
    run_id = stream.heard[0].run_id
    await house.start()
    await owner.until(f"/runs/{run_id}", lambda run: run["status"] == "waiting")
    assert (stamped("Safe"), stamped("Unsafe")) == (2, 1)
    assert [one["call_id"] for one in (await owner.get("/approvals"))["items"]] == ["u"]
    vendor.next(says("done"))
    await decided(owner, run_id, "u", "answer", answers=[[AGAIN]])
    events = await owner.whole(run_id)
    assert_whole(events)
    assert (stamped("Safe"), stamped("Unsafe")) == (2, 2)
    assert [one["call_id"] for one in of_type(events, "tool_started")].count("w") == 1
    found = results(of_type(events, "message")[0]["message"])
    assert {key: one["ok"] for key, one in found.items()} == {"s": True, "u": True, "w": True}


def steps(chance: random.Random) -> list[Answer]:
    """What the model of one run asks for: commands that each write a line of their own, and harmless calls."""
    made: list[Answer] = []
    for step in range(3):
        several = [
            bash(f"s{step}c{number}", f"echo s{step}c{number} >> ran.txt; sleep 0.0{chance.randrange(1, 9)}")
            for number in range(chance.randrange(1, 4))
        ]
        made.append(calls(*several, write(f"s{step}w", f"{step}.txt", "x"), text=f"step {step} "))
    return [*made, says("done")]


async def listen(person: Person, run_id: str, heard: dict[int, Event]) -> bool:
    """Hear a run on to its end, or until it waits; whether it is over."""
    async with person.follow(run_id, max(heard, default=0)) as stream:
        async for event in stream:
            assert heard.setdefault(event.seq, event).raw == event.raw
            if event.type in {"done", "waiting"}:
                return event.type == "done"
    return False


@keeps("tools:killed", "runs:kill:every-run-ends", "runs:kill:nothing-lost", "runs:watch:no-gap")
async def test_kills_at_any_moment_of_runs_with_tools_run_nothing_twice_and_leave_every_run_at_its_end(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    chance = random.Random(20261121)
    kills = questions = 0
    for _ in range(12):
        vendor.forget()
        vendor.next(*steps(chance))
        heard: dict[int, Event] = {}
        async with owner.query("go", allowed_tools=["Bash"], permission_mode="acceptEdits") as stream:
            first = await stream.until("run")
            until = chance.randrange(3, 40)
            try:
                async with asyncio.timeout(PATIENCE):
                    while len(stream.heard) < until and stream.heard[-1].type != "done":
                        await stream.next()
            except LOST:
                raise AssertionError("nobody killed it yet") from None
        heard = {event.seq: event for event in stream.heard}
        run_id, session_id = first.run_id, first.data["session_id"]
        over = stream.heard[-1].type == "done"
        while not over:
            await house.kill()
            kills += 1
            vendor.next(says("done"))  # whatever step is asked again, the model has an answer
            await house.start()
            async with asyncio.timeout(PATIENCE):
                over = await listen(owner, run_id, heard)
            if over:
                break
            for item in (await owner.get("/approvals"))["items"]:
                assert (item["run_id"], item["reason"]) == (run_id, "interrupted")
                questions += 1
                await decided(owner, run_id, item["call_id"], "answer", answers=[[LEAVE]])
            async with asyncio.timeout(PATIENCE):
                over = await listen(owner, run_id, heard)
        whole = await owner.whole(run_id)
        assert_whole(whole)
        assert {event.seq: event.raw for event in whole} == {seq: event.raw for seq, event in heard.items()}
        lines = (file_of(house, session_id, "ran.txt") or "").split()
        assert len(lines) == len(set(lines)), lines
        made = {one["call_id"] for one in of_type(whole, "tool_call")}
        assert set(lines) <= made
        assert made == {one["call_id"] for one in of_type(whole, "tool_result")}
        for one in of_type(whole, "tool_result"):
            assert not one["ok"] or one["call_id"].endswith("w") or one["call_id"] in lines
        assert (await owner.get("/approvals"))["items"] == []
    assert kills >= 6
    assert questions
