"""Long conversations stay within their model's window, and lose nothing: summaries over real sockets."""

import asyncio
import contextlib
from typing import Any

import aiohttp

from tests.journeys.hook_receivers import OPEN, SECRETS, operator, receiving
from tests.journeys.house import Opening, Person
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.script import Reply, Stall, said, stream

WINDOW = 8_192
SMALL = f"""
[providers.fake.facts.small]
context_window = {WINDOW}
input_usd_per_mtok = 1.0
output_usd_per_mtok = 2.0
"""
FACT = "The cat is called Zanzibar, and the code of the door is 4711."


def usage(body: int, words: int) -> dict[str, int]:
    return {"prompt_tokens": body, "completion_tokens": words, "total_tokens": body + words}


def reply(text: str) -> Any:
    return stream(text, usage=usage(100, 10))


async def talk(
    owner: Person, turns: int, session: str | None = None, *, model: str = "fake/small", prompt: str | None = None
) -> str:
    for number in range(turns):
        more = {"session_id": session} if session else {}
        usual = f"Question {number}: {FACT}" if number == 0 else f"Question {number}?"
        said = {"prompt": prompt or usual, "model": model}
        session = (await owner.post("/query/single", said | more))["session_id"]
    assert session is not None
    return session


@keeps("context:compaction")
async def test_a_summary_that_is_asked_for_stands_for_all_but_the_last_two_exchanges(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(SMALL)).owner()
    session = await talk(owner, 5)
    before = await owner.messages(session)
    vendor.next(reply(f"They said: {FACT}"), reply("OK."))
    summary = await owner.post(f"/sessions/{session}/summarize", {"focus": "the cat"})
    receipt = summary["summary"]
    assert (summary["role"], summary["text"]) == ("system", f"They said: {FACT}")
    assert (receipt["from_message_id"], receipt["to_message_id"]) == (before[0]["id"], before[5]["id"])
    assert (receipt["messages"], receipt["checked"], receipt["focus"]) == (6, True, "the cat")
    assert FACT in str(vendor.heard[-2].body)
    assert "the cat" in str(vendor.heard[-2].body)
    after = await owner.messages(session)
    assert [one["id"] for one in after] == [*(one["id"] for one in before), summary["id"]]
    assert summary["usage"]["input_tokens"] == 200
    following = await owner.get(f"/sessions/{session}/context")
    assert (following["summary_id"], following["summarized"], following["messages"]["count"]) == (summary["id"], 6, 4)
    answer = await owner.post("/query/single", {"prompt": "Who?", "session_id": session, "model": "fake/small"})
    told = vendor.heard[-1].body["messages"]
    assert FACT in told[0]["content"]
    assert told[1]["content"] == "Question 3?"
    assert len(told) == 1 + 4 + 1
    assert answer["parent_id"] == (await owner.messages(session))[-2]["id"]
    assert (await owner.get(f"/sessions/{session}/summaries"))["items"] == [summary]
    assert (await owner.call("PATCH", f"/messages/{summary['id']}", {"text": "No."})).status == 422


@keeps("context:compaction")
async def test_what_the_second_look_misses_is_repaired_once(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(SMALL)).owner()
    session = await talk(owner, 3)
    vendor.next(reply("A cat."), reply(FACT))
    summary = await owner.post(f"/sessions/{session}/summarize")
    assert (summary["text"], summary["summary"]["repaired"]) == (FACT, True)


@keeps("context:compaction-harmless")
async def test_a_summary_that_fails_changes_nothing_and_says_so(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(SMALL)).owner()
    session = await talk(owner, 2)
    nothing = await owner.call("POST", f"/sessions/{session}/summarize")
    assert (nothing.status, nothing.json["code"]) == (409, "conflict")
    await talk(owner, 1, session)
    before = await owner.messages(session)
    await owner.patch(f"/sessions/{session}", {"model": "fake/fake-h400"})
    failed = await owner.call("POST", f"/sessions/{session}/summarize")
    assert failed.status == 422, failed.body
    assert await owner.messages(session) == before
    assert (await owner.get(f"/sessions/{session}"))["status"] == "idle"


def stalled() -> Reply:
    return Reply([said("They"), Stall()])


@keeps("context:compaction-holds")
async def test_a_summary_holds_the_session_and_can_be_interrupted(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(SMALL)).owner()
    session = await talk(owner, 3)
    before = await owner.messages(session)
    vendor.next(stalled())
    async with asyncio.TaskGroup() as tasks:
        summing = tasks.create_task(owner.call("POST", f"/sessions/{session}/summarize"))
        await vendor.asked(4)
        busy = await owner.call("POST", "/query/single", {"prompt": "And?", "session_id": session})
        assert (busy.status, busy.json["code"]) == (409, "session_busy")
        assert (await owner.call("POST", f"/sessions/{session}/summarize")).json["code"] == "session_busy"
        assert (await owner.get(f"/sessions/{session}"))["status"] == "running"
        await owner.post(f"/sessions/{session}/interrupt")
    assert (summing.result().status, summing.result().json["code"]) == (409, "conflict")
    assert await owner.messages(session) == before
    assert (await owner.get(f"/sessions/{session}"))["status"] == "idle"


@keeps("context:compaction-killed")
async def test_a_server_that_is_killed_while_it_sums_up_sums_up_after_the_restart(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(SMALL)
    owner = await house.owner()
    session = await talk(owner, 3)
    before = await owner.messages(session)
    vendor.next(stalled())
    body = {"headers": {"Authorization": f"Bearer {owner.token}"}, "json": {}}
    with contextlib.suppress(aiohttp.ClientError):
        async with asyncio.TaskGroup() as tasks:
            url = f"{owner.url}/api/v1/sessions/{session}/summarize"
            tasks.create_task(dropped(owner.client, url, body))
            await vendor.asked(4)
            await house.kill()
    vendor.next(reply("They said nothing."), reply("OK"))
    await house.start()
    await owner.until(f"/sessions/{session}", lambda one: one["status"] == "idle")
    after = await owner.messages(session)
    assert after[:-1] == before
    assert (after[-1]["text"], after[-1]["summary"]["messages"]) == ("They said nothing.", 2)
    assert house.rows("select count(*) from runs where state <> 'over'") == [(0,)]


async def dropped(client: aiohttp.ClientSession, url: str, more: Any) -> None:
    with contextlib.suppress(aiohttp.ClientError):
        async with client.post(url, **more) as answer:
            await answer.read()


@keeps("context:compaction-killed")
async def test_a_turn_that_is_killed_while_it_sums_up_has_its_summary_and_its_answer_once(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(SMALL)
    owner = await house.owner()
    session = await talk(owner, 4)
    vendor.next(reply("long " * 7_000), stalled())
    await owner.post("/query/single", {"prompt": "Much?", "session_id": session, "model": "fake/small"})
    run = await owner.post(f"/sessions/{session}/messages", {"prompt": "So?", "model": "fake/small"})
    await vendor.asked(6)
    await house.kill()
    vendor.next(reply("They said nothing."), reply("OK"), reply("So."))
    await house.start()
    events = await owner.whole(run["id"])
    assert [one.type for one in events if one.type in {"compacted", "message", "done"}] == [
        "compacted", "message", "done"
    ]  # fmt: skip
    messages = await owner.messages(session)
    assert [one["role"] for one in messages[-3:]] == ["system", "user", "assistant"]
    assert [one["parent_id"] for one in messages[1:]] == [one["id"] for one in messages[:-1]]
    assert messages[-1]["text"] == "So."


@keeps("context:compaction-undo")
async def test_a_summary_that_is_deleted_gives_the_originals_back(open_house: Opening, vendor: FakeVendor) -> None:
    owner = await (await open_house(SMALL)).owner()
    session = await talk(owner, 4)
    before = await owner.messages(session)
    vendor.next(reply("Short."), reply("OK"))
    summary = await owner.post(f"/sessions/{session}/summarize")
    assert (await owner.call("DELETE", f"/messages/{summary['id']}")).status == 204
    assert await owner.messages(session) == before
    assert (await owner.get(f"/sessions/{session}/context"))["messages"]["count"] == 8


@keeps("context:compaction-undo")
async def test_a_summary_that_others_stand_below_is_taken_back_and_they_stay(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(SMALL)).owner()
    session = await talk(owner, 4)
    vendor.next(reply("Short."), reply("OK"))
    summary = await owner.post(f"/sessions/{session}/summarize")
    await owner.post("/query/single", {"prompt": "And then?", "session_id": session})
    assert (await owner.get(f"/sessions/{session}/context"))["messages"]["count"] == 6
    assert (await owner.call("DELETE", f"/messages/{summary['id']}")).status == 204
    messages = await owner.messages(session)
    assert messages[8]["summary"]["undone"]
    assert messages[9]["text"] == "And then?"
    following = await owner.get(f"/sessions/{session}/context")
    assert following["messages"]["count"] == 10
    assert "summary_id" not in following


@keeps("context:compaction")
async def test_a_fork_is_told_the_summary_of_the_session_that_it_was_forked_off(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(SMALL)).owner()
    session = await talk(owner, 4)
    vendor.next(reply("Short."), reply("OK"))
    await owner.post(f"/sessions/{session}/summarize")
    fork = (await owner.post(f"/sessions/{session}/fork"))["id"]
    following = await owner.get(f"/sessions/{fork}/context")
    assert (following["summarized"], following["messages"]["count"]) == (4, 4)
    await talk(owner, 3, fork)
    vendor.next(reply("Shorter."), reply("OK"))
    summary = await owner.post(f"/sessions/{fork}/summarize")
    assert "Short." in str(vendor.heard[-2].body)
    assert summary["summary"]["messages"] == 4 + 6
    assert (await owner.get(f"/sessions/{session}/context"))["summarized"] == 4


@keeps("context:compaction")
async def test_what_would_not_be_considered_any_more_is_summed_up_before(
    open_house: Opening, vendor: FakeVendor
) -> None:
    owner = await (await open_house(runs__history_messages="10")).owner()
    vendor.always = _answer
    session: str | None = None
    for number in range(14):
        more = {"session_id": session} if session else {}
        prompt = FACT if not number else f"Question {number}?"
        session = (await owner.post("/query/single", {"prompt": prompt, **more}))["session_id"]
        assert FACT in str(vendor.heard[-1].body["messages"])


async def test_what_is_built_in_cannot_sum_up_and_picks_sentences(owner: Person) -> None:
    session = await talk(owner, 4, model="builtin/guide")
    summary = await owner.post(f"/sessions/{session}/summarize")
    assert FACT.partition(",")[0] in summary["text"]
    assert summary["summary"]["extractive"]
    assert "checked" not in summary["summary"]


LONG = "Tell me about trees and villages. " * 100


@keeps("context:compaction-harmless")
async def test_a_summary_that_fails_before_a_turn_is_told_and_the_turn_goes_on(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(SMALL, context__summary_model="fake/fake-h400")
    owner = await house.owner()
    session = await talk(owner, 3, prompt=LONG)
    before = await owner.messages(session)
    events = await owner.ask(LONG * 3, session_id=session, model="fake/small")
    (notice,) = [one for one in events if one.type == "notice"]
    assert notice.data["code"] == "compaction_failed"
    assert events[-1].data["finish_reason"] == "stop"
    assert (await owner.messages(session))[:-2] == before


@keeps("hooks:every-event")
async def test_hooks_hear_of_a_summary_before_it_is_written(open_house: Opening, vendor: FakeVendor) -> None:
    async with receiving() as receiver:
        heard = receiver.says("operator", {})
        owner = await (await open_house(SMALL + OPEN + operator("PreCompact", heard, SECRETS["operator"]))).owner()
        session = await talk(owner, 3, prompt=LONG)
        vendor.next(reply("Short."), reply("OK"))
        await owner.post(f"/sessions/{session}/summarize")
        assert [said["kind"] for _, said, _, _ in receiver.asked] == ["asked"]
        vendor.always = _answer
        await talk(owner, 1, session, prompt=LONG)
        events = await owner.ask(LONG * 2, session_id=session, model="fake/small")
        assert [one.type for one in events if one.type in {"hook", "compacted"}] == ["hook", "compacted"]
        assert {said["kind"] for _, said, _, _ in receiver.asked[1:]} == {"full"}


def _answer(body: dict[str, Any]) -> Any:
    text = str(body["messages"])
    if "You sum up" in text:
        return reply(FACT if FACT in text else "Trees.")
    if "You compare" in text:
        return reply("OK")
    return reply("Trees give shade to those who talk. " * 6)
