"""Questions: an agent asks the person, waits as long as it takes, and hears exactly what they said."""

import asyncio
import signal
from typing import Any

import pytest

from tests.journeys.acting import (
    ask_until_waiting,
    call,
    calls,
    decide,
    decided,
    ended,
    of_type,
    results,
    says,
    told_results,
    write,
)
from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import assert_whole
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

COLOUR = {
    "header": "Colour",
    "question": "Which colour?",
    "options": [{"label": "red", "description": "Warm."}, {"label": "blue"}],
}
SIZES = {
    "header": "Sizes",
    "question": "Which sizes?",
    "options": [{"label": "S"}, {"label": "M"}],
    "multiSelect": True,
}
NAME = {"header": "Name", "question": "What is its name?"}


async def asked(person: Person, vendor: FakeVendor, *questions: dict[str, Any], **more: Any) -> str:
    """A run that waits for answers to these questions."""
    vendor.next(calls(call("q", "AskUserQuestion", questions=list(questions)), text="A moment."), says("thanks"))
    return (await ask_until_waiting(person, "go", **more))[0].run_id


@keeps("questions:answered")
async def test_a_question_waits_in_every_mode_and_its_answer_is_what_the_agent_hears(
    owner: Person, vendor: FakeVendor
) -> None:
    for mode in ("default", "plan", "dontAsk", "acceptEdits"):
        run_id = await asked(owner, vendor, COLOUR, permission_mode=mode)
        (item,) = (await owner.get("/approvals"))["items"]
        assert (item["kind"], item["name"], item["call_id"]) == ("question", "AskUserQuestion", "q")
        (question,) = item["questions"]
        assert (question["header"], question["question"], question["multi"]) == ("Colour", "Which colour?", False)
        assert [one["label"] for one in question["options"]] == ["red", "blue"]
        said = await decided(owner, run_id, "q", "answer", answers=[["blue"]])
        assert said["state"] == "answered"
        message = await ended(owner, run_id)
        assert "Which colour?" in told_results(vendor)["q"]
        assert "blue" in told_results(vendor)["q"]
        assert "red" not in told_results(vendor)["q"]
        assert (results(message)["q"]["ok"], message["text"]) == (True, "A moment.thanks")
        events = await owner.whole(run_id)
        assert_whole(events)
        (told,) = of_type(events, "question")
        assert told["questions"] == item["questions"]
        (answered,) = of_type(events, "question_answered")
        assert (answered["answers"], answered["by"]) == ([["blue"]], "person")
        assert (await decide(owner, run_id, "q", "answer", answers=[["red"]])).status == 409


@keeps("questions:answered")
async def test_several_questions_are_answered_together_by_labels_or_in_own_words(
    owner: Person, vendor: FakeVendor
) -> None:
    run_id = await asked(owner, vendor, COLOUR, SIZES, NAME)
    await decided(owner, run_id, "q", "answer", answers=[["purple, please"], ["S", "M"], ["Ada"]])
    await ended(owner, run_id)
    lines = told_results(vendor)["q"]
    for word in ("purple, please", "S, M", "Ada"):
        assert word in lines
    run_id = await asked(owner, vendor, NAME)
    await decided(owner, run_id, "q", "answer", message="Grace")
    await ended(owner, run_id)
    assert "Grace" in told_results(vendor)["q"]


@keeps("input:refused")
async def test_answers_that_do_not_fit_the_questions_are_refused(owner: Person, vendor: FakeVendor) -> None:
    run_id = await asked(owner, vendor, COLOUR, SIZES)
    for more in (
        {"decision": "answer"},
        {"decision": "answer", "answers": []},
        {"decision": "answer", "answers": [["red"]]},
        {"decision": "answer", "answers": [["red"], ["S"], ["x"]]},
        {"decision": "answer", "answers": [["red", "blue"], ["S"]]},
        {"decision": "answer", "answers": [[], ["S"]]},
        {"decision": "answer", "answers": [["  "], ["S"]]},
        {"decision": "answer", "answers": [[""], ["S"]]},
        {"decision": "answer", "answers": "red"},
        {"decision": "answer", "answers": [["\ud800"], ["S"]]},
        {"decision": "answer", "message": "one word for two questions"},
        {"decision": "approve"},
        {"decision": "approve", "arguments": {"questions": []}},
    ):
        reply = await owner.call("POST", f"/runs/{run_id}/answers", {"call_id": "q", **more})
        assert (reply.status, reply.json["code"]) == (422, "invalid"), (more, reply.body)
    await decided(owner, run_id, "q", "answer", answers=[["red"], ["S", "M"]])
    await ended(owner, run_id)


@keeps("questions:answered")
async def test_a_person_who_does_not_want_to_answer_says_so(owner: Person, vendor: FakeVendor) -> None:
    run_id = await asked(owner, vendor, COLOUR)
    said = await decided(owner, run_id, "q", "reject", message="choose yourself")
    assert said["state"] == "rejected"
    message = await ended(owner, run_id)
    assert not results(message)["q"]["ok"]
    assert "choose yourself" in told_results(vendor)["q"]
    assert of_type(await owner.whole(run_id), "question_answered")[0]["answers"] is None


@keeps("approvals:expiry")
async def test_a_question_that_nobody_answers_in_time_is_over(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(runs__approval_expiry="0.3")
    owner = await house.owner()
    run_id = await asked(owner, vendor, COLOUR)
    events = await owner.whole(run_id)
    (answered,) = of_type(events, "question_answered")
    assert (answered["answers"], answered["by"]) == (None, "expiry")
    assert "in time" in told_results(vendor)["q"]
    assert (await decide(owner, run_id, "q", "answer", answers=[["red"]])).status == 409


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@keeps("approvals:durable")
async def test_a_question_is_answered_after_a_restart(
    house: House, owner: Person, vendor: FakeVendor, how: signal.Signals
) -> None:
    run_id = await asked(owner, vendor, COLOUR)
    await house.end(how)
    await house.start()
    async with owner.follow(run_id) as stream:
        await stream.until("waiting")
        session_id = stream.heard[0].data["session_id"]
        await owner.post(f"/sessions/{session_id}/answer", {"decision": "answer", "message": "red"})
        assert_whole(await stream.rest())
    assert "red" in told_results(vendor)["q"]


@keeps("approvals:once")
async def test_of_two_answers_at_once_the_agent_hears_one(owner: Person, vendor: FakeVendor) -> None:
    for _ in range(5):
        run_id = await asked(owner, vendor, COLOUR)
        replies = await asyncio.gather(
            *(decide(owner, run_id, "q", "answer", answers=[[colour]]) for colour in ("red", "blue"))
        )
        assert sorted(reply.status for reply in replies) == [200, 409]
        heard = "red" if replies[0].status == 200 else "blue"
        await ended(owner, run_id)
        assert told_results(vendor)["q"].endswith(heard)


@keeps("approvals:parallel")
async def test_a_question_and_an_approval_wait_side_by_side(owner: Person, vendor: FakeVendor) -> None:
    vendor.next(calls(call("q", "AskUserQuestion", questions=[NAME]), write("w", "a.txt", "x")), says("done"))
    run_id = (await ask_until_waiting(owner, "go"))[0].run_id
    assert {one["kind"] for one in (await owner.get("/approvals"))["items"]} == {"question", "approval"}
    await decided(owner, run_id, "w", "approve")
    assert (await decide(owner, run_id, "q", "approve")).status == 422
    await decided(owner, run_id, "q", "answer", message="Ada")
    assert {key: one["ok"] for key, one in results(await ended(owner, run_id)).items()} == {"q": True, "w": True}


@keeps("tools:arguments")
async def test_a_question_that_asks_nothing_goes_back_to_the_model(owner: Person, vendor: FakeVendor) -> None:
    for questions in ([], [{"header": "x"}], "what?", [{**COLOUR, "options": "red"}]):
        vendor.next(calls(call("q", "AskUserQuestion", questions=questions)), says("sorry"))
        events = await owner.ask("go")
        assert not of_type(events, "question")
        (result,) = of_type(events, "tool_result")
        assert not result["ok"]
        assert "schema" in result["content"]


async def test_a_cancelled_question_is_answered_by_nobody(owner: Person, vendor: FakeVendor) -> None:
    run_id = await asked(owner, vendor, COLOUR)
    vendor.forget()
    await owner.post(f"/runs/{run_id}/cancel")
    events = await owner.whole(run_id)
    assert_whole(events)
    assert of_type(events, "question_answered")[0]["by"] == "cancel"
    assert (await decide(owner, run_id, "q", "answer", answers=[["red"]])).status == 409
    assert (await owner.get("/approvals"))["items"] == []
