"""Somebody is in danger: those who answer are called, one of them comes, and the person knows and has a say."""

import asyncio
import json

import pytest

from tests.journeys.calling import AT, begin, counsellor, id_of
from tests.journeys.house import House, Person

pytestmark = pytest.mark.timeout(120)


async def test_one_of_two_counsellors_takes_it_and_nobody_else_sees_or_does_anything(
    house: House, owner: Person
) -> None:
    ada, eve = await house.stranger(), await house.stranger()
    bob, cleo = await counsellor(house, owner, "bob@example.org"), await counsellor(house, owner, "cleo@example.org")
    async with bob.stream("GET", f"{AT}/events") as queue:
        high = begin(house, await id_of(ada), "asm_1")
        await queue.until(lambda event: event.data["kind"] == "routed" and event.data["escalation_id"] == high)
        critical = begin(house, await id_of(eve), "asm_2", "critical")
        last = await queue.until(lambda event: event.data["kind"] == "routed")
        assert last.data.keys() == {"type", "seq", "kind", "escalation_id", "at", "actor_id"}
        listed = await bob.get(AT)
        assert [(one["id"], one["level"], one["state"]) for one in listed["items"]] == [
            (critical, "critical", "routed"), (high, "high", "routed"),
        ]  # fmt: skip
        help_shown = [{"id": "ke-line", "name": "A line", "channels": [{"kind": "phone", "to": "999"}]}]
        assert (listed["items"][1]["group"], listed["items"][1]["helped"]) == ("counsellors", help_shown)
        assert listed["trouble"] == []

        both = await asyncio.gather(*(one.call("POST", f"{AT}/{high}/claim") for one in (bob, cleo)))
        assert sorted(one.status for one in both) == [200, 409]
        winner, loser = (bob, cleo) if both[0].status == 200 else (cleo, bob)
        assert (await winner.post(f"{AT}/{high}/claim"))["mine"] is True
        for act, body in (("claim", None), ("acknowledge", None), ("notes", {"text": "x"}), ("release", None),
                          ("close", {"outcome": "helped"})):  # fmt: skip
            answer = await loser.call("POST", f"{AT}/{high}/{act}", body)
            assert (answer.status, answer.json["code"]) == (409, "conflict"), act
        seen = await loser.get(f"{AT}/{high}")
        assert (seen["mine"], seen["claimed_by"]["id"] == await id_of(bob)) == (False, winner is bob)

        known = await winner.post(f"{AT}/{high}/acknowledge")
        assert (known["state"], known["deadline_at"]) == ("acknowledged", None)
        await winner.post(f"{AT}/{high}/notes", {"text": "She is at home, her sister comes."})
        closed = await winner.post(f"{AT}/{high}/close", {"outcome": "helped", "note": "Her sister is there."})
        assert (closed["state"], closed["outcome"]) == ("closed", "helped")
        assert [one["kind"] for one in closed["events"]] == [
            "created", "routed", "claimed", "acknowledged", "noted", "closed",
        ]  # fmt: skip
        assert [one["detail"].get("text") for one in closed["events"]][4:] == [
            "She is at home, her sister comes.", "Her sister is there.",
        ]  # fmt: skip
        assert (await winner.call("POST", f"{AT}/{high}/claim")).status == 409
        heard = [one.data["kind"] for one in queue.heard if one.data["escalation_id"] == high]
        await queue.until(lambda event: event.data["kind"] == "closed")
        assert heard[:2] == ["created", "routed"]
        numbers = [one.seq for one in queue.heard]
        assert numbers == sorted(set(numbers))
    async with cleo.stream("GET", f"{AT}/events", last=numbers[2]) as again:
        missed = [await again.next() for _ in numbers[3:]]
        assert [one.seq for one in missed if one] == numbers[3:], "who comes back misses nothing"
    assert [one["id"] for one in (await bob.get(f"{AT}?state=closed"))["items"]] == [high]
    assert [one["id"] for one in (await owner.get(AT))["items"]] == [critical]

    mine = (await ada.get(AT))["items"]
    assert [(one["id"], one["level"], one["outcome"], one["claimed_by"]) for one in mine] == []
    mine = (await ada.get(f"{AT}?state=all"))["items"]
    assert [(one["id"], one["level"], one["outcome"], one["claimed_by"]) for one in mine] == [(high, None, None, None)]
    assert "imefungwa" in mine[0]["says"] or "limefungwa" in mine[0]["says"]
    whole = await ada.get(f"{AT}/{high}")
    assert (whole["events"], whole["level"], whole["group"]) == ([], None, None)
    for escalation in (critical, "esc_" + "0" * 32):
        assert (await ada.call("GET", f"{AT}/{escalation}")).status == 404
        for act, body in (("claim", None), ("decline", None), ("close", {"outcome": "helped"})):
            assert (await ada.call("POST", f"{AT}/{escalation}/{act}", body)).status == 404, act
    assert (await ada.call("GET", f"{AT}/events")).status == 403
    assert_written_down(house, high)


def assert_written_down(house: House, escalation_id: str) -> None:
    """Every look and every act, and no word of anybody."""
    acts = {row[0] for row in house.rows("select kind from audit_log where subject = ?", escalation_id)}
    assert acts >= {f"escalation.{act}" for act in ("seen", "claimed", "acknowledged", "noted", "closed")}
    of_queue = house.rows(
        "select kind, actor_id, detail from audit_log where kind like 'escalation.%ed' and subject is null"
    )
    assert sorted(kind for kind, _, _ in of_queue) == ["escalation.followed"] * 2 + ["escalation.listed"] * 2
    shown = [(who, one) for _, who, said in of_queue for one in json.loads(said).get("shown", "").split()]
    assert len(shown) == len(set(shown)), "who was shown whom is written down once, however often the page looks"
    assert {one for _, one in shown} >= {escalation_id}
    assert "sister" not in str(house.rows("select detail from audit_log"))


async def test_a_person_may_say_no_and_who_answers_may_need_somebody_themselves(house: House, owner: Person) -> None:
    ada = await house.stranger()
    bob, cleo = await counsellor(house, owner, "bob@example.org"), await counsellor(house, owner, "cleo@example.org")
    ada_id, bob_id = await id_of(ada), await id_of(bob)
    high, own = begin(house, ada_id, "asm_1"), begin(house, bob_id, "asm_2", "critical")
    told = await ada.until(f"{AT}/{high}", lambda one: one["state"] == "routed")
    assert (told["may_decline"], "hutaki" in told["says"]) == (True, True)
    assert (await bob.call("POST", f"{AT}/{high}/decline")).status == 404
    await bob.post(f"{AT}/{high}/claim")
    no = await ada.post(f"{AT}/{high}/decline")
    assert (no["state"], no["may_decline"], no["level"]) == ("closed", False, None)
    assert (await ada.call("POST", f"{AT}/{high}/decline")).status == 409
    assert (await bob.get(f"{AT}/{high}"))["outcome"] == "declined"
    assert (await bob.call("POST", f"{AT}/{high}/acknowledge")).status == 409

    seen = next(one for one in (await bob.get(AT))["items"] if one["id"] == own)
    assert (seen["level"], seen["may_decline"]) == (None, False)
    assert (await bob.call("POST", f"{AT}/{own}/claim")).status == 403
    assert (await bob.call("POST", f"{AT}/{own}/decline")).status == 403, "it is critical"
    assert (await cleo.post(f"{AT}/{own}/acknowledge"))["claimed_by"]["id"] == await id_of(cleo)
    again = await cleo.post(f"{AT}/{own}/release")
    assert (again["state"], again["attempts"], again["claimed_by"]) == ("created", 2, None)
    await cleo.until(f"{AT}/{own}", lambda one: one["state"] == "routed")

    await cleo.post(f"{AT}/{own}/acknowledge")
    gone = await owner.call("PATCH", f"/users/{await id_of(cleo)}", {"disabled": True})
    assert gone.status == 200, gone.body
    assert (await owner.call("DELETE", f"/users/{ada_id}")).status < 300
    async with asyncio.timeout(20):
        while house.rows("select 1 from escalations where user_id = ?", ada_id):
            await owner.get("/auth/me")
    assert house.rows("select count(*) from escalation_events where escalation_id = ?", high) == [(0,)]


async def test_nobody_on_call_is_loud(house: House, owner: Person) -> None:
    alone = begin(house, await id_of(owner), "asm_1", "critical")
    failed = await owner.until(f"{AT}/{alone}", lambda one: one["state"] == "failed")
    assert failed["says"].startswith("Hatukuweza")
    assert "Nobody came to an escalation" in house.log.read_text()
    assert (await owner.get(AT))["trouble"] == ["1 waits: nobody could be told."]
    assert house.log.read_text().count("One person alone is on call") == 1
    assert 'palaver_escalations_given_up_total{why="failed"} 1.0' in (await owner.call("GET", "/metrics")).body.decode()
    health = await owner.until("/health/detailed", lambda one: one["status"] == "degraded")
    assert any("nobody could be told" in (one.get("error") or "") for one in health["checks"])
    assert (await owner.call("GET", "/health/ready")).status == 200
    assert (await owner.post(f"{AT}/{alone}/decline"))["state"] == "closed"
    assert (await owner.get(AT))["trouble"] == []
    health = await owner.until("/health/detailed", lambda one: one["status"] == "ready")
    [check] = [one for one in health["checks"] if one["name"] == "escalations"]
    assert "no human comes" in check["detail"]["on_call"]
