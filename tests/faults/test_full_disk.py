"""A database that takes no writes for a while: requests are told so, runs wait, and all go on by themselves."""

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import aiohttp
import pytest

from tests.journeys.house import Answer, House, Opening, Person
from tests.journeys.streams import PATIENCE, assert_whole, text_of
from tests.promises import keeps
from tests.vendor import FakeVendor

pytestmark = pytest.mark.timeout(90)


@contextmanager
def no_space(house: House) -> Iterator[None]:
    """No file of the server may grow: what a full disk does to it, without filling one."""
    before = resource.prlimit(house.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(house.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(house.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def taken(house: House) -> Iterator[None]:
    """Another program holds the database, so that nobody else can write."""
    with closing(sqlite3.connect(house.database, timeout=10, isolation_level=None)) as link:
        link.execute("begin immediate")
        yield
        link.execute("rollback")


def assert_unavailable(answer: Answer) -> None:
    assert (answer.status, answer.json["code"]) == (503, "unavailable"), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


async def until_ready(person: Person) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await person.call("GET", "/health/ready")).status != 200:
            continue


@pytest.mark.parametrize("trouble", [no_space, taken])
@keeps("service:disk")
async def test_what_cannot_be_written_is_answered_503_and_works_again_by_itself(
    open_house: Opening,
    trouble: Callable[[House], AbstractContextManager[None]],
) -> None:
    house = await open_house(observability__check_reuse="0s")
    owner = await house.owner()
    kept = (await owner.ask("before"))[0].data["session_id"]
    with trouble(house):
        async with asyncio.TaskGroup() as group:
            requests = [
                group.create_task(owner.call(method, path, body))
                for method, path, body in (
                    ("POST", "/query", {"prompt": "x"}),
                    ("POST", "/sessions", {}),
                    ("PATCH", f"/sessions/{kept}", {"title": "new"}),
                    ("DELETE", f"/sessions/{kept}", None),
                )
            ]
        for request in requests:
            assert_unavailable(request.result())
        assert_unavailable(await owner.call("GET", "/health/ready"))
        assert (await owner.call("GET", "/health")).status == 200
        assert len(await owner.messages(kept)) == 2  # reading goes on
    await until_ready(owner)
    assert_whole(await owner.ask("after", session_id=kept))
    assert house.count("sessions") == 1
    assert house.count("messages") == 4


@keeps("service:disk", "runs:watch:durable-first")
async def test_runs_under_way_wait_for_a_full_disk_and_lose_nothing(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(observability__check_reuse="0s", runs__lease="1s", runs__unwritten_bytes="20")
    owner = await house.owner()
    async with owner.query("one", model="fake/fake-n40-d10") as one, owner.query("two", model="fake/fake-n3-w3") as two:
        for stream in (one, two):
            await stream.until(lambda event: event.type == "content" and "part 2 " in event.data["content"])
        next_one = await owner.post(
            f"/sessions/{one.heard[0].data['session_id']}/messages",
            {"prompt": "three", "when_busy": "queue", "model": "fake/fake-n3"},
        )
        with no_space(house):
            await vendor.heard[0].served()
            told = len(one.heard)
            assert_unavailable(await owner.call("POST", "/sessions", {}))
            replayed = await owner.get("/health/detailed")
            assert replayed["status"] == "not_ready"
        whole = await one.rest()
        assert told < len(whole)
        assert_whole(whole)
        assert text_of(whole) == "".join(f"part {number} " for number in range(40))
        assert_whole(await owner.whole(next_one["id"]))
        await owner.post(f"/runs/{two.heard[0].run_id}/cancel")
        assert_whole(await two.rest())
    assert house.rows("select count(*) from runs where state != 'over'") == [(0,)]
    assert house.count("messages") == 6


@keeps("service:disk", "service:ends-soon")
async def test_a_server_that_is_ended_while_the_disk_is_full_goes_on_after_its_restart(open_house: Opening) -> None:
    house = await open_house()
    owner = await house.owner()
    async with owner.query("one", model="fake/fake-n40-d10") as stream:
        await stream.until("content")
        with no_space(house):
            assert_unavailable(await owner.call("POST", "/sessions", {}))
            began = asyncio.get_running_loop().time()
            assert await house.end() == 0
            assert asyncio.get_running_loop().time() - began < 5
        heard = await stream.rest()
    await house.start()
    assert_whole([*heard, *await owner.whole(heard[0].run_id, heard[-1].seq)])


@keeps("files:full")
async def test_a_file_for_which_there_is_no_room_is_refused_with_507_and_leaves_nothing(
    owner: Person, house: House
) -> None:
    session_id = (await owner.post("/sessions", {}))["id"]
    at = f"/sessions/{session_id}/files"
    put = {"data": b"before", "headers": {"Content-Type": "application/octet-stream"}}
    assert (await owner.call("PUT", f"{at}/kept.txt", **put)).status in {200, 201}
    before = await owner.get(at)
    with no_space(house):
        form = aiohttp.FormData()
        form.add_field("file", b"in a form", filename="form.txt")
        refused = [
            await owner.call("PUT", f"{at}/new.txt", **put),
            await owner.call("PUT", f"{at}/kept.txt", **(put | {"data": b"after"})),
            await owner.call("POST", at, data=form),
        ]
        assert [(one.status, one.json["code"]) for one in refused] == [(507, "storage_full")] * 3
        assert await owner.get(at) == before
    await until_ready(owner)
    assert await owner.get(at) == before
    assert (await owner.call("PUT", f"{at}/new.txt", **put)).status in {200, 201}
    assert [one["path"] for one in (await owner.get(at))["items"]] == ["kept.txt", "new.txt"]
    assert not [one for one in (house.home / "workspaces").rglob("*") if one.is_file() and one.stat().st_size == 0]
