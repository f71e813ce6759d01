"""What comes over raw sockets and is no request as it should be: bounded, refused, and nobody else is hurt."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.journeys.house import House, Opening, Person
from tests.promises import keeps

pytestmark = pytest.mark.timeout(60)

HOST = b"Host: palaver\r\n"
HEALTH = b"GET /api/v1/health HTTP/1.1\r\n" + HOST
SMUGGLED = b"GET /api/v1/health HTTP/1.1\r\nHost: palaver\r\n\r\n"
LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


@pytest.fixture
async def house(open_house: Opening) -> House:
    """A server that is impatient."""
    return await open_house(network__header_timeout="1", network__body_timeout="1")


@asynccontextmanager
async def line(house: House) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to it."""
    port = int(house.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answers(house: House, sent: bytes, *, to_the_end: bool = True) -> bytes:
    """All that is answered to some bytes, until the server closes the connection."""
    async with line(house) as (reader, writer), asyncio.timeout(20):
        try:
            writer.write(sent)
            await writer.drain()
            return await (reader.read() if to_the_end else reader.readuntil(b"\r\n"))
        except ConnectionError:
            return b""


def statuses(told: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3})", told)]


AMBIGUOUS = {
    "two lengths": LOGIN + b"Content-Length: 2\r\nContent-Length: 90\r\n\r\n{}" + SMUGGLED,
    "a length and chunks": LOGIN + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and a length": LOGIN + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks by another name": LOGIN + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and then something": LOGIN + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a length with a sign": LOGIN + b"Content-Length: +2\r\n\r\n{}" + SMUGGLED,
    "a length that is none": LOGIN + b"Content-Length: 2, 2\r\n\r\n{}" + SMUGGLED,
    "an endless length": LOGIN + b"Content-Length: 99999999999999999999999\r\n\r\n{}" + SMUGGLED,
    "a chunk without a size": LOGIN + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n" + SMUGGLED,
    "an endless chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n" + SMUGGLED,
    "a chunk with a sign": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n" + SMUGGLED,
    "a header that goes on": HEALTH + b"X-A: 1\r\n Content-Length: 50\r\n\r\n",
    "a blank before the colon": LOGIN + b"Content-Length : 50\r\n\r\n" + SMUGGLED,
    "a header with a nul": HEALTH + b"X-A: a\x00b\r\n\r\n",
    "a bare carriage return": HEALTH + b"X-A: a\rContent-Length: 50\r\n\r\n",
    "no method": b" /api/v1/health HTTP/1.1\r\n" + HOST + b"\r\n",
    "a version to come": b"GET /api/v1/health HTTP/9.9\r\n" + HOST + b"\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 40,
}


@keeps("inbound:unambiguous")
async def test_a_request_that_may_be_read_in_two_ways_is_refused_and_ends_its_connection(house: House) -> None:
    told = {name: statuses(await answers(house, sent)) for name, sent in AMBIGUOUS.items()}
    assert {name: found for name, found in told.items() if found not in ([400], [422], [])} == {}
    assert {"a length and chunks": told["a length and chunks"], "two lengths": told["two lengths"]} == {
        "a length and chunks": [400],
        "two lengths": [400],
    }


@keeps("inbound:bounded")
async def test_headers_and_paths_have_a_size_and_bodies_come_as_they_are(house: House, owner: Person) -> None:
    many = HEALTH + b"".join(b"X-%d: a\r\n" % number for number in range(120)) + b"\r\n"
    long = HEALTH + b"X-A: " + b"a" * 80_000 + b"\r\n\r\n"
    endless = HEALTH + b"X-A: " + b"a" * 2_000_000
    target = b"GET /api/v1/health?" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    whole_line = b"GET /" + b"a" * 2_000_000
    told = [statuses(await answers(house, sent)) for sent in (many, long, target)]
    assert told == [[431], [431], [414]]
    for sent in (endless, whole_line):
        assert statuses(await answers(house, sent)) in ([431], [400], [])  # a sender may not hear it in the noise
    fits = HEALTH + b"X-A: " + b"a" * 30_000 + b"\r\nConnection: close\r\n\r\n"
    assert statuses(await answers(house, fits)) == [200]
    packed = gzip.compress(b'{"title":"' + b"a" * 5_000_000 + b'"}')
    for kind in ("gzip", "br", "deflate, gzip", "zstd"):
        headers = {"Content-Encoding": kind, "Content-Type": "application/json"}
        assert (await owner.call("POST", "/sessions", data=packed, headers=headers)).status == 415
    assert (await owner.call("POST", "/files", data=packed, headers={"Content-Encoding": "gzip"})).status == 415


@keeps("inbound:bounded")
async def test_who_is_slow_is_let_go_and_hundreds_of_them_hinder_nobody(house: House, owner: Person) -> None:
    slow = {
        "says nothing": b"",
        "ends in a header": HEALTH + b"X-A: a",
        "ends in the first line": b"GET /api",
        "ends in a body": LOGIN + b"Content-Length: 50\r\n\r\n{",
        "ends in a chunk": LOGIN + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    }
    async with AsyncExitStack() as open_lines:
        held = [await open_lines.enter_async_context(line(house)) for _ in range(300)]
        for number, (_, writer) in enumerate(held):
            writer.write(list(slow.values())[number % len(slow)])
        assert (await owner.get("/auth/me"))["user"]["role"] == "admin"
        async with asyncio.timeout(20):
            told = [await _rest(reader) for reader, _ in held]
    for number, name in enumerate(slow):
        found = {tuple(statuses(one)) for one in told[number :: len(slow)]}
        heading = name in {"ends in a header", "ends in the first line"}
        assert found <= ({(408,)} if heading else {(), (429,)}), name  # so many sign-ins are too many
    whole = HEALTH + b"\r\n"
    async with line(house) as (reader, writer), asyncio.timeout(20):  # two in a row, and a pause no longer than allowed
        for _ in range(2):
            writer.write(whole)
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"}")


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""
