"""Tools that the client makes itself: a call of one ends the turn, and the next turn brings what came of it."""

import pytest

from tests.journeys.acting import (
    ask_until_waiting,
    call,
    calls,
    decided,
    ended,
    of_type,
    results,
    says,
    told_results,
    write,
)
from tests.journeys.house import Person
from tests.journeys.streams import assert_whole
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

WEATHER = {
    "name": "weather",
    "description": "How the weather is somewhere.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def offered(vendor: FakeVendor, number: int = -1) -> set[str]:
    """The tools that a model was offered with one of its requests."""
    return {tool["function"]["name"] for tool in vendor.heard[number].body.get("tools", [])}


async def test_a_turn_ends_with_the_clients_calls_and_goes_on_with_what_came_of_them(
    owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz"), call("b", "weather", city="Wien"), text="Let me see."))
    events = await owner.ask("How is the weather?", client_tools=[WEATHER])
    assert_whole(events)
    assert of_type(events, "done")[0]["finish_reason"] == "tool_calls"
    message = of_type(events, "message")[0]["message"]
    assert (message["status"], message["finish_reason"], message["text"]) == ("complete", "tool_calls", "Let me see.")
    assert not results(message)
    assert "weather" in offered(vendor)
    session = await owner.get(f"/sessions/{message['session_id']}")
    assert (session["status"], session["active_run_id"]) == ("idle", None)
    vendor.next(says("Sun here, rain there."))
    came = [{"call_id": "b", "content": "rain"}, {"call_id": "a", "content": "sun", "ok": True}]
    answer = await owner.post(
        "/query/single", {"session_id": session["id"], "tool_results": came, "client_tools": [WEATHER]}
    )
    assert answer["text"] == "Sun here, rain there."
    told = told_results(vendor)
    assert (list(told), "sun" in told["a"], "rain" in told["b"]) == (["a", "b"], True, True)
    asked, called, brought, said = await owner.messages(session["id"])
    assert [one["role"] for one in (asked, called, brought, said)] == ["user", "assistant", "tool", "assistant"]
    assert [part["content"] for part in brought["parts"]] == ["rain", "sun"]


async def test_what_a_person_says_with_the_results_is_their_message(owner: Person, vendor: FakeVendor) -> None:
    vendor.next(calls(call("a", "weather", city="Graz")))
    events = await owner.ask("And?", client_tools=[WEATHER])
    session_id = events[0].data["session_id"]
    vendor.next(says("Good."))
    came = [{"call_id": "a", "content": "sun"}]
    await owner.post("/query/single", {"session_id": session_id, "tool_results": came, "prompt": "Is that good?"})
    roles = [one["role"] for one in vendor.heard[-1].body["messages"]]
    assert roles[-4:] == ["user", "assistant", "tool", "user"]
    assert (await owner.messages(session_id))[2]["text"] == "Is that good?"


async def test_calls_of_the_house_are_answered_here_and_only_the_clients_are_left_to_it(
    owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz"), write("b", "note.txt", "hello")))
    events = await ask_until_waiting(owner, "Both, please.", client_tools=[WEATHER])
    run_id = events[0].data["run_id"]
    assert of_type(events, "waiting")[0]["call_ids"] == ["b"]
    await decided(owner, run_id, "b", "approve")
    message = await ended(owner, run_id)
    assert (message["finish_reason"], set(results(message))) == ("tool_calls", {"b"})
    vendor.next(says("Done."))
    came = [{"call_id": "a", "content": "sun"}]
    await owner.post("/query/single", {"session_id": message["session_id"], "tool_results": came})
    assert set(told_results(vendor)) == {"a", "b"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"tool_results": [{"call_id": "nobody", "content": "x"}]},
        {"tool_results": [{"call_id": "a", "content": "x"}, {"call_id": "a", "content": "y"}]},
        {"tool_results": [{"call_id": "a", "content": "x\x00"}]},
        {"tool_results": []},
        {"tool_results": [{"call_id": "a", "content": "x"}], "parent_message_id": None},
        {"prompt": "x", "client_tools": [WEATHER, WEATHER]},
        {"prompt": "x", "client_tools": [{"name": "two words"}]},
        {"prompt": "x", "client_tools": [{"name": "w", "parameters": {"type": "array"}}]},
        {"prompt": "x", "client_tools": [{"name": "w", "parameters": {"properties": 3}}]},
        {"prompt": "x", "tool_choice": {"name": "nobody"}, "client_tools": [WEATHER]},
        {"prompt": "x", "tool_choice": "sometimes"},
    ],
)
async def test_results_and_tools_that_fit_nothing_are_refused(
    owner: Person, vendor: FakeVendor, wrong: dict[str, object]
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz")))
    session_id = (await owner.ask("And?", client_tools=[WEATHER]))[0].data["session_id"]
    reply = await owner.call("POST", "/query/single", {"session_id": session_id, **wrong})
    assert (reply.status, reply.json["code"]) == (422, "invalid"), reply.body


async def test_the_same_results_twice_are_refused_on_one_branch_and_make_a_sibling_on_another(
    owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(calls(call("a", "weather", city="Graz")))
    first = await owner.ask("And?", client_tools=[WEATHER])
    session_id, called = first[0].data["session_id"], of_type(first, "message")[0]["message"]
    came = {"session_id": session_id, "tool_results": [{"call_id": "a", "content": "sun"}]}
    await owner.post("/query/single", came)
    assert (await owner.call("POST", "/query/single", came)).status == 422
    await owner.post("/query/single", {**came, "parent_message_id": called["id"]})
    assert (await owner.messages(session_id))[2]["siblings"] == {"count": 2, "index": 1}


async def test_the_client_says_whether_a_tool_is_called(owner: Person, vendor: FakeVendor) -> None:
    await owner.ask("And?", client_tools=[WEATHER], tool_choice={"name": "weather"}, parallel_tool_calls=False)
    body = vendor.heard[-1].body
    assert body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    assert body["parallel_tool_calls"] is False
    await owner.ask("And?", client_tools=[WEATHER], tool_choice="none")
    assert vendor.heard[-1].body["tool_choice"] == "none"
