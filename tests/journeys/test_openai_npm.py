"""OpenAI's own client for Node, unchanged, over Palaver."""

import pytest

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Person
from tests.journeys.node_clients import told
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(180)


@keeps("surfaces:unchanged")
async def test_chat_completions_from_node(house: House, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(says("Hello."), says("Hello again, at some length."))
    vendor.next(calls(call("a", "weather", city="Graz")), says("Sun, then."))
    key = (await owner.post("/api/v1/api-keys", {"name": "npm"}))["key"]
    saw = await told("openai_chat.mjs", url=house.url, key=key, model="fake/gpt-5.4")
    assert (saw["whole"], saw["streamed"], saw["ran"]) == ("Hello.", "Hello again, at some length.", "Sun, then.")
    assert (saw["pieces"] > 0, saw["usage"], saw["models"]) == (True, True, True)
    assert saw["failures"] == [[404, "model_not_found", "model"], [400, "invalid", "seed"]]
    (brought,) = (one for one in vendor.heard[-1].body["messages"] if one["role"] == "tool")
    assert "sun in Graz" in brought["content"]
