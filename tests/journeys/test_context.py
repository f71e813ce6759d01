"""What models saw, and what the next one would see, over real sockets."""

from tests.journeys.house import House, Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor

SMALL = """
[providers.fake.facts.small]
context_window = 8192
"""


@keeps("context:manifest")
async def test_every_answer_says_what_exactly_its_model_saw(owner: Person, vendor: FakeVendor) -> None:
    first = await owner.post("/query/single", {"prompt": "Hello", "temperature": 0.5, "system_prompt": "Be kind."})
    seen = await owner.get(f"/messages/{first['id']}/context")
    assert seen["message_id"] == first["id"]
    assert seen["session_id"] == first["session_id"]
    assert (seen["model"], seen["settings"]["temperature"]) == (first["model"], 0.5)
    told = vendor.heard[-1].body
    assert seen["tools"]["names"] == [tool["function"]["name"] for tool in told["tools"]]
    assert seen["messages"] == {
        "count": 1, "from_message_id": first["parent_id"], "to_message_id": first["parent_id"]
    }  # fmt: skip
    assert seen["instructions"]["characters"] == len(told["messages"][0]["content"])
    tokens = seen["tokens"]
    parts = ("instructions", "summary", "tools", "messages", "answer_so_far")
    assert tokens["total"] == sum(tokens.get(part, 0) for part in parts) > 100
    assert tokens["reported"] == 15


@keeps("context:manifest")
async def test_what_the_next_call_would_see_is_what_it_then_sees(owner: Person, vendor: FakeVendor) -> None:
    first = await owner.post("/query/single", {"prompt": "Hello"})
    before = len(vendor.heard)
    following = await owner.get(f"/sessions/{first['session_id']}/context")
    assert len(vendor.heard) == before
    second = await owner.post("/query/single", {"prompt": "And?", "session_id": first["session_id"]})
    seen = await owner.get(f"/messages/{second['id']}/context")
    assert (following["tools"], following["instructions"]) == (seen["tools"], seen["instructions"])
    assert following["messages"]["count"] == 2
    assert seen["messages"]["count"] == 3
    assert following["messages"]["from_message_id"] == seen["messages"]["from_message_id"]
    assert "message_id" not in following


@keeps("context:usage")
async def test_what_was_consumed_adds_up_by_day_model_and_session(house: House, owner: Person) -> None:
    answers = [await owner.post("/query/single", {"prompt": "Hello"}) for _ in range(3)]
    session, model = answers[0]["session_id"], answers[0]["model"]
    answers.append(await owner.post("/query/single", {"prompt": "And?", "session_id": session}))
    for by, parts in (("day", 1), ("model", 1), ("session", 3)):
        report = await owner.get("/usage", params={"by": by})
        assert len(report["items"]) == parts
        for name in ("input_tokens", "output_tokens", "cached_tokens"):
            spent = sum(answer["usage"][name] for answer in answers)
            assert report["total"][name] == sum(one["used"][name] for one in report["items"]) == spent
        assert report["total"]["answers"] == 4
    one = next(one for one in (await owner.get("/usage?by=session"))["items"] if one["key"] == session)
    assert one["used"]["input_tokens"] == (await owner.get(f"/sessions/{session}"))["usage"]["input_tokens"] == 20
    assert (await owner.get("/usage?by=model"))["items"][0]["key"] == model
    run = (await owner.get(f"/messages/{answers[0]['id']}/context"))["run_id"]
    assert (await owner.get(f"/runs/{run}"))["usage"] == answers[0]["usage"]
    assert (await owner.get("/usage?to=2020-01-01"))["items"] == []
    assert (await owner.get("/usage?from=2020-01-01T00:00:00Z"))["total"]["answers"] == 4
    assert (await owner.call("GET", "/usage?from=yesterday")).status == 422
    assert (await (await house.stranger()).get("/usage"))["items"] == []


async def test_contexts_of_others_are_not_found(house: House, owner: Person) -> None:
    first = await owner.post("/query/single", {"prompt": "Hello"})
    stranger = await house.stranger()
    for path in (f"/messages/{first['id']}/context", f"/sessions/{first['session_id']}/context"):
        assert (await stranger.call("GET", path)).status == 404
    assert (await owner.call("GET", f"/messages/{first['parent_id']}/context")).status == 404


async def test_a_manifest_goes_with_its_message(house: House, owner: Person) -> None:
    first = await owner.post("/query/single", {"prompt": "Hello"})
    assert house.count("manifests") == 1
    assert (await owner.call("DELETE", f"/messages/{first['id']}")).status == 204
    assert house.count("manifests") == 0


async def test_a_question_that_no_window_holds_is_refused_and_nobody_is_asked(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(SMALL)
    owner = await house.owner()
    before = len(vendor.heard)
    answer = await owner.call("POST", "/query/single", {"prompt": "word " * 9_000, "model": "fake/small"})
    assert answer.status == 422, answer.body
    assert "8192" in answer.json["detail"]
    assert len(vendor.heard) == before
