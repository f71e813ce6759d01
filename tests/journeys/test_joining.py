"""Somebody from the team answers in a person's session instead of a model, at every door; over real sockets."""

import asyncio
from pathlib import Path

import pytest

from tests.conformance.test_chat_at_a_terminal import end, start
from tests.journeys.alarms import Alarm, alarm
from tests.journeys.house import House, Opening
from tests.journeys.sockets import opened
from tests.journeys.streams import PATIENCE, Event, assert_whole, text_of
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def called(house: House) -> Alarm:
    """An escalation that somebody has claimed and not joined."""
    return await alarm(house)


_SILENT = "From here on the model answers again"


def _silence(event: Event) -> bool:
    return event.type == "message" and _SILENT in event.data["message"]["text"]


def _words(event: Event) -> bool:
    return event.type == "message" and bool(event.data["message"].get("author"))


async def test_only_who_claimed_an_escalation_may_join_and_speak(called: Alarm) -> None:
    for who, status in ((called.person, 404), (called.baraka, 409)):
        for method, path in (("POST", "join"), ("POST", "leave"), ("GET", "conversation")):
            assert (await who.call(method, f"{called.path}/{path}")).status == status, path
        assert (await who.call("POST", f"{called.path}/messages", {"text": "hello"})).status == status
        assert (await who.call("GET", f"{called.path}/conversation/events")).status == status
    assert (await called.amina.call("POST", "/care/escalations/esc_unknown/join")).status == 404
    assert (await called.amina.call("POST", f"{called.path}/messages", {"text": "hello"})).status == 409
    before = await called.amina.get(f"{called.path}/conversation")
    assert (before["shared"], before["human"], before["items"]) == (False, None, [])
    assert (await called.amina.call("GET", f"{called.path}/conversation/events")).status == 403


async def test_what_a_person_from_the_team_says_is_heard_at_once_and_marked_as_a_humans(
    called: Alarm, house: House, vendor: FakeVendor
) -> None:
    person, at = called.person, f"/sessions/{called.session_id}"
    asked = len(vendor.heard)
    async with person.stream("GET", f"{at}/events") as stream, opened(person) as socket:
        await socket.answer("subscribe", session_id=called.session_id)
        there = await called.amina.post(f"{called.path}/join")
        assert there["name"] == "Amina"
        assert "Amina" in (await stream.until("message")).data["message"]["text"]
        said = await called.amina.post(f"{called.path}/messages", {"text": "I am here.", "idempotency_key": "1"})
        again = await called.amina.post(f"{called.path}/messages", {"text": "I am here.", "idempotency_key": "1"})
        assert again == said
        heard = (await stream.until(_words)).data["message"]
        spoken = await socket.until(lambda told: told["type"] == "message" and bool(told["message"].get("author")))
    assert spoken["message"] == heard
    assert (heard["id"], heard["text"], heard["role"]) == (said["message_id"], "I am here.", "assistant")
    assert heard["author"] == {"user_id": None, "name": "Amina", "kind": "human"}
    assert_whole(await person.whole(said["run_id"]))
    kept = await person.messages(called.session_id)
    assert [one["text"] for one in kept][-1] == "I am here."
    assert [one.get("author", {}).get("kind") for one in kept] == [None, None, None, "human"]
    session = await person.get(at)
    assert (session["human"]["name"], session["model"]) == ("Amina", "fake/fake-n5-d1")
    assert len(vendor.heard) == asked
    await house.kill()
    await house.start()
    assert (await person.get(at))["human"]["name"] == "Amina"
    assert (await called.amina.get(f"{called.path}/conversation"))["human"]["name"] == "Amina"


async def test_no_model_is_asked_while_a_person_from_the_team_is_there(called: Alarm, vendor: FakeVendor) -> None:
    person, at = called.person, f"/sessions/{called.session_id}"
    await called.amina.post(f"{called.path}/join")
    await person.until(at, lambda session: session["status"] == "idle" and session["message_count"] == 3)
    asked = len(vendor.heard)
    async with called.amina.stream("GET", f"{called.path}/conversation/events") as live:
        events = await person.ask("are you there?", session_id=called.session_id)
        assert_whole(events)
        in_need = await person.ask("I want to die", session_id=called.session_id)
        assert [event.type for event in in_need][:4] == ["session", "run", "care", "content"]
        assert "Amina" in text_of(events)
        assert (await live.until("run")).data["user_message_id"] == events[1].data["user_message_id"]
        async with opened(person) as socket:
            await socket.answer("message", session_id=called.session_id, prompt="and now?")
            assert (await socket.until("done"))["finish_reason"] == "stop"
        whole = await person.post("/query/single", {"prompt": "really?", "session_id": called.session_id})
        assert "Amina" in str(whole)
        assert len(vendor.heard) == asked
        seen = await called.amina.get(f"{called.path}/conversation")
        assert [one["text"] for one in seen["items"] if one["by"] == "person"] == [
            "are you there?",
            "I want to die",
            "and now?",
            "really?",
        ]
        assert "the first words" not in str(seen)
        await called.amina.post(f"{called.path}/messages", {"text": "Yes, I am."})
        await called.amina.post(f"{called.path}/leave")
        await live.rest()  # who left follows no more
    await person.until(at, lambda session: "human" not in session and session["status"] == "idle")
    assert (await person.get(at))["model"] == "fake/fake-n5-d1"
    assert "word" in text_of(await person.ask("go on", session_id=called.session_id)) or len(vendor.heard) == asked + 1
    told = (await vendor.asked(asked + 1)).body["messages"]
    marked = "[Response from a person of the team: Amina]\nYes, I am."
    assert any(one["content"] == marked for one in told)


async def test_who_releases_an_escalation_is_not_in_its_conversation_any_more(called: Alarm) -> None:
    await called.amina.post(f"{called.path}/join")
    async with called.amina.stream("GET", f"{called.path}/conversation/events") as live:
        await called.amina.post(f"{called.path}/release")
        await live.rest()
    session = await called.person.get(f"/sessions/{called.session_id}")
    assert "human" not in session
    assert (await called.amina.call("GET", f"{called.path}/conversation")).status == 409
    await called.person.until(
        f"/sessions/{called.session_id}", lambda session: session["status"] == "idle" and session["message_count"] == 4
    )
    assert "has left" in (await called.person.messages(called.session_id))[-1]["text"]


async def test_a_model_that_is_answering_steps_back_and_what_it_said_stays(called: Alarm, vendor: FakeVendor) -> None:
    person, at = called.person, f"/sessions/{called.session_id}"
    async with person.query("tell me", session_id=called.session_id, model="fake/fake-n400-d40") as stream:
        await stream.until("content")
        await called.amina.post(f"{called.path}/join")
        events = await stream.rest()
    assert events[-1].data["finish_reason"] == "interrupted"
    await person.until(at, lambda session: session["status"] == "idle" and session["message_count"] == 5)
    assert "Amina" in (await person.messages(called.session_id))[-1]["text"]


async def test_a_client_of_another_protocol_is_told_what_the_person_said_meanwhile(
    called: Alarm, house: House, vendor: FakeVendor
) -> None:
    person = called.person
    headers = {"Authorization": f"Bearer {person.token}"}

    async def complete(*messages: tuple[str, str]) -> str:
        body = {
            "model": "fake/fake-n5-d1",
            "messages": [{"role": role, "content": text} for role, text in messages],
        }
        async with house.client.post(f"{house.url}/v1/chat/completions", json=body, headers=headers) as reply:
            assert reply.status == 200, await reply.text()
            return (await reply.json())["choices"][0]["message"]["content"]

    first = await complete(("user", "hello from elsewhere"))
    (session_id,) = house.rows("select id from sessions order by activity desc, id desc limit 1")[0]
    with house.writing() as link:
        link.execute("update escalations set session_id = ? where id = ?", (session_id, called.id))
    await called.amina.post(f"{called.path}/join")
    await called.amina.post(f"{called.path}/messages", {"text": "Shall we talk?"})
    asked = len(vendor.heard)
    second = await complete(("user", "hello from elsewhere"), ("assistant", first), ("user", "yes please"))
    assert "Shall we talk?" in second
    assert "Amina" in second
    third = await complete(
        ("user", "hello from elsewhere"), ("assistant", first), ("user", "yes please"), ("assistant", second),
        ("user", "soon?"),
    )  # fmt: skip
    assert "Shall we talk?" not in third
    assert len(vendor.heard) == asked


async def test_what_was_said_before_is_seen_where_the_person_agreed_and_nobody_writes_to_who_refuses(
    called: Alarm,
) -> None:
    agreed = {"purpose": "sharing_with_counsellors", "granted": True, "version": 1}
    await called.person.call("PUT", "/consents", agreed)
    seen = await called.amina.get(f"{called.path}/conversation")
    assert (seen["shared"], [one["by"] for one in seen["items"]]) == (True, ["person", "model"])
    assert seen["items"][0]["text"] == "the first words"
    async with called.amina.stream("GET", f"{called.path}/conversation/events") as live:
        await called.person.ask("more words", session_id=called.session_id)
        assert (await live.until("message")).data["message"]["role"] == "assistant"
    refused = {"purpose": "escalation_contact", "granted": False, "version": 1}
    await called.person.call("PUT", "/consents", refused)
    assert (await called.amina.call("POST", f"{called.path}/join")).status == 403


async def test_a_terminal_shows_who_helps_and_what_people_from_the_team_say(called: Alarm, tmp_path: Path) -> None:
    url, key = called.person.url, called.person.token
    await called.amina.post(f"{called.path}/join")
    process = await start(url, tmp_path, "chat", "--session", called.session_id, PALAVER_KEY=key)
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        process.stdin.write(b"I want to die\n")
        assert b"Amina" in await process.stdout.readline()
        await called.person.until(f"/sessions/{called.session_id}", lambda session: session["status"] == "idle")
        await called.amina.post(f"{called.path}/messages", {"text": "I am listening."})
        await called.person.until(f"/sessions/{called.session_id}", lambda session: session["message_count"] == 6)
        ended = await end(process, "\n")
    assert ended.code == 0
    assert "Amina: I am listening.\n" in ended.out
    assert "confirmed by a person" in ended.err
    assert "high" not in ended.err


async def test_who_from_the_team_is_silent_for_long_is_waited_for_no_more_and_everybody_is_told(
    open_house: Opening, vendor: FakeVendor
) -> None:
    called = await alarm(await open_house(runs__human_silence="0.001"))
    session = f"/sessions/{called.session_id}"
    async with (
        called.person.stream("GET", f"{session}/events") as live,
        called.baraka.stream("GET", "/care/escalations/events") as queue,
        opened(called.person) as socket,
    ):
        await socket.answer("subscribe", session_id=called.session_id)
        there = await called.amina.post(f"{called.path}/join")
        assert there["until"] > there["joined_at"]
        silent = (await live.until(_silence)).data["message"]
        heard = await socket.until(lambda told: told["type"] == "message" and _SILENT in told["message"]["text"])
        assert heard["message"] == silent
        await queue.until(lambda event: event.data["kind"] == "silent")
    await called.person.until(session, lambda session: session["status"] == "idle" and session["message_count"] == 4)
    assert "human" not in await called.person.get(session)
    asked = len(vendor.heard)
    await called.person.ask("is anybody there?", session_id=called.session_id)
    assert len(vendor.heard) == asked + 1
    assert (await called.amina.call("POST", f"{called.path}/messages", {"text": "I am."})).status == 409
    seen = await called.amina.get(f"/care/escalations/{called.id}")
    assert [one["kind"] for one in seen["events"]] == ["joined", "silent"]
    assert seen["state"] == "acknowledged", "it is still open, and hers"

    await called.amina.post(f"{called.path}/join")
    await called.person.until(session, lambda session: session["message_count"] == 8)
    said = [one["text"] for one in await called.person.messages(called.session_id)]
    assert len([text for text in said if "is in this conversation" in text]) == 2
