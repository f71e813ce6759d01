"""Anthropic's own client for Node, unchanged, over Palaver."""

import pytest

from tests.journeys.acting import call, calls, says
from tests.journeys.house import House, Person
from tests.journeys.node_clients import told
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Drop, Reply, chunk, said, stream

pytestmark = pytest.mark.timeout(180)


@keeps("surfaces:unchanged")
async def test_messages_from_node(house: House, owner: Person, vendor: FakeVendor) -> None:
    thought = stream("Hello again, ", "at some length.", usage={"prompt_tokens": 9, "completion_tokens": 5})
    vendor.next(says("Hello."), Reply([chunk({"reasoning_content": "Hm."}), *thought.steps]))
    vendor.next(calls(call("a", "weather", city="Graz"), call("b", "weather", city="Wien")), says("Sun, then."))
    vendor.next(Reply([said("Goats"), Drop()]))
    key = (await owner.post("/api/v1/api-keys", {"name": "npm"}))["key"]
    saw = await told("anthropic.mjs", url=house.url, key=key, model="fake/gpt-5.4")
    assert saw["whole"] == [{"type": "text", "text": "Hello."}]
    assert (saw["streamed"], saw["said"]) == (["thinking", "text"], "Hello again, at some length.")
    assert (saw["pieces"] > 0, saw["usage"], saw["stop"], saw["ran"]) == (True, True, "end_turn", "Sun, then.")
    assert saw["failures"] == [
        [404, "NotFoundError", "not_found_error", True],
        [400, "BadRequestError", "invalid_request_error", True],
        [400, "BadRequestError", "invalid_request_error", True],
    ]
    assert (saw["half"], saw["end"]) == ("Goats", "api_error")
    assert (saw["counted"] > 0, saw["models"]) == (True, True)
    results = [body for heard in vendor.heard for body in heard.body["messages"] if body["role"] == "tool"]
    assert ["sun in Graz" in results[0]["content"], "sun in Wien" in results[1]["content"]] == [True, True]
