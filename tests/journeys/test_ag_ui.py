"""AG-UI's own client, unchanged, over Palaver."""

from typing import Any

import pytest

from tests.journeys.acting import call, calls, file_of, says, told_results, write
from tests.journeys.house import House, Person
from tests.journeys.node_clients import told
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Say, Think

pytestmark = pytest.mark.timeout(180)

MODEL = "fake/gpt-5.4"


async def saw(house: House, owner: Person, part: str, **more: Any) -> Any:
    """What one part of the script saw."""
    key = (await owner.post("/api/v1/api-keys", {"name": part}))["key"]
    return await told("ag_ui.mjs", url=house.url, key=key, model=MODEL, part=part, **more)


@keeps("surfaces:unchanged", "surfaces:one-session")
async def test_a_thread_of_ag_ui_is_a_session_and_state_comes_back_beside_ours(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(Answer([Think(["Let me ", "see."]), Say("Hello "), Say("you.")]), says("A pixel."), says("That."))
    seen = await saw(house, owner, "talk")
    types = seen["first"]["types"]
    assert types[:4] == ["RUN_STARTED", "STATE_SNAPSHOT", "REASONING_START", "REASONING_MESSAGE_START"]
    assert (types[-1], types.count("TEXT_MESSAGE_START"), types.count("TEXT_MESSAGE_END")) == ("RUN_FINISHED", 1, 1)
    end = seen["first"]["end"]
    assert (end["outcome"], end["result"]) == ({"type": "success"}, {"finish_reason": "stop"})
    assert end["usage"][0]["totalTokens"] > 0
    assert seen["state"]["page"] == "garden"
    assert seen["state"]["palaver"]["usage"]["outputTokens"] > 0
    assert seen["messages"] == [
        ["user", "Hello", []],
        ["reasoning", "Let me see.", []],
        ["assistant", "Hello you.", []],
        ["user", None, []],
        ["assistant", "A pixel.", []],
    ]
    assert seen["edited"][-1] == ["assistant", "That.", []]
    session_id = seen["state"]["palaver"]["session_id"]
    assert [one["id"] for one in (await owner.get("/sessions"))["items"]] == [session_id]
    branch = await owner.messages(session_id)
    assert [one["text"] for one in branch] == ["Hello", "Hello you.", "And that?", "That."]
    assert branch[2]["siblings"]["count"] == 2
    instructions = str(vendor.heard[0].body["messages"][0]["content"])
    assert ("in the greenhouse" in instructions, '"page": "garden"' in instructions) == (True, True)
    shown = vendor.heard[1].body["messages"][-1]["content"]
    assert (any(one["type"] == "image_url" for one in shown), "The gate is green." in str(shown)) == (True, True)
    assert [one["name"] for one in (await owner.get("/files"))["items"]] == ["document.txt"]


async def test_frontend_tools_are_left_pending_and_their_results_come_with_the_next_run(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz"), call("b", "weather", city="Wien"), text="Let me see."))
    vendor.next(says("Sun, then."))
    seen = await saw(house, owner, "tools")
    assert seen["asked"]["end"]["outcome"] == {"type": "success", "pendingToolCallIds": ["a", "b"]}
    assert [(one[0], one[2]) for one in seen["messages"]] == [
        ("user", []),
        ("assistant", ["weather", "weather"]),
        ("tool", []),
        ("tool", []),
        ("assistant", []),
    ]
    told_ = told_results(vendor)
    assert ("sun in Graz" in told_["a"], "sun in Wien" in told_["b"]) == (True, True)


async def test_what_needs_a_yes_is_an_interrupt_and_resuming_goes_on_with_the_same_run(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("a", "one.txt", "1"), write("b", "two.txt", "2"), text="Two files."), says("One is there."))
    seen = await saw(house, owner, "approvals")
    assert seen["asked"]["end"]["outcome"]["type"] == "interrupt"
    assert [one["metadata"]["arguments"]["path"] for one in seen["open"]] == ["one.txt", "two.txt"]
    assert seen["ended"]["types"].count("TOOL_CALL_RESULT") == 2
    assert seen["ended"]["end"]["outcome"] == {"type": "success"}
    assert [one[0] for one in seen["messages"]] == ["user", "assistant", "tool", "tool", "assistant"]
    assert seen["messages"][-1][1] == "One is there."
    session_id = seen["session"]
    assert (file_of(house, session_id, "one.txt"), file_of(house, session_id, "two.txt")) == ("1", None)
    assert len(await owner.messages(session_id)) == 2


async def test_a_question_of_the_agent_is_an_interrupt_that_says_what_it_wants(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    question = {"header": "Colour", "question": "Which colour?", "options": [{"label": "Blue"}, {"label": "Red"}]}
    vendor.next(calls(call("q", "AskUserQuestion", questions=[question])), says("Blue it is."))
    seen = await saw(house, owner, "question")
    assert (seen["open"]["reason"], seen["open"]["message"]) == ("input_required", "Which colour?")
    assert seen["messages"][-1][1] == "Blue it is."
    assert "Blue" in told_results(vendor)["q"]


async def test_an_answer_that_begins_anew_takes_back_what_it_said(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("no JSON at all"), says('{"n": 3}'))
    seen = await saw(house, owner, "anew")
    assert seen["messages"] == [["user", "As JSON, please.", []], ["assistant", '{"n": 3}', []]]
    assert "MESSAGES_SNAPSHOT" in seen["run"]["types"]


async def test_who_aborts_a_run_ends_it(house: House, owner: Person) -> None:
    seen = await saw(house, owner, "cancel", slow="fake/fake-n500-d20")
    await owner.until(f"/sessions/{seen['session']}", lambda session: session["active_run_id"] is None)
    assert (await owner.messages(seen["session"]))[-1]["finish_reason"] == "interrupted"


@keeps("surfaces:errors")
async def test_errors_are_told_as_the_client_reads_them(house: House, owner: Person) -> None:
    seen = await saw(house, owner, "failures")
    assert [seen[name][:2] for name in ("nobody", "unknown", "field", "video", "foreign", "upstream")] == [
        [401, "unauthenticated"],
        [404, "unknown_model"],
        [400, "invalid"],
        [400, "invalid"],
        [404, "not_found"],
        [502, "model_unavailable"],
    ]
    assert "forwardedProps.logit_bias" in seen["field"][2]
    assert seen["broken"][:2] == [None, "model_unavailable"]
    assert len((await owner.get("/sessions"))["items"]) == 2


@keeps("surfaces:at-once")
async def test_fifty_threads_at_once_stay_apart(house: House, owner: Person) -> None:
    seen = await saw(house, owner, "many")
    assert (seen["messages"], seen["sessions"]) == (4, 50)
