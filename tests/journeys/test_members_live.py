"""Sessions of several people while they talk: the same through every door, and what is one person's stays theirs."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.journeys.acting import ask_until_waiting, bash, call, calls, decided, says
from tests.journeys.house import Answer, House, Opening, Person
from tests.journeys.rooms import Room, opened_room
from tests.journeys.sockets import ANY, Sock, opened
from tests.journeys.streams import PATIENCE
from tests.promises import keeps
from tests.unit.webhooks.receiving import receiving
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

MODEL = "fake/fake-n3-d1"
DATED = {"anthropic-version": "2023-06-01"}


@pytest.fixture
async def room(house: House) -> Room:
    """One turn was asked in it, by its owner."""
    return await opened_room(house)


async def elsewhere(person: Person, path: str, body: dict[str, Any], **headers: str) -> Answer:
    """One request to a door of another protocol."""
    who = {"Authorization": f"Bearer {person.token}"}
    async with (
        asyncio.timeout(PATIENCE),
        person.client.post(person.url + path, json=body, headers=who | headers) as reply,
    ):
        return Answer(reply.status, dict(reply.headers), await reply.read(), str(reply.url))


def foreign_doors(room: Room) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    """A question to the session at each door of another protocol: its body and headers."""
    said = [{"role": "user", "content": "from elsewhere"}]
    here = {"X-Palaver-Session": room.session_id}
    part = {"type": "text", "text": "from elsewhere"}
    return {
        "/v1/chat/completions": ({"model": MODEL, "messages": said}, here),
        "/v1/messages": ({"model": MODEL, "max_tokens": 100, "messages": said}, here | DATED),
        "/v1/responses": ({"model": MODEL, "input": "from elsewhere", "metadata": {"session_id": room.session_id}}, {}),
        "/api/ai-sdk/chat": (
            {"id": room.session_id, "model": MODEL, "messages": [{"id": "m1", "role": "user", "parts": [part]}]},
            {},
        ),
        "/ag-ui": (
            {
                "threadId": room.session_id,
                "runId": "r1",
                "state": {},
                "messages": [{"id": "m1", "role": "user", "content": "from elsewhere"}],
                "tools": [],
                "context": [],
                "forwardedProps": {"model": MODEL},
            },
            {},
        ),
    }


def order(told: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    """Which events were heard, in which order; pieces of text are told in one or in several."""
    return [(one["run_id"], one["seq"], one["type"]) for one in told if one["type"] != "content"]


async def hears(sock: Sock, dones: int) -> list[dict[str, Any]]:
    """Everything up to so many ends of runs."""
    while [one["type"] for one in sock.events()].count("done") < dones:
        await sock.next()
    return sock.events()


@keeps("members:order")
async def test_whoever_asks_through_whichever_door_all_hear_the_same_in_the_same_order(room: Room) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(opened(room["owner"], f"/ws/chat/{room.session_id}"))
        two = await stack.enter_async_context(opened(room["viewer"]))
        stream = await stack.enter_async_context(room["editor"].stream("GET", f"{room.path}/events"))
        await one.until("presence")
        await two.answer("subscribe", session_id=room.session_id)
        await one.answer("message", "m1", prompt="by socket", model=MODEL)
        await hears(one, 1)
        await room["editor"].post(f"{room.path}/messages", {"prompt": "by REST", "model": MODEL})
        await hears(one, 2)
        doors = foreign_doors(room)
        for number, (path, (body, headers)) in enumerate(doors.items()):
            answer = await elsewhere(room["editor"], path, body, **headers)
            assert answer.status == 200, (path, answer.body)
            await hears(one, 3 + number)
        count = 2 + len(doors)
        told = await hears(one, count)
        async with asyncio.timeout(PATIENCE):
            while [event.type for event in stream.heard].count("done") < count:
                await stream.next()
        assert order(await hears(two, count)) == order(told) == order([event.data for event in stream.heard])
        by = [event["author"]["user_id"] for event in told if event["type"] == "run"]
        assert by == [room.ids["owner"]] + [room.ids["editor"]] * (count - 1)
        words = ["".join(event.get("content", "") for event in of) for of in (told, two.events())]
        assert words[0] == words[1] != ""


@keeps("members:roles")
async def test_who_may_only_read_writes_through_no_door_and_strangers_find_nothing(
    room: Room, vendor: FakeVendor
) -> None:
    vendor.next(calls(bash("c1")))
    waiting = await ask_until_waiting(room["owner"], "go", session_id=room.session_id)
    run_id = waiting[0].data["run_id"]
    before = await room["owner"].messages(room.session_id)
    heard = len(vendor.heard)
    for role, status, code in (
        ("viewer", 403, "forbidden"),
        ("stranger", 404, "not_found"),
        ("removed", 404, "not_found"),
    ):
        for path, (body, headers) in foreign_doors(room).items():
            answer = await elsewhere(room[role], path, body, **headers)
            assert answer.status == status, (role, path, answer.status, answer.body)
        async with opened(room[role]) as sock:
            ack = await sock.answer("subscribe", "s", session_id=room.session_id)
            assert ack.get("code") == (None if role == "viewer" else "not_found")
            for kind, fields in {
                "message": {"prompt": "hello"},
                "answer": {"decision": "approve"},
                "interrupt": {},
                "control": {"model": MODEL},
                "typing": {"on": True},
            }.items():
                refused = await sock.answer(kind, kind, session_id=room.session_id, **fields)
                assert refused.get("code") == code, (role, kind, refused)
            refused = await sock.answer("answer", "a2", run_id=run_id, call_id="c1", decision="approve")
            assert refused.get("code") == code, (role, refused)
        for path, body in {
            f"/runs/{run_id}/answers": {"call_id": "c1", "decision": "approve"},
            f"{room.path}/answer": {"decision": "approve"},
        }.items():
            assert (await room[role].call("POST", path, body)).status == status, (role, path)
        assert (await room[role].get("/approvals"))["items"] == []
    assert await room["owner"].messages(room.session_id) == before
    assert len(vendor.heard) == heard


@keeps("members:own")
@pytest.mark.parametrize(("asks", "other"), [("owner", "editor"), ("editor", "owner")])
async def test_what_an_agent_would_do_is_allowed_by_whoever_asked_and_rejected_by_everybody_who_writes(
    room: Room, vendor: FakeVendor, asks: str, other: str
) -> None:
    vendor.next(calls(bash("c1")))
    run_id = (await ask_until_waiting(room[asks], "go", session_id=room.session_id))[0].data["run_id"]
    assert [one["run_id"] for one in (await room[asks].get("/approvals"))["items"]] == [run_id]
    assert (await room[other].get("/approvals"))["items"] == []
    said = {"call_id": "c1", "decision": "approve"}
    for path in (f"/runs/{run_id}/answers", f"{room.path}/answer"):
        refused = await room[other].call("POST", path, said | {"remember": "session"})
        assert refused.status == 403, (asks, path, refused.body)
    assert (await room[other].get("/grants"))["items"] == []
    vendor.next(calls(bash("c2")))
    async with room[asks].follow(run_id) as stream:
        assert (await room[asks].post(f"/runs/{run_id}/answers", said))["state"] == "approved"
        await stream.until(lambda event: event.type == "approval" and event.data["call_id"] == "c2")
        vendor.next(says("done"))
        rejected = {"call_id": "c2", "decision": "reject"}
        assert (await room[other].post(f"/runs/{run_id}/answers", rejected))["state"] == "rejected"
        await stream.until("done")


async def test_a_session_that_was_begun_by_hand_outlives_what_is_refused_in_it(room: Room) -> None:
    session = await room["owner"].post("/sessions", {"title": "Plans"})
    assert (await room["owner"].call("PUT", f"/sessions/{session['id']}/files/a.txt", data=b"plans")).status == 200
    empty = Room(session["id"], room.people, room.ids, [])
    for path in ("/api/ai-sdk/chat", "/ag-ui"):
        body, headers = foreign_doors(empty)[path]
        body = json.loads(json.dumps(body).replace(MODEL, "nobody/knows"))
        refused = await elsewhere(room["owner"], path, body, **headers)
        assert 400 <= refused.status < 500, (path, refused)
    assert (await room["owner"].get(f"/sessions/{session['id']}"))["title"] == "Plans"


@keeps("members:cut-off")
async def test_somebody_who_is_shown_out_is_off_every_socket_at_once_and_the_others_see_it(room: Room) -> None:
    async with (
        opened(room["owner"], f"/ws/chat/{room.session_id}") as owner,
        opened(room["editor"], f"/ws/chat/{room.session_id}") as chat,
        opened(room["editor"]) as other,
    ):
        await owner.until(lambda said: said["type"] == "presence" and len(said["users"]) == 2)
        await other.answer("subscribe", session_id=room.session_id)
        await other.answer("typing", "t", session_id=room.session_id, on=True)
        assert (await owner.until("typing"))["user_id"] == room.ids["editor"]
        gone = await room["owner"].call("DELETE", f"{room.path}/members", params={"user_id": room.ids["editor"]})
        assert gone.status == 204
        assert (await owner.until("member_left"))["user_id"] == room.ids["editor"]
        assert (await owner.until("typing"))["on"] is False
        assert [one["user_id"] for one in (await owner.until("presence"))["users"]] == [room.ids["owner"]]
        assert await chat.closed() == 4403
        assert (await other.until("unsubscribed"))["reason"] == "removed"
        assert (await other.answer("message", "m", session_id=room.session_id, prompt="still here?"))[
            "code"
        ] == "not_found"
        assert (await other.answer("subscribe", "s", session_id=room.session_id))["code"] == "not_found"
        await owner.answer("message", "m1", prompt="are they gone?", model=MODEL)
        await owner.until("done")
        await other.answer("ping", "p")
        assert [said for said in other.events() if said["session_id"] == room.session_id] == []


@keeps("sockets:presence")
async def test_who_comes_who_is_there_and_who_has_read_is_told_to_everybody(room: Room) -> None:
    message = next(event for event in room.events if event.type == "run").data["message_id"]
    made = await room["owner"].post(f"{room.path}/invitations", {"role": "viewer"})
    async with opened(room["owner"], f"/ws/chat/{room.session_id}") as owner:
        await owner.until("presence")
        joined = await room["stranger"].post("/invitations/accept", {"token": made["token"]})
        assert joined["role"] == "viewer"
        told = await owner.until("member_joined")
        assert (told["person"], told["role"]) == ({"user_id": room.ids["stranger"], "name": "Ada"}, "viewer")
        async with opened(room["stranger"], f"/ws/chat/{room.session_id}"):
            there = await owner.until("presence")
            assert {one["user_id"] for one in there["users"]} == {room.ids["owner"], room.ids["stranger"]}
            async with opened(room["stranger"], ANY) as second:
                await second.answer("subscribe", session_id=room.session_id)
                await room["stranger"].post(f"{room.path}/read", {"message_id": message})
                mark = await owner.until("read")
                assert (mark["user_id"], mark["message_id"]) == (room.ids["stranger"], message)
        there = await owner.until("presence")
        assert [one["user_id"] for one in there["users"]] == [room.ids["owner"]]
        assert [said["type"] for said in owner.heard].count("presence") == 3  # two windows were one presence
        await room["owner"].post(f"{room.path}/members", {"user_id": room.ids["viewer"], "role": "editor"})
        assert (await owner.until("member_joined"))["role"] == "editor"


@keeps("members:own")
async def test_what_is_one_persons_alone_stays_out_of_what_others_ask(
    room: Room, house: House, vendor: FakeVendor
) -> None:
    for role, word in (("owner", "kingfisher"), ("editor", "marmalade")):
        await room[role].post("/memories", {"text": f"Likes the {word} on the wall."})
    for role, word, foreign in (("owner", "kingfisher", "marmalade"), ("editor", "marmalade", "kingfisher")):
        before = {one: await spent(room[one]) for one in ("owner", "editor")}
        await room[role].ask("What do I like on the wall?", session_id=room.session_id, model=MODEL)
        told = str(vendor.heard[-1].body)
        assert (word in told, foreign in told) == (True, False)
        rose = {one: await spent(room[one]) > before[one] for one in before}
        assert rose == {one: one == role for one in before}


@keeps("members:own")
async def test_the_owners_webhooks_hear_of_what_others_ask_and_say_and_nobody_elses_do(open_house: Opening) -> None:
    async with receiving() as owners, receiving() as editors:
        room = await opened_room(await open_house(webhooks__allow_http="true", webhooks__allow_private="true"))
        hooks = {
            role: await room[role].post("/webhooks", {"url": receiver.url, "events": ["*"]})
            for role, receiver in (("owner", owners), ("editor", editors))
        }
        await room["editor"].ask("from the editor", session_id=room.session_id, model=MODEL)
        await room["editor"].patch(room.path, {"title": "Ours"})
        for role, webhook in hooks.items():
            await room[role].until(f"/webhooks/{webhook['id']}", lambda found: found["waiting"] == 0)
        told = [json.loads(body) for _, body in owners.heard]
        names = ["message.created", "run.started", "message.created", "run.finished", "session.title_changed"]
        assert [one["type"] for one in told] == names
        assert told[0]["data"]["message"]["author"]["user_id"] == room.ids["editor"]
        assert editors.heard == []


@keeps("members:own")
async def test_no_owner_lets_facts_be_picked_from_what_others_say(open_house: Opening, vendor: FakeVendor) -> None:
    room = await opened_room(await open_house(memory__extraction="true"))
    await room["owner"].patch(room.path, {"settings": {"memory": "on"}})
    before = len(vendor.heard)
    vendor.next(says("Fine."))
    await room["editor"].ask("I live in Kisumu, on the lake.", session_id=room.session_id)
    vendor.next(says("Fine."), says(json.dumps({"facts": ["I live in Lamu."]})))
    await room["owner"].ask("I live in Lamu, on the island.", session_id=room.session_id)
    (fact,) = (await room["owner"].until("/memories", lambda found: found["items"]))["items"]
    assert fact["text"] == "I live in Lamu."
    assert len(vendor.heard) == before + 3  # two turns, one of them looked at
    assert (await room["editor"].get("/memories"))["items"] == []


async def spent(person: Person) -> int:
    """What somebody has asked for so far, in tokens."""
    total = (await person.get("/usage"))["total"]
    return total["input_tokens"] + total["output_tokens"]


async def answers_for_somebody(room: Room, vendor: FakeVendor) -> None:
    """What somebody else answers to the agent's question is theirs, and so is all that follows of it."""
    asker, other = room["owner"], room["editor"]
    vendor.next(calls(call("q", "AskUserQuestion", questions=[{"header": "H", "question": "How are you all?"}])))
    run_id = (await ask_until_waiting(asker, "ask", session_id=room.session_id, model="fake/gpt-5.4"))[0].run_id
    vendor.next(says("I am here, too."))
    await decided(other, run_id, "q", "answer", answers=[["Nataka kujiua leo usiku"]])
    theirs, askers = [[one.data for one in await person.whole(run_id)] for person in (other, asker)]
    (care,) = [one for one in theirs if one["type"] == "care"]
    assert (care["user_id"], care["level"], care["escalation_id"] in str(askers)) == (
        room.ids["editor"], "critical", False,
    )  # fmt: skip
    assert next(one for one in askers if one["type"] == "question_answered")["user_id"] == room.ids["editor"]
    (answer,) = [one["message"] for one in askers if one["type"] == "message"]
    assert ("help" in answer, answer["text"]) == (False, "I am here, too.")
    assert "guidance" not in await asker.get(f"/messages/{answer['id']}/context")
    assert "Swahili" in str(vendor.heard[-1].body["messages"][0])
    (row,) = [one for one in (await other.get("/care/assessments"))["items"] if one["run_id"] == run_id]
    assert (row["own"], row["message_id"]) == ("critical", f"{answer['id']}:q")
    kept = [(one["message_id"], one["urgency"]) for one in (await asker.get("/care/assessments"))["items"]]
    assert (answer["parent_id"], "none") in kept  # nor is anybody's course another one's
    assert row["message_id"] not in str(kept)
    called = (await other.get("/care/escalations"))["items"]
    assert care["escalation_id"] in {one["id"] for one in called}
    assert (await asker.get("/care/escalations"))["items"] == []


@keeps("members:care")
async def test_who_helps_is_told_to_whoever_asked_and_to_nobody_else_at_no_door(
    open_house: Opening, vendor: FakeVendor
) -> None:
    async with receiving() as receiver, AsyncExitStack() as stack:
        room = await opened_room(await open_house(webhooks__allow_http="true", webhooks__allow_private="true"))
        asker, others, doors = room["editor"], [room["owner"], room["viewer"]], f"/ws/chat/{room.session_id}"
        hook = await room["owner"].post("/webhooks", {"url": receiver.url, "events": ["*"]})
        socks = [await stack.enter_async_context(opened(one, doors)) for one in (asker, *others)]
        follow = [one.stream("GET", f"{room.path}/events") for one in (asker, *others)]
        streams = [await stack.enter_async_context(one) for one in follow]

        # Nothing is found in the first: what others hear of the second is no different.
        for prompt in ("How do goats climb trees?", "Rafiki, nitajiua leo usiku"):
            vendor.next(says("I am here."))
            heard = await asker.ask(prompt, session_id=room.session_id, model="fake/gpt-5.4")
        care, message = heard[2].data, heard[-2].data["message"]
        run_id, shown = heard[0].run_id, {name: care[name] for name in ("resources", "message", "escalation_id")}
        assert (care["type"], care["level"], message["help"]) == ("care", "critical", shown)
        for sock, stream in zip(socks, streams, strict=True):
            await hears(sock, 2)
            async with asyncio.timeout(PATIENCE):
                while [event.type for event in stream.heard].count("done") < 2:
                    await stream.next()
            assert sock.events() == [event.data for event in stream.heard]
        assert socks[0].events(run_id) == [event.data for event in heard]
        plain, told = (
            [one for one in socks[1].events() if (one["run_id"] == run_id) is here] for here in (False, True)
        )
        assert [one["type"] for one in plain] == [one["type"] for one in told]
        assert socks[1].events() == socks[2].events()

        # And the same is read again, whenever and by whatever.
        answer, link = f"/messages/{message['id']}", await room["owner"].post(f"{room.path}/share-links", {})
        paths = [f"{room.path}/messages", answer, f"{room.path}/export", f"{room.path}/export?format=markdown"]
        paths += [f"{room.path}/diff?from={message['parent_id']}&to={message['id']}", f"/runs/{run_id}"]
        for person in (asker, *others):
            again = await person.whole(run_id)
            assert [one.data["seq"] for one in again] == list(range(1, len(again) + 1))
            async with opened(person) as sock:
                await sock.answer("subscribe", session_id=room.session_id, after={"run_id": run_id, "seq": 0})
                missed = await hears(sock, 1)
            read = [(await person.call("GET", path)) for path in paths]
            assert [one.status for one in read] == [200] * len(paths), [one.url for one in read if one.status != 200]
            behind = await person.get(f"{answer}/context")
            fork = await person.post(f"{room.path}/fork", {})
            copied = await person.messages(fork["id"])
            everything = [str(one.data) for one in again], str(missed), [str(one.body) for one in read], str(copied)
            if person is asker:
                assert [one.data for one in again] == [one.data for one in heard]
                assert (read[1].json["help"], copied[-1]["help"], len(behind["guidance"])) == (shown, shown, 1)
                assert all(
                    care["escalation_id"] in str(one) for one in (again[2].data, missed, *[x.body for x in read[:3]])
                )
            else:
                given_away = (
                    "findahelpline",
                    care["escalation_id"],
                    "'care'",
                    '"care"',
                    "critical",
                    "'help'",
                    '"help"',
                )
                assert [word for word in given_away if word in str(everything)] == []
                assert "guidance" not in behind
        await room["owner"].until(f"/webhooks/{hook['id']}", lambda found: found["waiting"] == 0)
        public = await room["owner"].client.get(room["owner"].url + link["link"])
        for said in (str(socks[1].events()), str(receiver.heard), await public.text()):
            assert care["escalation_id"] not in said
            assert care["resources"][0]["id"] not in said
        await answers_for_somebody(room, vendor)
