"""The server is killed amid answers that were begun through every door: each comes to its end, once.

Whoever comes back to one hears exactly what was missing, in the words of the door.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import aiohttp
import pytest

from tests.journeys.house import House, Opening, Person
from tests.journeys.mcp_clients import Wire
from tests.journeys.sockets import Sock, opened
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, done, finish, said
from tests.vendor.script import Stall

MODEL = "fake/slow"
ASKED = [{"role": "user", "content": "Count"}]
FULL = "one two three"


class Door(NamedTuple):
    """A way in: where, and with what."""

    path: str
    body: dict[str, Any]


DOORS = {
    "native": Door("/api/v1/query", {"prompt": "Count", "model": MODEL}),
    "chat": Door("/v1/chat/completions", {"model": MODEL, "messages": ASKED, "stream": True}),
    "responses": Door("/v1/responses", {"model": MODEL, "input": "Count", "stream": True, "background": True}),
    "messages": Door("/v1/messages", {"model": MODEL, "messages": ASKED, "max_tokens": 99, "stream": True}),
    "ag_ui": Door(
        "/ag-ui",
        {
            "threadId": "t", "runId": "r", "messages": [{"id": "m", **ASKED[0]}], "tools": [], "context": [],
            "state": {}, "forwardedProps": {"model": MODEL},
        },
    ),
    "ai_sdk": Door(
        "/api/ai-sdk/chat",
        {
            "id": "chat", "trigger": "submit-message", "model": MODEL,
            "messages": [{"id": "m", "role": "user", "parts": [{"type": "text", "text": "Count"}]}],
        },
    ),
}  # fmt: skip


class World(NamedTuple):
    """A server and its owner."""

    house: House
    owner: Person

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.owner.token}", "anthropic-version": "2023-06-01"}

    async def begin(self, door: Door, stack: AsyncExitStack) -> tuple[str, list[Any]]:
        """Ask through a door and listen until the answer has begun: its run, and the events so far.

        The connection stays: through some doors, who hangs up ends the answer.
        """
        asking = self.owner.client.post(self.house.url + door.path, json=door.body, headers=self._headers())
        reply = await stack.enter_async_context(asking)
        assert reply.status == 200, await reply.text()
        heard = b""
        while not heard.endswith(b"\n\n") or "one " not in heard.decode():
            heard += await reply.content.readany()
        told = events(heard)
        return reply.headers.get("X-Palaver-Run") or told[0]["run_id"], told

    async def again(self, path: str, stack: AsyncExitStack) -> aiohttp.ClientResponse:
        """An open stream of what is told there."""
        asking = self.owner.client.get(self.house.url + path, headers=self._headers())
        reply = await stack.enter_async_context(asking)
        assert reply.status == 200, await reply.text()
        return reply


def events(heard: bytes) -> list[Any]:
    """The events of a stream, whole ones only."""
    data = [line[6:] for line in heard.decode().split("\n") if line.startswith("data: ")]
    return [json.loads(one) for one in data if one != "[DONE]"]


@pytest.fixture
async def world(open_house: Opening) -> World:
    """A server that waits long for its models."""
    house = await open_house(providers__fake__timeouts__idle="60", providers__fake__timeouts__first_token="60")
    return World(house, await house.owner())


@pytest.mark.timeout(120)
@keeps("doors:killed", "runs:kill:every-run-ends", "surfaces:responses:resume", "sockets:caught-up")
async def test_answers_that_were_begun_through_every_door_end_once_and_are_heard_whole(
    world: World, vendor: FakeVendor
) -> None:
    house, owner = world.house, world.owner
    vendor.next(*[Reply([said("one "), said("two "), Stall()])] * 8)
    async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE * 2):
        sock = await stack.enter_async_context(opened(owner))
        begun = dict(
            zip(DOORS, await asyncio.gather(*(world.begin(door, stack) for door in DOORS.values())), strict=True)
        )
        ack = await sock.answer("message", prompt="Count", model=MODEL)
        await sock.until("content")
        await _ask_over_mcp(world, stack)
        await vendor.asked(8)
        await house.kill()
    vendor.next(*[Reply([said("one "), said("two "), Stall(), said("three"), finish(), done()])] * 8)
    await house.start()
    async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE * 2):
        back = await stack.enter_async_context(opened(owner))
        place = {"run_id": ack["run_id"], "seq": sock.events()[-1]["seq"]}
        await back.answer("subscribe", session_id=ack["session_id"], after=place)
        await vendor.asked(16)
        chat = await world.again("/api/ai-sdk/chat/chat/stream", stack)
        run_id, before = begun["responses"]
        name, last = before[0]["response"]["id"], before[-1]["sequence_number"]
        response = await world.again(f"/v1/responses/{name}?stream=true&starting_after={last}", stack)
        vendor.release()
        told, rest = events(await chat.read()), events(await response.read())
        assert "".join(one["delta"] for one in told if one["type"] == "text-delta").endswith(FULL)
        assert [one["sequence_number"] for one in before + rest] == list(range(len(before + rest)))
        assert rest[-1]["response"]["output"][-1]["content"][0]["text"] == FULL
        await _heard(back, place["run_id"], sock, world)
    await _each_is_over_once(world, {run_id for run_id, _ in begun.values()} | {ack["run_id"]})
    run_id, before = begun["native"]
    rest = [event.data for event in await owner.whole(run_id, before[-1]["seq"])]
    assert before + rest == [event.data for event in await owner.whole(run_id)]


async def _ask_over_mcp(world: World, stack: AsyncExitStack) -> None:
    """A call of the tool `query` whose answer is not waited for."""
    wire = Wire(world.house, world.owner)
    await wire.begin()
    asked = wire.request("tools/call", name="query", arguments={"prompt": "Count", "model": MODEL})
    assert (await stack.enter_async_context(wire.asking(asked))).status == 200


async def _heard(back: Sock, run_id: str, before: Sock, world: World) -> None:
    """Both sockets together heard every event once."""
    await back.until(lambda said: said["type"] == "done" and said["run_id"] == run_id)
    whole = [event.data for event in await world.owner.whole(run_id)]
    assert before.events(run_id) + back.events(run_id) == whole


async def _each_is_over_once(world: World, known: set[str]) -> None:
    """Every run is over, each session idle with one question and one whole answer, and no run is there twice."""
    sessions = (await world.owner.get("/sessions"))["items"]
    assert len(sessions) == 8
    for session in sessions:
        await world.owner.until(f"/sessions/{session['id']}", lambda one: one["status"] == "idle")
        question, answer = await world.owner.messages(session["id"])
        assert (question["text"], answer["text"], answer["finish_reason"]) == ("Count", FULL, "stop")
    runs = {run_id for (run_id,) in world.house.rows("select id from runs")}
    assert known < runs
    assert len(runs) == 8
