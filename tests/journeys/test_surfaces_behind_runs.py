"""Behind every other protocol are runs and sessions as everywhere: listed, heard our way, and asking for a yes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from tests.journeys.acting import call, calls, file_of, of_type, says, told_results, write
from tests.journeys.house import House, Person
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Reply, Stall, finish, said

pytestmark = pytest.mark.timeout(60)

MODEL = "fake/gpt-5.4"
VERSION = {"anthropic-version": "2023-06-01"}
WRITER = {"name": "writer", "description": "Writes.", "instructions": "You write.", "model": MODEL, "tools": ["Write"]}


class Door(NamedTuple):
    """Where a protocol is spoken, and a question in it for a model."""

    path: str
    asking: Callable[[str, str], dict[str, Any]]
    headers: Mapping[str, str] = {}


def _said(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


def _ai_sdk(model: str, text: str) -> dict[str, Any]:
    who = {"agent": model.partition("/")[2]} if model.startswith("agent/") else {"model": model}
    message = {"id": "u", "role": "user", "parts": [{"type": "text", "text": text}]}
    return {"id": "chat", "messages": [message], **who}


def _ag_ui(model: str, text: str) -> dict[str, Any]:
    who = {"agent": model.partition("/")[2]} if model.startswith("agent/") else {"model": model}
    return {"threadId": "t", "runId": "r", "messages": [{"id": "u", **_said(text)[0]}], "forwardedProps": who}


DOORS = {
    "chat": Door("/v1/chat/completions", lambda model, text: {"model": model, "messages": _said(text), "stream": True}),
    "responses": Door("/v1/responses", lambda model, text: {"model": model, "input": text, "stream": True}),
    "messages": Door(
        "/v1/messages",
        lambda model, text: {"model": model, "max_tokens": 99, "messages": _said(text), "stream": True},
        VERSION,
    ),
    "ai_sdk": Door("/api/ai-sdk/chat", _ai_sdk),
    "ag_ui": Door("/ag-ui", _ag_ui),
}


def asked(house: House, owner: Person, door: Door, body: dict[str, Any]) -> Any:
    """An open answer of a surface."""
    headers = {"Authorization": f"Bearer {owner.token}", **door.headers}
    return owner.client.post(f"{house.url}{door.path}", json=body, headers=headers)


@pytest.mark.parametrize("name", DOORS)
@keeps("surfaces:runs")
async def test_what_was_begun_through_any_door_is_listed_and_heard_our_way_while_it_answers(
    house: House, owner: Person, vendor: FakeVendor, name: str
) -> None:
    door = DOORS[name]
    vendor.next(Reply([said("Goats"), Stall(), said(" and half"), finish()]))
    async with asked(house, owner, door, door.asking(MODEL, "Hello")) as reply:
        assert reply.status == 200, await reply.text()
        session_id, run_id = reply.headers["x-palaver-session"], reply.headers["x-palaver-run"]
        (listed,) = (await owner.get("/sessions"))["items"]
        assert (listed["id"], listed["active_run_id"], listed["title"]) == (session_id, run_id, "Hello")
        async with owner.follow(run_id) as first:
            half = await first.until("content")
        async with owner.follow(run_id, last=half.seq) as second:
            vendor.release()
            events = await second.rest()
        assert "Goats" in await reply.text()
    text = "".join(one["content"] for one in of_type([half, *events], "content"))
    assert text == "Goats and half"
    assert [one.seq for one in events] == list(range(half.seq + 1, events[-1].seq + 1))
    assert [one["text"] for one in await owner.messages(session_id)] == ["Hello", "Goats and half"]


@pytest.mark.parametrize("name", DOORS)
@keeps("surfaces:never-wider")
async def test_no_door_lets_an_agent_do_what_nobody_said_yes_to(
    house: House, owner: Person, vendor: FakeVendor, name: str
) -> None:
    await owner.post("/agents", WRITER)
    door = DOORS[name]
    vendor.next(calls(write("a", "one.txt", "1")), says("Goats graze."))
    async with asked(house, owner, door, door.asking("agent/writer", "Write.")) as reply:
        assert reply.status == 200, await reply.text()
        session_id, whole = reply.headers["x-palaver-session"], await reply.text()
    assert file_of(house, session_id, "one.txt") is None
    waiting = await owner.get("/approvals")
    if name in {"ai_sdk", "ag_ui"}:  # somebody sits there and is asked
        assert ["approval" in whole.lower() or "interrupt" in whole.lower(), len(waiting["items"])] == [True, 1]
    else:  # nobody does: the model hears that it may not
        assert not waiting["items"]
        assert "a" in told_results(vendor)
        assert "Goats graze." in whole


@pytest.mark.parametrize("name", ["ai_sdk", "ag_ui"])
@keeps("surfaces:never-wider")
async def test_a_mode_that_an_admin_did_not_allow_is_refused_at_every_door(
    house: House, owner: Person, vendor: FakeVendor, name: str
) -> None:
    stranger, door = await house.stranger(), DOORS[name]
    body = door.asking(MODEL, "Write.")
    (body["forwardedProps"] if name == "ag_ui" else body)["permission_mode"] = "bypassPermissions"
    async with asked(house, stranger, door, body) as reply:
        assert reply.status == 403, await reply.text()
    assert not (await stranger.get("/sessions"))["items"]


@pytest.mark.parametrize("name", ["chat", "responses", "messages"])
@keeps("surfaces:never-wider")
async def test_a_clients_tool_that_bears_a_name_of_ours_is_the_clients(
    house: House, owner: Person, vendor: FakeVendor, name: str
) -> None:
    schema = {"type": "object", "properties": {"path": {"type": "string"}, "content": {"type": "string"}}}
    tools: dict[str, Any] = {
        "chat": {"type": "function", "function": {"name": "Write", "parameters": schema}},
        "responses": {"type": "function", "name": "Write", "parameters": schema},
        "messages": {"name": "Write", "input_schema": schema},
    }
    door = DOORS[name]
    vendor.next(calls(call("a", "Write", path="one.txt", content="1")))
    async with asked(house, owner, door, door.asking(MODEL, "Write.") | {"tools": [tools[name]]}) as reply:
        session_id, whole = reply.headers["x-palaver-session"], await reply.text()
    assert "one.txt" in whole
    assert file_of(house, session_id, "one.txt") is None
