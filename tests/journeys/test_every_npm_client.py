"""Every client of models from npm, unchanged, with the same work, the same failures, and fifty at once."""

from typing import Any

import pytest

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Person
from tests.journeys.node_clients import told
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(180)

CLIENTS = ("chat", "responses", "anthropic", "ai_chat", "ai_responses")


async def saw(house: House, owner: Person, part: str, client: str) -> Any:
    """What one client saw in one part of the script."""
    key = (await owner.post("/api/v1/api-keys", {"name": client}))["key"]
    return await told("every_client.mjs", url=house.url, key=key, client=client, part=part)


@pytest.mark.parametrize("client", CLIENTS)
async def test_text_streams_parallel_tools_images_and_forms(
    house: House, owner: Person, vendor: FakeVendor, client: str
) -> None:
    both = calls(call("a", "weather", city="Graz"), call("b", "weather", city="Wien"), text="Let me see.")
    vendor.next(says("Hello."), says("Hello at some length."), both, says("Sun everywhere."))
    vendor.next(calls(call("c", "weather", city="Linz"), call("d", "weather", city="Ried")), says("A pixel."))
    vendor.next(says('{"n": 3}'), says('{"n": "none"}'), says('{"n": 4}'))
    seen = await saw(house, owner, "work", client)
    assert (seen["text"], seen["used"]) == ("Hello.", True)
    assert seen["streamed"] == ["Hello at some length."] * 2
    assert (seen["calls"], seen["ran"]) == ([["a", "Graz"], ["b", "Wien"]], "Sun everywhere.")
    assert (seen["again"], seen["seen"], seen["formed"]) == (["Linz", "Ried"], "A pixel.", [{"n": 3}, {"n": 4}])
    brought = [one["content"] for one in vendor.heard[3].body["messages"] if one["role"] == "tool"]
    assert ["sun in Graz" in brought[0], "sun in Wien" in brought[1]] == [True, True]
    assert any(one["type"] == "image_url" for one in vendor.heard[5].body["messages"][-1]["content"])
    talks = sorted(one["message_count"] for one in (await owner.get("/sessions"))["items"])
    assert talks == [2, 2, 2, 10]  # what is sent again is found again, results of calls and all


@pytest.mark.parametrize("client", CLIENTS)
async def test_failures_come_as_the_client_knows_them_and_who_goes_ends_the_run(
    house: House, owner: Person, client: str
) -> None:
    seen = await saw(house, owner, "failures", client)
    assert seen["statuses"] == [[401, 404, 400, 502, 502]] * 2
    assert (seen["half"], seen["broken"], seen["cancelled"]) == ("part 0 part 1 part 2 ", True, True)
    (left, *_) = (await owner.get("/sessions"))["items"]
    await owner.until(f"/sessions/{left['id']}", lambda session: session["active_run_id"] is None)
    last = (await owner.messages(left["id"]))[-1]
    assert (last["status"], last["finish_reason"]) == ("partial", "interrupted")


@pytest.mark.parametrize("client", CLIENTS)
async def test_fifty_at_once_get_fifty_answers(house: House, owner: Person, client: str) -> None:
    seen = await saw(house, owner, "many", client)
    assert seen["texts"] == ["part 0 part 1 part 2 "]
    page = await owner.get("/sessions?limit=100")
    assert [one["message_count"] for one in page["items"]] == [2] * 50
