"""Readers who stop reading, and readers who vanish: they slow nobody, and nothing of them stays."""

import asyncio
import contextlib
import socket
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import PATIENCE, Event, assert_whole, joined, text_of
from tests.promises import keeps
from tests.vendor import FakeVendor, Reply, done, finish, said
from tests.vendor.script import Stall

ABANDONED = 200


async def deaf(person: Person, path: str) -> socket.socket:
    """A reader that asked for a stream and reads nothing, with as little room for it as a socket can have."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    reader.setblocking(False)
    url = URL(person.url)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE):
        await loop.sock_connect(reader, (url.host, url.port))
        request = f"GET /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n\r\n"
        await loop.sock_sendall(reader, request.encode())
    return reader


def process_of(found: Any) -> Any:
    """What the process says of itself."""
    return next(check["detail"] for check in found["checks"] if check["name"] == "process")


@pytest.mark.timeout(60)
@keeps("runs:watch:slow-reader", "runs:watch:no-gap")
async def test_a_reader_that_stops_reading_is_let_go_and_the_run_and_its_other_readers_go_on(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(
        bus__reader_backlog_bytes="20000",
        runs__output_characters="30000000",
        realtime__ping="100ms",
        realtime__stuck="500ms",
        observability__check_reuse="0s",
    )
    owner = await house.owner()
    vendor.next(
        Reply([said("first"), Stall(), *[said("x" * 50_000)] * 400, finish(), done()])
    )  # more than sockets hold
    session_id = (await owner.post("/sessions"))["id"]
    run_id = (await owner.post(f"/sessions/{session_id}/messages", {"prompt": "much"}))["id"]
    with await deaf(owner, f"/runs/{run_id}/events"):
        await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 1)
        vendor.release()
        heard = await heard_in_pieces(owner, run_id)
        await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 0)
    assert "palaver_readers_let_go_total 0" not in (await owner.call("GET", "/metrics")).body.decode()
    assert_whole(heard)
    assert len(text_of(heard)) == 400 * 50_000 + 5
    assert joined(heard) == joined(await owner.whole(run_id))


async def heard_in_pieces(person: Person, run_id: str) -> list[Event]:
    """A run, by a client that comes back with its last number whenever it was let go."""
    heard: list[Event] = []
    while not heard or heard[-1].type != "done":
        async with person.follow(run_id, heard[-1].seq if heard else None) as stream:
            with contextlib.suppress(aiohttp.ClientError):
                await stream.rest()
            heard += stream.heard
    return heard


@pytest.mark.timeout(60)
@keeps("runs:watch:nothing-left", "runs:outlive-clients")
async def test_streams_that_were_abandoned_leave_no_stream_and_no_task(open_house: Opening, vendor: FakeVendor) -> None:
    house: House = await open_house(observability__check_reuse="0s")
    owner = await house.owner()
    before = process_of(await owner.get("/health/detailed"))["tasks"]
    async with owner.query("hello", model="fake/fake-n50-w5") as stream:
        event = await stream.until("content")
        for path in (f"/runs/{event.run_id}/events", f"/sessions/{event.data['session_id']}/events"):
            readers = [await deaf(owner, path) for _ in range(ABANDONED)]
            await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 1 + ABANDONED)
            for reader in readers:
                reader.close()
            await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 1)
        for _ in range(ABANDONED):  # gone before the answer begins
            (await deaf(owner, f"/sessions/{event.data['session_id']}/events")).close()
    vendor.release()
    left = await owner.until(
        "/health/detailed", lambda found: (process_of(found)["streams"], process_of(found)["runs"]) == (0, 0)
    )
    assert process_of(left)["tasks"] <= before + 1  # one request, this one


@pytest.mark.timeout(60)
@keeps("runs:watch:slow-reader")
async def test_a_reader_that_takes_nothing_of_a_finished_run_is_dropped_after_a_while(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(realtime__ping="100ms", realtime__stuck="300ms", observability__check_reuse="0s")
    owner = await house.owner()
    vendor.next(Reply([*[said("x" * 50_000)] * 400, finish(), done()]))
    session_id = (await owner.post("/sessions"))["id"]
    run_id = (await owner.post(f"/sessions/{session_id}/messages", {"prompt": "much"}))["id"]
    await owner.until(f"/runs/{run_id}", lambda run: run["status"] == "done")
    with await deaf(owner, f"/runs/{run_id}/events"):
        await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 1)
        await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 0)
