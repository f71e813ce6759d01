"""Sessions get a name after their first answer, over real sockets, and keep the one that a person gives."""

import pytest

from tests.journeys.house import Opening
from tests.journeys.test_compaction import reply
from tests.promises import keeps
from tests.vendor import FakeVendor

NAMED = "Shade Under Old Trees"


@keeps("context:titles")
async def test_a_session_is_named_after_its_first_answer_and_its_cost_is_counted(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(context__titles="true")).owner()
    vendor.next(reply("They give shade."), reply(f'"{NAMED}."\n'))
    first = await owner.post("/query/single", {"prompt": "What are trees for?"})
    session = await owner.until(f"/sessions/{first['session_id']}", lambda one: one["title"] == NAMED)
    assert session["title_source"] == "auto"
    assert "What are trees for?" in str(vendor.heard[-1].body["messages"])
    assert "They give shade." in str(vendor.heard[-1].body["messages"])
    assert session["usage"]["input_tokens"] == 200
    assert (await owner.get("/usage?by=session"))["total"]["input_tokens"] == 200
    await owner.post("/query/single", {"prompt": "And?", "session_id": session["id"]})
    assert len(vendor.heard) == 3


@keeps("context:titles")
async def test_who_listens_to_a_session_hears_its_new_name(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(context__titles="true")).owner()
    session = await owner.post("/sessions")
    assert session["title"] is None
    vendor.next(reply("They give shade."), reply(NAMED))
    async with owner.stream("GET", f"/sessions/{session['id']}/events") as stream:
        await owner.post("/query/single", {"prompt": "Trees?", "session_id": session["id"]})
        told = await stream.until("title")
    assert told.data["title"] == NAMED


@keeps("context:titles")
async def test_a_name_that_a_person_gave_is_never_overwritten(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(context__titles="true")).owner()
    session = await owner.post("/sessions", {"title": "Mine"})
    vendor.next(reply("They give shade."), reply(NAMED))
    await owner.post("/query/single", {"prompt": "Trees?", "session_id": session["id"]})
    await owner.post("/query/single", {"prompt": "And?", "session_id": session["id"]})
    assert (await owner.get(f"/sessions/{session['id']}"))["title"] == "Mine"
    assert len(vendor.heard) == 2


@pytest.mark.parametrize(
    "speech",
    ["", "Sure! Here is a name:\nTrees", "one two three four five six seven eight nine", "You Have Bipolar Disorder"],
)
async def test_what_is_no_name_is_not_taken_for_one(open_house: Opening, vendor: FakeVendor, speech: str) -> None:
    owner = await (await open_house(context__titles="true")).owner()
    vendor.next(reply("They give shade."), reply(speech))
    first = await owner.post("/query/single", {"prompt": "Trees?"})
    session = await owner.until(
        f"/sessions/{first['session_id']}", lambda one: one["usage"]["input_tokens"] == 200
    )  # fmt: skip
    assert session["title"] == "Trees?"
