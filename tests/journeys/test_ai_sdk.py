"""The AI SDK's own chat, unchanged, over Palaver."""

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
    return await told("ai_sdk.mjs", url=house.url, key=key, model=MODEL, part=part, **more)


@keeps("surfaces:unchanged", "surfaces:one-session")
async def test_a_chat_of_the_ai_sdk_is_a_session_and_its_edits_are_branches(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(Answer([Think(["Let me ", "see."]), Say("Hello "), Say("you.")]), says("A pixel."), says("One pixel."))
    vendor.next(says("Hello, edited."))
    seen = await saw(house, owner, "talk")
    assert seen["first"]["last"] == [["reasoning", "Let me see."], ["text", "Hello you."]]
    assert seen["first"]["roles"] == ["user", "assistant"]
    assert (seen["second"]["last"], seen["again"]["last"]) == ([["text", "A pixel."]], [["text", "One pixel."]])
    assert seen["edited"]["last"] == [["text", "Hello, edited."]]
    assert "data-usage" in seen["notes"]
    assert {one["session"] for one in (seen["first"], seen["second"], seen["again"], seen["edited"])} == {
        seen["first"]["session"]
    }
    session_id = seen["first"]["session"]
    (session,) = (await owner.get("/sessions"))["items"]
    assert (session["id"], session["title"]) == (session_id, "Hello")
    edited = await owner.messages(session_id)
    assert [one["text"] for one in edited] == ["Hello, edited", "Hello, edited."]
    assert edited[0]["siblings"]["count"] == 2
    image = vendor.heard[1].body["messages"][-1]["content"]
    assert any(one["type"] == "image_url" for one in image)
    assert "The gate is green." in str(image)
    assert [one["role"] for one in vendor.heard[2].body["messages"]][-3:] == ["user", "assistant", "user"]


async def test_a_ui_message_is_read_as_it_grows(house: House, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(Answer([Say("One, "), Say("two, "), Say("three.")]))
    seen = await saw(house, owner, "read")
    assert seen["last"] == [["text", "One, two, three."]]
    assert seen["steps"] > 1


async def test_calls_of_the_clients_own_tools_are_made_by_it_and_the_answer_goes_on_in_the_same_message(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz"), call("b", "weather", city="Atlantis"), text="Let me see."))
    vendor.next(says("Sun, then."), says("You are welcome."))
    seen = await saw(house, owner, "tools")
    assert seen["called"] == [["weather", "Graz"], ["weather", "Atlantis"]]
    assert seen["ran"]["last"] == [
        ["text", "Let me see."],
        ["tool-weather", "output-available", {"sky": "sun in Graz"}],
        ["tool-weather", "output-error", "It sank."],
        ["text", "Sun, then."],
    ]
    assert seen["after"]["roles"] == ["user", "assistant", "user", "assistant"]
    told_ = told_results(vendor, 1)
    assert ("sun in Graz" in told_["a"], "It sank." in told_["b"]) == (True, True)
    messages = await owner.messages(seen["after"]["session"])
    assert [one["role"] for one in messages] == ["user", "assistant", "tool", "assistant", "user", "assistant"]
    assert all(one["siblings"]["count"] == 1 for one in messages)


async def test_what_needs_a_yes_is_asked_in_the_chat_and_the_same_run_goes_on_with_the_answers(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("a", "one.txt", "1"), write("b", "two.txt", "2"), text="Two files."), says("One is there."))
    seen = await saw(house, owner, "approvals")
    assert [one[1] for one in seen["asked"]["last"][1:]] == ["approval-requested", "approval-requested"]
    assert (seen["inputs"], seen["asked"]["status"]) == (["one.txt", "two.txt"], "ready")
    ended = seen["ended"]
    assert [one[:2] for one in ended["last"]] == [
        ["text", "Two files."],
        ["Write", "output-available"],
        ["Write", "output-denied"],
        ["text", "One is there."],
    ]
    assert (len(ended["roles"]), seen["before"], ended["error"]) == (2, 2, None)
    session_id = ended["session"]
    assert (file_of(house, session_id, "one.txt"), file_of(house, session_id, "two.txt")) == ("1", None)
    assert "Not that one." in told_results(vendor)["b"]
    assert len(await owner.messages(session_id)) == 2


async def test_a_question_of_the_agent_is_a_call_whose_output_the_person_gives(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    question = {"header": "Colour", "question": "Which colour?", "options": [{"label": "Blue"}, {"label": "Red"}]}
    vendor.next(calls(call("q", "AskUserQuestion", questions=[question])), says("Blue it is."))
    seen = await saw(house, owner, "question")
    assert seen["asked"] == "Which colour?"
    assert seen["ended"]["last"][-1] == ["text", "Blue it is."]
    assert "Blue" in told_results(vendor)["q"]


async def test_who_comes_back_hears_the_answer_from_its_beginning_and_one_that_is_stopped_ends(
    house: House, owner: Person
) -> None:
    seen = await saw(house, owner, "resume", slow="fake/fake-n80-d20")
    whole = "".join(f"part {number} " for number in range(80))
    cut = seen["cut"]["last"][0][1]
    assert whole.startswith(cut)
    assert len(cut) < len(whole)
    assert seen["whole"]["last"] == [["text", whole]]
    assert (seen["whole"]["roles"], seen["idle"], seen["nowhere"]) == (["user", "assistant"], None, None)
    for one in (seen["stopped"], seen["told"][1]):
        session_id = one["session"]
        await owner.until(f"/sessions/{session_id}", lambda session: session["active_run_id"] is None)
        assert (await owner.messages(session_id))[-1]["finish_reason"] == "interrupted"
    assert seen["told"][0] == 204


async def test_a_page_that_is_loaded_anew_sees_what_waits_and_all_of_an_answer_that_follows_calls(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(write("a", "one.txt", "1"), text="A file."), says("It is there."))
    vendor.next(calls(call("w", "weather", city="Graz")))
    seen = await saw(house, owner, "reload", slow="fake/fake-n80-d20")
    assert [one[:2] for one in seen["asked"]["last"]] == [["text", "A file."], ["Write", "approval-requested"]]
    assert [one[:2] for one in seen["ended"]["last"]] == [
        ["text", "A file."],
        ["Write", "output-available"],
        ["text", "It is there."],
    ]
    whole = "".join(f"part {number} " for number in range(80))
    assert seen["again"]["last"] == [["tool-weather", "output-available", "sun"], ["text", whole]]
    assert seen["same"]


async def test_an_answer_that_begins_anew_takes_the_place_of_what_was_shown(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(says("This is no JSON."), says('{"n": 7}'))
    seen = await saw(house, owner, "anew")
    assert seen["last"] == [["text", '{"n": 7}']]


@keeps("surfaces:errors")
async def test_errors_are_told_as_the_clients_show_them(house: House, owner: Person) -> None:
    seen = await saw(house, owner, "failures")
    assert [seen[name][:2] for name in ("nobody", "unknown", "field", "foreign", "upstream")] == [
        [401, "unauthenticated"],
        [404, "unknown_model"],
        [400, "invalid"],
        [404, "not_found"],
        [502, "model_unavailable"],
    ]
    assert "logit_bias" in seen["field"][2]
    status, code, message, roles = seen["broken"]
    assert (status, code, roles) == (None, None, ["user", "assistant"])
    assert message
    names = [one["title"] for one in (await owner.get("/sessions"))["items"]]
    assert len(names) == 2  # what was refused left no session behind; what failed is kept


@keeps("surfaces:at-once")
async def test_fifty_chats_at_once_stay_apart(house: House, owner: Person) -> None:
    seen = await saw(house, owner, "many")
    assert len(seen["said"]) == 1
    assert "[4," in seen["said"][0]
    assert seen["sessions"] == 50
