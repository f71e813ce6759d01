"""Many who travel in one session at once: each is served or refused clearly, and nothing is left between two states."""

import asyncio
import random
from collections.abc import Coroutine, Iterable
from io import BytesIO
from typing import Any

import pytest

from tests.journeys.house import Answer, House, Person
from tests.journeys.streams import PATIENCE
from tests.journeys.test_any_travel import swept
from tests.journeys.test_rewinds import before, tree
from tests.journeys.test_sessions import turn
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(120)

TURNS = 4
CLEAR = {200, 201, 202, 204, 404, 409}
Call = Coroutine[Any, Any, Answer]


def put(person: Person, session_id: str, path: str, content: bytes) -> Call:
    return person.call("PUT", f"/sessions/{session_id}/files/{path}", data=BytesIO(content))


def rewind(person: Person, session_id: str, checkpoint: str) -> Call:
    return person.call("POST", f"/sessions/{session_id}/rewind", {"checkpoint_id": checkpoint})


def fork(person: Person, session_id: str) -> Call:
    return person.call("POST", f"/sessions/{session_id}/fork", {})


async def storm(calls: Iterable[Call]) -> list[Answer]:
    """All of them at once; none is answered by a fault."""
    async with asyncio.timeout(PATIENCE):
        answers = await asyncio.gather(*calls)
    assert {one.status for one in answers} <= CLEAR, [one.body for one in answers if one.status not in CLEAR]
    assert all(one.json["code"] in {"not_found", "conflict", "session_busy"} for one in answers if one.status > 399)
    return answers


async def travelled(person: Person) -> tuple[str, list[str]]:
    """A session in which three files say, before every turn, how many messages there are; and its checkpoints."""
    session_id = (await person.post("/sessions", {}))["id"]
    asked: list[str] = []
    for number in range(TURNS):
        for name in ("a", "b", "c/d"):
            assert (await put(person, session_id, name, b"%d" % (2 * number))).status == 200
        asked.append((await turn(person, "on", session_id=session_id))[1])
    for name in ("a", "b", "c/d"):
        await put(person, session_id, name, b"%d" % (2 * TURNS))
    return session_id, [before(one) for one in asked]


async def assert_whole(house: House, person: Person, session_id: str) -> None:
    """The files are those that belong to where the session stands."""
    await person.get(f"/sessions/{session_id}/files")
    count = b"%d" % len(await person.messages(session_id))
    found = {path: content for path, (content, _) in tree(house, session_id).items()}
    assert found == {"a": count, "b": count, "c": b"", "c/d": count}


async def assert_swept(house: House, owner: Person) -> None:
    """After the end nothing is left of what was deleted, and nothing is missing of the rest."""
    for session in (await owner.get("/sessions?limit=200"))["items"]:
        await owner.get(f"/sessions/{session['id']}/files")
    assert '"Traceback' not in house.log.read_text()
    assert await house.end() == 0
    await swept(house.home)
    there = {id_ for (id_,) in house.rows("select id from sessions")}
    assert {one.name for one in (house.home / "workspaces").iterdir() if one.name.startswith("ses")} <= there


@keeps("sessions:rewind", "sessions:fork")
async def test_rewinds_and_forks_at_once_find_messages_and_files_that_belong_together(
    house: House, owner: Person
) -> None:
    session_id, points = await travelled(owner)
    chance = random.Random(4)
    forks: list[str] = []
    done = 0
    for _ in range(12):
        calls: list[Call] = [rewind(owner, session_id, chance.choice(points)) for _ in range(3)]
        calls += [fork(owner, session_id) for _ in range(4)]
        chance.shuffle(calls)
        answers = await storm(calls)
        forks += [one.json["id"] for one in answers if one.status == 201]
        done += sum(one.status == 200 for one in answers)
        await assert_whole(house, owner, session_id)
    assert done >= 12
    assert forks
    for one in forks:
        await assert_whole(house, owner, one)
    await assert_swept(house, owner)


@keeps("sessions:rewind")
async def test_a_turn_and_a_rewind_at_once_come_one_after_the_other_or_one_is_refused(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session_id, points = await travelled(owner)
    for number in range(10):
        body = {"prompt": "on", "session_id": session_id, "model": "fake/fake-n1"}
        turned = owner.call("POST", "/query/single", body)
        went = rewind(owner, session_id, points[number % TURNS])
        answers = await storm([turned, went] if number % 2 else [went, turned])
        assert 200 in {one.status for one in answers}
        session = await owner.get(f"/sessions/{session_id}")
        assert (session["status"], session["active_run_id"]) == ("idle", None)
        messages = await owner.messages(session_id)
        assert len(messages) % 2 == 0
        if messages:  # whatever came first: before each question stand the files that were there then
            await rewind(owner, session_id, before(messages[-2]["id"]))
            assert len({content for content, _ in tree(house, session_id).values()} - {b""}) == 1
    await assert_swept(house, owner)


@keeps("sessions:fork")
async def test_fifty_forks_at_once_are_fifty_sessions_that_outlive_their_parents(house: House, owner: Person) -> None:
    session_id, _ = await travelled(owner)
    forks = [one.json["id"] for one in await storm([fork(owner, session_id) for _ in range(50)])]
    assert len(set(forks)) == 50
    grandchildren = [one.json["id"] for one in await storm([fork(owner, one) for one in forks[:10]])]
    gone = [session_id, *forks[:45]]
    deleted = await storm([owner.call("DELETE", f"/sessions/{one}") for one in gone])
    assert {one.status for one in deleted} == {204}
    for one in forks[45:] + grandchildren:
        await assert_whole(house, owner, one)
    last = grandchildren[0]
    shown = await owner.messages(last)
    assert (await rewind(owner, last, before(shown[2]["id"]))).status == 200
    await assert_whole(house, owner, last)
    await assert_swept(house, owner)


@keeps("sessions:delete", "files:sweep")
async def test_a_session_that_is_deleted_amid_everything_is_gone_and_leaves_nothing(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    chance = random.Random(5)
    for _ in range(6):
        session_id, points = await travelled(owner)
        at = f"/sessions/{session_id}"
        form = {"data": {"file": BytesIO(b"x" * 300_000)}}
        calls: list[Call] = [
            rewind(owner, session_id, chance.choice(points)),
            fork(owner, session_id),
            put(owner, session_id, "late/one", b"x" * 1_000_000),
            owner.call("POST", f"{at}/files?folder=more&on_conflict=keep_both", **form),
            owner.call("POST", f"{at}/checkpoints", {}),
            owner.call("POST", f"{at}/summarize", {}),
            owner.call("POST", f"{at}/files/move", {"path": "c", "to": "e"}),
            owner.call("POST", "/query/single", {"prompt": "on", "session_id": session_id}),
            owner.call("DELETE", at),
            owner.call("DELETE", at),
        ]
        chance.shuffle(calls)
        answers = await storm(calls)
        assert (await owner.call("GET", at)).status == 404
        assert [one.status for one in answers].count(204) == 1
        for one in (await owner.get("/sessions"))["items"]:
            await owner.get(f"/sessions/{one['id']}/files")
            assert len(await owner.messages(one["id"])) in range(2 * TURNS + 4)
    await assert_swept(house, owner)
