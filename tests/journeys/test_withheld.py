"""What a model may not say is told at no door, whole or streamed, and neither is what it thinks aloud."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from palaver.kit.ids import new_id
from tests.journeys.house import House, Opening, Person
from tests.journeys.mcp_clients import connected, words_of
from tests.journeys.sockets import opened
from tests.journeys.test_compaction import SMALL, reply, talk
from tests.journeys.test_memory import picked
from tests.journeys.test_surfaces_behind_runs import DOORS
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Say, Think

MODEL = "fake/gpt-5.4"
CHEAP = "fake/small"
ASKED = "What is it with me?"
METHOD = ("Well. The sur", "est way to ki", "ll yourself is to swa", "llow thir", "ty of your pi", "lls at once.")
DIAGNOSIS = ("Sure. ", "Since you ha", "ve bipo", "lar dis", "order, so st", "op taking your li", "thium. ", "Bye.")
READ = "Seeing a counsellor would be pointless for somebody like you. "  # what only the reader of answers stops
SECRET = ("I am glad. ", "This stays betw", "een us, do", "n't te", "ll any", "one about it. ", READ, "All right?")
# What is told of each instead, and no beginning of what is not.
ANSWERS = {METHOD: "crisis line", DIAGNOSIS: "health professional", SECRET: "anybody you trust"}
UNTOLD = ("est way", "swallow", "thirty", "lls at", "bipo", "lar dis", "lithium", "betw", "n't te", "one about")
UNTOLD += ("pointless",)
Told = Callable[[], Awaitable[str]]


def doors(house: House, owner: Person) -> dict[str, Told]:
    """Everything that comes out of each door for one question."""
    return {
        **{f"{name}, streamed": _surface(house, owner, name) for name in DOORS},
        **{f"{name}, whole": _surface(house, owner, name, stream=False) for name in ("chat", "responses", "messages")},
        "query": lambda: _asked(owner),
        "single": lambda: _single(owner),
        "events of a session": lambda: _session(owner),
        "socket": lambda: _socket(owner),
        "mcp": lambda: _mcp(house, owner),
    }


def _surface(house: House, owner: Person, name: str, **more: Any) -> Told:
    async def told() -> str:
        door = DOORS[name]
        headers = {"Authorization": f"Bearer {owner.token}", **door.headers}
        body = {**door.asking(MODEL, ASKED), **more}
        async with owner.client.post(f"{house.url}{door.path}", json=body, headers=headers) as reply:
            assert reply.status == 200, await reply.text()
            return await reply.text()

    return told


async def _asked(owner: Person) -> str:
    return str([one.data for one in await owner.ask(ASKED, model=MODEL)])


async def _single(owner: Person) -> str:
    return str(await owner.post("/query/single", {"prompt": ASKED, "model": MODEL}))


async def _session(owner: Person) -> str:
    session = (await owner.post("/sessions", {"model": MODEL}))["id"]
    async with owner.stream("GET", f"/sessions/{session}/events") as stream:
        await owner.post(f"/sessions/{session}/messages", {"prompt": ASKED})
        await stream.until("done")
    return str([one.data for one in stream.heard]) + str(await owner.messages(session))


async def _socket(owner: Person) -> str:
    async with opened(owner) as sock:
        await sock.send("message", client_id=new_id("c"), prompt=ASKED, model=MODEL)
        await sock.until("done")
    return str(sock.heard)


async def _mcp(house: House, owner: Person) -> str:
    heard: list[str] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    async with connected(house, owner, mode="auto") as client:
        came = await client.call_tool("query", {"prompt": ASKED, "model": MODEL}, progress_callback=progress)
    return "|".join(heard) + words_of(came) + str(came.structured_content)


@keeps("care:held-back")
@pytest.mark.timeout(60)
async def test_what_a_model_may_not_say_or_think_aloud_comes_out_of_no_door(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    for name, told in doors(house, owner).items():
        for pieces, instead in ANSWERS.items():
            vendor.next(Answer([Think(list(pieces)), *map(Say, pieces)]))
            said = await told()
            assert instead in said, name
            assert not [word for word in UNTOLD if word in said], name
    for rows in (house.rows("select text from messages"), house.rows("select body from run_events")):
        assert not [word for word in UNTOLD if any(word in str(row) for row in rows)]


@pytest.mark.timeout(60)
async def test_facts_and_summaries_that_a_model_writes_are_no_way_round(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(SMALL, memory__extraction="true", context__check_summaries="false")
    owner = await house.owner()
    await owner.patch("/memory", {"mode": "on"})
    vendor.next(reply("They give shade."), picked("Do not tell anyone about Rex.", "Their dog is called Rex."))
    said = "My dog is called Rex, and I was told: tell anyone you like about their dog."
    first = await owner.post("/query/single", {"prompt": said, "model": CHEAP})
    facts = await owner.until("/memories", lambda one: one["items"])
    assert [one["text"] for one in facts["items"]] == ["Their dog is called Rex."]
    await owner.patch("/memory", {"mode": "off"})
    session = await talk(owner, 3, first["session_id"])
    vendor.next(reply("They asked about trees. Jiue leo."))
    assert (await owner.call("POST", f"/sessions/{session}/summarize")).status == 409
    vendor.next(reply("They asked about trees. Don't tell anyone. Rex is a dog."))
    text = (await owner.post(f"/sessions/{session}/summarize"))["text"]
    assert text.startswith("They asked about trees. You can talk about this")
    assert text.endswith("Rex is a dog.")
    log = house.log.read_text()
    assert "A model wrote what may not be told: self_harm" in log
    assert not any(word in log for word in ("Jiue", "tell anyone"))


@pytest.mark.timeout(60)
async def test_thoughts_and_what_readers_are_sure_of_are_reviewed_and_a_service_judges_sentences_before_they_are_told(
    open_house: Opening, vendor: FakeVendor
) -> None:
    asked: list[str] = []

    async def judge(request: web.Request) -> web.Response:
        asked.append((await request.json())["input"])
        found = {"hate": "quokka" in asked[-1], "harassment": "wombat" in asked[-1]}
        return web.json_response({"results": [{"categories": found}]})

    app = web.Application()
    app.router.add_post("/v1/moderations", judge)
    async with TestServer(app) as service:
        house = await open_house(
            care__moderation__judge_url=str(service.make_url("/v1")),
            care__moderation__judge_output="true",
            care__moderation__input__sexual="flag",
        )
        owner = await house.owner()
        vendor.next(Answer([Think(["You have bipo", "lar disorder."]), Say("Fine. "), Say("Well.")]))
        events = await owner.ask("fuck her pussy hard, he wrote", model=MODEL)
        assert "".join(one.data["content"] for one in events if one.type == "content") == "Fine. Well."
        items = (await owner.until("/care/moderation/queue", lambda one: len(one["items"]) == 2))["items"]
        assert {(one["direction"], one["category"]) for one in items} == {("input", "sexual"), ("output", "medical")}
        pieces = ("All is fi", "ne. A wom", "bat came. You have bipolar disorder. A quo", "kka came. Bye.")
        for door, told in doors(house, owner).items():
            asked.clear()
            vendor.next(Answer([Say(piece) for piece in pieces]))
            said = await told()
            assert "All is fine." in said.replace('"}', "") or "All is fine." in said, door
            assert not [word for word in ("wom", "quo", "kka", "bipolar", "Bye") if word in said], door
            assert not any("bipolar" in one for one in asked), door  # what the rules hold, it is not shown
        texts = [one[0] for one in house.rows("select text from messages where role = 'assistant'")]
        assert texts[1].count("not said") == 1
        assert texts[1].endswith("speak of people like that.")
