"""Readers who stop reading, and readers who vanish: they slow nobody, and nothing of them stays."""

import asyncio
import socket
from typing import Any

import pytest
from yarl import URL

from tests.journeys.house import House, Opening, Person
from tests.journeys.streams import PATIENCE, assert_whole, joined
from tests.promises import keeps
from tests.vendor import FakeVendor

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
    open_house: Opening,
) -> None:
    house = await open_house(bus__reader_backlog_bytes="20000", observability__check_reuse="0s")
    owner = await house.owner()
    async with owner.query("much", model="fake/fake-n2000-s2000") as stream:
        run_id = (await stream.until("content")).run_id
        with await deaf(owner, f"/runs/{run_id}/events") as reader:
            whole = await stream.rest()
            metrics = (await owner.call("GET", "/metrics")).body.decode()
            assert "let_go_total 1" in metrics or "let_go 1" in metrics, [
                line for line in metrics.splitlines() if "go" in line
            ]
            got = await everything(reader)
    assert_whole(whole)
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert len(body) < len(joined(whole))  # it was cut off, not served to the end
    assert joined(await owner.whole(run_id, 1000)) == joined(whole[1000:])
    await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 0)


async def everything(reader: socket.socket) -> bytes:
    """Read to the end, however the other side ended it."""
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    got = b""
    async with asyncio.timeout(PATIENCE):
        try:
            while piece := await asyncio.get_running_loop().sock_recv(reader, 1 << 16):
                got += piece
        except ConnectionError:
            pass
    return got


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
async def test_a_reader_that_takes_nothing_is_dropped_after_a_while_even_if_little_waits_for_it(
    open_house: Opening,
) -> None:
    house = await open_house(realtime__ping="100ms", realtime__stuck="300ms", observability__check_reuse="0s")
    owner = await house.owner()
    whole = await owner.ask("much", model="fake/fake-n2000-s2000")
    with await deaf(owner, f"/runs/{whole[0].run_id}/events") as reader:
        await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 1)
        await owner.until("/health/detailed", lambda found: process_of(found)["streams"] == 0)
        assert len(await everything(reader)) < len(joined(whole))
