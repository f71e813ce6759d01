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
async def test_failures_are_as_the_client_knows_them_who_goes_ends_the_run_and_fifty_at_once_get_fifty_answers(
    house: House, owner: Person, client: str
) -> None:
    seen = await saw(house, owner, "rest", client)
    assert seen["statuses"] == [[401, 404, 400, 502, 502]] * 2
    assert (seen["half"], seen["broken"], seen["cancelled"]) == ("part 0 part 1 part 2 ", True, True)
    assert seen["texts"] == ["part 0 part 1 part 2 "]
    talks = (await owner.get("/sessions?limit=100"))["items"]
    asked = {one["title"]: one for one in talks}
    assert len(asked) == 51  # `Number 0` to `Number 49`, and all that failed began alike
    assert all(one["message_count"] == 2 for title, one in asked.items() if title.startswith("Number"))
    left = [one for one in talks if one["model"] == "fake/fake-n500-d20"]
    (gone,) = left
    await owner.until(f"/sessions/{gone['id']}", lambda session: session["active_run_id"] is None)
    last = (await owner.messages(gone["id"]))[-1]
    assert (last["status"], last["finish_reason"]) == ("partial", "interrupted")
