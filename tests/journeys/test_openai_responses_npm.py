"""OpenAI's own client for Node, unchanged, over Palaver's responses and conversations."""

import pytest

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Person
from tests.journeys.node_clients import told
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(180)


async def test_responses_from_node(house: House, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(says("Hello."), says("Hello again, at some length."))
    vendor.next(calls(call("a", "weather", city="Graz")), says("Sun, then."))
    key = (await owner.post("/api/v1/api-keys", {"name": "npm"}))["key"]
    saw = await told("openai_responses.mjs", url=house.url, key=key, model="fake/gpt-5.4", slow="fake/fake-n2000-d50")
    assert (saw["whole"], saw["streamed"], saw["ran"]) == ("Hello.", "Hello again, at some length.", "Sun, then.")
    assert saw["pieces"] == saw["streamed"]
    assert saw["resumed"] == list(range(3, 3 + len(saw["resumed"])))
    assert saw["items"] == ["message", "function_call", "function_call_output", "message"]
    assert saw["background"] == [True, "cancelled"]
    assert saw["failures"] == [
        [404, "model_not_found", "model"],
        [400, "invalid", "store"],
        [400, "invalid", "previous_response_id"],
    ]
