"""Webhooks over the public API: what is told of real turns, of whom, and what outlives a kill."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from tests.journeys.acting import calls, decided, ended, says, write
from tests.journeys.house import House, Opening, Person
from tests.journeys.test_bad_input import assert_problem
from tests.promises import keeps
from tests.unit.webhooks.receiving import Receiver, down, receiving, well
from tests.vendor import FakeVendor

OPEN = {"webhooks__allow_http": "true", "webhooks__allow_private": "true", "webhooks__first_wait": "20ms"}
SOON = {**OPEN, "webhooks__longest_wait": "100ms"}


def told(receiver: Receiver) -> list[dict[str, Any]]:
    """What was heard, each once, however often it came."""
    heard = {headers["webhook-id"]: json.loads(body) for headers, body in receiver.heard}
    return list(heard.values())


def names(receiver: Receiver) -> list[str]:
    return [one["type"] for one in told(receiver)]


async def hook(person: Person, receiver: Receiver, *events: str) -> dict[str, Any]:
    return await person.post("/webhooks", {"url": receiver.url, "events": list(events) or ["*"]})


async def heard_all(person: Person, webhook: dict[str, Any]) -> dict[str, Any]:
    return await person.until(f"/webhooks/{webhook['id']}", lambda found: found["waiting"] == 0)


@keeps("webhooks:standard", "webhooks:order")
async def test_a_turn_is_told_as_the_objects_of_its_stream(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN)
        owner = await house.owner()
        webhook = await hook(owner, receiver)
        assert webhook["secret"].startswith("whsec_")
        assert "secret" not in await owner.get(f"/webhooks/{webhook['id']}")
        events = await owner.ask("hello")
        await heard_all(owner, webhook)
        session_id = events[0].data["session_id"]
        assert names(receiver) == [
            "session.created", "message.created", "run.started", "message.created", "run.finished",
        ]  # fmt: skip
        for headers, body in receiver.heard:
            Verifier(webhook["secret"]).verify(body, headers)
        session, question, started, answer, done = [one["data"] for one in told(receiver)]
        stream = {event.type: event.data for event in events}
        assert (session["id"], session["status"]) == (session_id, "running")
        assert (started, answer, done) == (stream["run"], stream["message"], stream["done"])
        first, second = await owner.messages(session_id)
        assert (question["message"], answer["message"]) == (first, second)
        log = await owner.get(f"/webhooks/{webhook['id']}/deliveries")
        assert [one["event"] for one in log["items"]] == names(receiver)[::-1]
        whole = await owner.get(f"/webhooks/{webhook['id']}/deliveries/{log['items'][0]['id']}")
        assert (whole["payload"], whole["state"], whole["history"][0]["status"]) == (
            told(receiver)[-1],
            "delivered",
            204,
        )


async def test_sessions_are_told_of_without_runs_and_only_to_those_who_asked(open_house: Opening) -> None:
    async with receiving() as receiver, receiving() as narrow:
        house = await open_house(**OPEN)
        owner = await house.owner()
        webhook, other = await hook(owner, receiver), await hook(owner, narrow, "session.deleted")
        session = await owner.post("/sessions", {"title": "Trees"})
        await owner.patch(f"/sessions/{session['id']}", {"title": "Boats"})
        await owner.patch(f"/sessions/{session['id']}", {"pinned": True})
        await heard_all(owner, webhook)
        fork = await owner.post(f"/sessions/{session['id']}/fork")
        assert (await owner.call("DELETE", f"/sessions/{session['id']}")).status == 204
        await heard_all(owner, webhook)
        await heard_all(owner, other)
        assert names(receiver) == ["session.created", "session.title_changed", "session.created", "session.deleted"]
        made, renamed, forked, gone = [one["data"] for one in told(receiver)]
        assert made == session
        assert forked == fork
        assert renamed == {"type": "title", "session_id": session["id"], "title": "Boats"}
        assert gone == {"type": "session_deleted", "session_id": session["id"]}
        assert names(narrow) == ["session.deleted"]
        kept = house.rows("select count(*) from webhook_deliveries where session_id = ?", session["id"])
        assert kept == [(0,)], "what was told of it goes with it"


async def test_what_waits_for_a_person_and_what_fails_is_told(open_house: Opening, vendor: FakeVendor) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN)
        owner = await house.owner()
        wanted = ("approval.requested", "run.waiting", "run.finished", "run.failed")
        webhook = await hook(owner, receiver, *wanted)
        vendor.next(calls(write("c1", "a.txt", "x")), says("done"))
        async with owner.query("go") as stream:
            await stream.until("waiting")
            approval = next(event for event in stream.heard if event.type == "approval")
        await decided(owner, approval.run_id, "c1", "approve")
        await ended(owner, approval.run_id)
        failed = await owner.ask("x", model="fake/fake-h500")
        await heard_all(owner, webhook)
        assert names(receiver) == ["approval.requested", "run.waiting", "run.finished", "run.failed"]
        assert told(receiver)[0]["data"] == approval.data
        error = next(event.data for event in failed if event.type == "error")
        assert told(receiver)[-1]["data"] == error


async def test_a_question_that_is_asked_again_is_told_once_and_an_edit_is_told(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN)
        owner = await house.owner()
        events = await owner.ask("hello")
        session_id = events[0].data["session_id"]
        question = (await owner.messages(session_id))[0]
        webhook = await hook(owner, receiver, "message.created")
        async with owner.stream(
            "POST",
            f"/sessions/{session_id}/messages",
            json={"parent_message_id": question["id"]},
            headers={"Accept": "text/event-stream"},
        ) as stream:
            await stream.rest()
        edited = await owner.patch(f"/messages/{question['id']}", {"text": "hello again"})
        await heard_all(owner, webhook)
        roles = [one["data"]["message"]["role"] for one in told(receiver)]
        assert roles == ["assistant", "user"]
        assert told(receiver)[1]["data"]["message"] == edited


async def test_a_large_message_is_told_short_with_where_the_whole_is(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN, webhooks__payload_bytes="2000")
        owner = await house.owner()
        webhook = await hook(owner, receiver, "message.created")
        await owner.ask("long " * 2_000)
        await heard_all(owner, webhook)
        question = told(receiver)[0]["data"]
        assert question["truncated"] is True
        assert "text" not in question["message"]
        assert len(receiver.heard[0][1]) < 2_000
        whole = await owner.get(question["url"])
        assert (whole["id"], len(whole["text"])) == (question["message"]["id"], 10_000)


@keeps("webhooks:durable", "webhooks:nothing-missed")
@pytest.mark.timeout(120)
async def test_a_server_that_is_killed_before_it_delivered_delivers_after_its_restart(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**SOON)
        owner = await house.owner()
        receiver.behaves = receiver.hangs
        webhook = await hook(owner, receiver)
        before: list[tuple[str, str]] = []
        for number in range(5):
            await owner.ask(f"question {number}")
        await receiver.until(1)
        before = house.rows("select id, event from webhook_deliveries order by n")
        assert house.rows("select count(*) from webhook_deliveries where state = 'waiting'") == [(25,)]
        await house.kill()
        receiver.hanging.set()
        receiver.behaves = well
        await house.start()
        await heard_all(owner, webhook)
        ids = list(dict.fromkeys(headers["webhook-id"] for headers, _ in receiver.heard))
        assert list(zip(ids, names(receiver), strict=True)) == before
        assert [headers["webhook-id"] for headers, _ in receiver.heard][:2] == [ids[0], ids[0]], "the first came twice"


@keeps("webhooks:durable")
async def test_two_servers_on_one_file_tell_what_either_was_asked(open_house: Opening) -> None:
    async with receiving() as receiver:
        first = await open_house(**SOON)
        owner = await first.owner()
        second = await open_house(**SOON)
        elsewhere = Person(owner.client, second.url, owner.token)
        webhook = await hook(owner, receiver, "run.finished")
        said = []
        for number in range(6):
            events = await (elsewhere if number % 2 else owner).ask(f"question {number}")
            said.append(events[-1].data)
        await heard_all(elsewhere, webhook)
        assert [one["data"] for one in told(receiver)] == said
        assert len(receiver.heard) == 6


async def test_a_receiver_that_comes_back_hears_everything_and_the_log_says_what_was_wrong(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**SOON)
        owner = await house.owner()
        receiver.behaves = down
        webhook = await hook(owner, receiver, "run.finished")
        for number in range(3):
            await owner.ask(f"question {number}")
        await receiver.until(3)
        found = await owner.get(f"/webhooks/{webhook['id']}")
        assert found["failing_since"] <= found["next_try_at"]
        assert found["waiting"] == 3
        receiver.behaves = well
        await heard_all(owner, webhook)
        log = (await owner.get(f"/webhooks/{webhook['id']}/deliveries?state=delivered"))["items"]
        assert [one["tries"] > 1 for one in log] == [False, False, True]
        whole = await owner.get(f"/webhooks/{webhook['id']}/deliveries/{log[-1]['id']}")
        assert whole["history"][0]["excerpt"] == "down for repair"
        since = datetime.fromisoformat(log[1]["created_at"]).astimezone(UTC).isoformat()
        again = await owner.post(f"/webhooks/{webhook['id']}/replay", {"since": since})
        assert again == {"queued": 2}


async def test_webhooks_of_others_are_not_there_and_hear_nothing_of_one(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN)
        owner, stranger = await house.owner(), await house.stranger()
        webhook = await hook(owner, receiver)
        test = await owner.post(f"/webhooks/{webhook['id']}/test")
        assert (test["state"], test["event"]) == ("delivered", "webhook.test")
        one = f"/webhooks/{webhook['id']}"
        for method, path, body in (
            ("GET", one, None), ("PATCH", one, {"enabled": False}), ("DELETE", one, None),
            ("POST", f"{one}/test", None),
            ("POST", f"{one}/rotate", {}), ("POST", f"{one}/replay", {"since": "2026-01-01T00:00:00Z"}),
            ("GET", f"{one}/deliveries", None), ("GET", f"{one}/deliveries/{test['id']}", None),
            ("POST", f"{one}/deliveries/{test['id']}/replay", None),
        ):  # fmt: skip
            assert_problem(await stranger.call(method, path, body), 404, "not_found")
        await stranger.ask("hello")
        assert (await stranger.get("/webhooks"))["items"] == []
        assert names(receiver) == ["webhook.test"]


@keeps("webhooks:guarded")
async def test_what_is_not_a_webhook_is_refused_by_name(house: House) -> None:
    owner = await house.owner()
    fine = {"url": "https://203.0.114.7/x", "events": ["run.finished"]}
    for body, at in (
        ({**fine, "url": "http://203.0.114.7/x"}, "url"), ({**fine, "url": "https://127.0.0.1/x"}, "url"),
        ({**fine, "url": "https://169.254.169.254/"}, "url"), ({**fine, "url": "https://localhost/"}, "url"),
        ({**fine, "events": []}, "events"), ({**fine, "events": ["run.exploded"]}, "events"),
        ({**fine, "events": ["webhook.test"]}, "events"), ({**fine, "secret": "x"}, "secret"),
        ({"events": ["*"]}, "url"), ({**fine, "description": "x" * 201}, "description"),
    ):  # fmt: skip
        problem = assert_problem(await owner.call("POST", "/webhooks", body), 422, "invalid")
        assert problem["errors"][0]["loc"][1] == at, body
    made = await owner.post("/webhooks", fine)
    for body in ({"url": "https://10.0.0.1/"}, {"events": []}, {"nonsense": 1}):
        assert_problem(await owner.call("PATCH", f"/webhooks/{made['id']}", body), 422, "invalid")
    assert_problem(await owner.call("POST", f"/webhooks/{made['id']}/replay", {"since": "2026-01-01"}), 422, "invalid")
    assert_problem(await owner.call("POST", f"/webhooks/{made['id']}/rotate", {"overlap": -1}), 422, "invalid")
    assert (await owner.get("/webhooks"))["items"] == [{name: made[name] for name in made if name != "secret"}]
    assert (await owner.call("DELETE", f"/webhooks/{made['id']}")).status == 204
    assert made["secret"] not in house.log.read_text()


async def test_a_key_hears_only_what_its_scopes_open(house: House) -> None:
    owner = await house.owner()
    narrow = (await owner.post("/api/v1/api-keys", {"name": "x", "scopes": ["sessions:write", "webhooks:read"]}))["key"]
    person = house.person(narrow)
    assert (await person.get("/webhooks"))["items"] == []
    body = {"url": "https://203.0.114.7/x", "events": ["*"]}
    assert_problem(await person.call("POST", "/webhooks", body), 403, "forbidden")


async def test_fifty_turns_at_once_are_told_whole(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN)
        owner = await house.owner()
        webhook = await hook(owner, receiver, "run.started", "run.finished")
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(owner.ask(f"question {number}"))
        await heard_all(owner, webhook)
        of_runs: dict[str, list[str]] = {}
        for one in told(receiver):
            of_runs.setdefault(one["data"]["run_id"], []).append(one["type"])
        assert list(of_runs.values()) == [["run.started", "run.finished"]] * 50


@keeps("webhooks:skipped")
async def test_somebody_skips_what_a_receiver_never_takes_and_operators_see_what_came_of_tries(
    open_house: Opening,
) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN | {"webhooks__first_wait": "1h"})
        owner = await house.owner()
        receiver.behaves = down
        webhook = await hook(owner, receiver, "run.finished")
        at = f"/webhooks/{webhook['id']}"
        for number in range(2):
            await owner.ask(f"question {number}")
        await owner.until(at, lambda found: found["failing_since"] is not None)
        receiver.behaves = well
        waiting = (await owner.get(f"{at}/deliveries?state=waiting"))["items"]
        assert (await owner.post(f"{at}/deliveries/{waiting[-1]['id']}/skip"))["state"] == "skipped"
        await heard_all(owner, webhook)
        assert [one["state"] for one in (await owner.get(f"{at}/deliveries"))["items"]] == ["delivered", "skipped"]
        assert_problem(await owner.call("POST", f"{at}/deliveries/{waiting[0]['id']}/skip"), 409, "conflict")
        stranger = await house.stranger()
        assert_problem(await stranger.call("POST", f"{at}/deliveries/{waiting[0]['id']}/skip"), 404, "not_found")
        text = (await owner.call("GET", "/metrics")).body.decode()
        numbers = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("palaver_webhook"))
        assert float(numbers['palaver_webhook_tries_total{outcome="delivered"}']) == 1
        assert float(numbers['palaver_webhook_tries_total{outcome="failed"}']) >= 1
        assert float(numbers['palaver_webhooks_disabled_total{why="gone"}']) == 0


async def test_twenty_receivers_that_hang_do_not_hold_up_a_turn(open_house: Opening) -> None:
    async with receiving() as receiver:
        house = await open_house(**OPEN, webhooks__parallel="20", webhooks__timeout="30")
        owner = await house.owner()
        receiver.behaves = receiver.hangs
        for _ in range(20):
            await hook(owner, receiver)
        for number in range(3):
            assert (await owner.ask(f"question {number}"))[-1].type == "done"
        await receiver.until(20)
        assert house.count("webhook_deliveries") == 3 * 5 * 20
        assert not receiver.hanging.is_set()
