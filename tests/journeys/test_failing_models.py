"""Models that refuse, fail, fall silent or break off: an `error` event with a code of ours; the session goes on."""

import asyncio
from typing import Any

import pytest

from tests.journeys.house import IMPATIENT, House, Opening, Person
from tests.journeys.streams import Event, assert_whole, text_of
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, chunk, done, finish, said, stream
from tests.vendor.script import Drop, Stall, failure

pytestmark = pytest.mark.timeout(60)

BEGUN = [chunk({"role": "assistant", "content": ""}), said("half an "), said("answer")]
HTML = Reply([b"<html>Bad gateway</html>"], content_type="text/html")

# What the vendor answers to every try, the code and the HTTP status that come of it, and what was said before.
FAILURES: list[tuple[str, Reply, str, int, str]] = [
    ("401", failure(401), "model_unavailable", 502, ""),
    ("402", failure(402), "model_unavailable", 502, ""),
    ("403", failure(403), "model_unavailable", 502, ""),
    ("404", failure(404), "invalid", 422, ""),
    ("429", failure(429), "model_unavailable", 502, ""),
    ("500", failure(500), "model_unavailable", 502, ""),
    ("503", failure(503), "model_unavailable", 502, ""),
    ("garbage", Reply([b"\x00\xff not events at all"]), "model_unavailable", 502, ""),
    ("a page", HTML, "model_unavailable", 502, ""),
    ("nothing", Reply([]), "model_unavailable", 502, ""),
    ("silence", Reply([Stall()]), "model_timeout", 504, ""),
    ("silence in the middle", Reply([*BEGUN, Stall()]), "model_timeout", 504, "half an answer"),
    ("half a frame", Reply([*BEGUN, said("more")[:40]]), "model_unavailable", 502, "half an answer"),
    ("an end in the middle", Reply(BEGUN), "model_unavailable", 502, "half an answer"),
    ("a drop", Reply([Drop()]), "model_unavailable", 502, ""),
    ("a drop in the middle", Reply([*BEGUN, Drop()]), "model_unavailable", 502, "half an answer"),
    (
        "an error in the middle",
        Reply([*BEGUN, b'data: {"error": {"message": "sk-secret-do-not-repeat", "code": 500}}\n\n']),
        "model_unavailable",
        502,
        "half an answer",
    ),
]


@pytest.fixture
async def house(open_house: Opening) -> House:
    """A server that soon gives up a vendor that says nothing."""
    return await open_house(**IMPATIENT)


def endless(vendor: FakeVendor, reply: Reply) -> None:
    """However often the vendor is asked, it answers like this."""
    vendor.next(*[reply] * 6)


def healed(vendor: FakeVendor) -> None:
    """From now on the vendor answers as its models' names say."""
    vendor.forget()


@keeps("models:failures", "runs:order")
@pytest.mark.parametrize(("name", "reply", "code", "status", "said_before"), FAILURES, ids=[row[0] for row in FAILURES])
async def test_a_model_that_fails_is_told_as_an_error_and_the_session_goes_on(
    house: House,
    owner: Person,
    vendor: FakeVendor,
    name: str,
    reply: Reply,
    code: str,
    status: int,
    said_before: str,
) -> None:
    endless(vendor, reply)
    events = await owner.ask("first")
    assert_failed(events, code, said_before)
    session_id = events[0].data["session_id"]
    session = await owner.get(f"/sessions/{session_id}")
    assert (session["status"], session["active_run_id"]) == ("error", None)
    run = await owner.get(f"/runs/{events[0].run_id}")
    assert (run["status"], run["finish_reason"], run["error"]) == ("done", "error", code)

    healed(vendor)
    endless(vendor, reply)
    single = await owner.call("POST", "/query/single", {"prompt": "second", "session_id": session_id})
    assert (single.status, single.json["code"]) == (status, code)
    for secret in ("sk-secret", "sk-fake", "Bad gateway"):
        assert secret not in str([event.data for event in events]) + str(single.json)
        assert secret not in house.log.read_text()

    healed(vendor)
    again = await owner.ask("third", session_id=session_id, model="fake/fake-n2")
    assert_whole(again)
    assert text_of(again) == "part 0 part 1 "
    assert (await owner.get(f"/sessions/{session_id}"))["status"] == "idle"
    told = vendor.heard[-1].body["messages"]
    assert "model_unavailable" not in str(told)
    if not said_before:
        assert [message["role"] for message in told if message["role"] == "assistant"] == []
    vendor.release()
    detail = await owner.get("/health/detailed")
    assert detail["checks"][-1]["detail"]["runs"] == 0


def assert_failed(events: list[Event], code: str, said_before: str) -> None:
    assert_whole(events)
    types = [event.type for event in events if event.type != "content"]
    assert types == ["session", "run", "error", "usage", "message", "done"]
    error = next(event.data for event in events if event.type == "error")
    assert error["code"] == code
    assert error["message"].endswith(".")
    assert text_of(events) == said_before
    message: dict[str, Any] = events[-2].data["message"]
    assert (message["status"], message["finish_reason"]) == ("error", "error")
    assert message["error"] == {"code": code, "message": error["message"]}
    assert message["text"] == said_before
    assert events[-1].data["finish_reason"] == "error"


@keeps("models:failures")
async def test_a_model_that_fails_before_its_first_word_is_asked_again_and_nobody_notices(
    owner: Person, vendor: FakeVendor
) -> None:
    vendor.next(failure(500), Reply([Drop()]), stream("at last"))
    events = await owner.ask("hello")
    assert_whole(events)
    assert text_of(events) == "at last"
    assert len(vendor.heard) == 3


@keeps("models:failures")
async def test_lines_that_are_no_json_are_skipped(owner: Person, vendor: FakeVendor) -> None:
    vendor.next(Reply([said("one "), b"data: {not json\n\n", b": comment\n\n", said("two"), finish(), done()]))
    events = await owner.ask("hello")
    assert_whole(events)
    assert text_of(events) == "one two"
    assert events[-1].data["finish_reason"] == "stop"


@keeps("models:failures", "runs:outlive-clients")
async def test_a_failing_model_holds_up_no_other_run(owner: Person, vendor: FakeVendor) -> None:
    vendor.next(Reply([*BEGUN, Stall()]))
    async with asyncio.TaskGroup() as group, owner.query("stuck") as stuck:
        await stuck.until("content")
        others = [group.create_task(owner.ask(f"other {number}", model="fake/fake-n9-d5")) for number in range(9)]
        await stuck.rest()
    assert_failed(stuck.heard, "model_timeout", "half an answer")
    for other in others:
        assert_whole(other.result())
    vendor.release()
