"""WebSockets as clients use them, message by message, and raw ones for what no client would send; it asserts little."""

import asyncio
import base64
import json
import os
import socket as plain
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.journeys.house import Person
from tests.journeys.streams import PATIENCE

Said = dict[str, Any]
ANY = "/api/v1/ws"


class Sock:
    """An open socket. `heard` is everything that came so far."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[Said] = []

    async def send(self, kind: str, **fields: Any) -> None:
        """One command."""
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def next(self) -> Said:
        """The next message. Raises `ConnectionClosed`."""
        async with asyncio.timeout(PATIENCE):
            self.heard.append(json.loads(await self.connection.recv()))
        return self.heard[-1]

    async def until(self, wanted: str | Callable[[Said], bool]) -> Said:
        """Read on to the first message of this type, or of which this holds."""
        holds = wanted if callable(wanted) else lambda said: said["type"] == wanted
        while not holds(said := await self.next()):
            continue
        return said

    async def answer(self, kind: str, client_id: str = "c", **fields: Any) -> Said:
        """Send a command, and what it is answered."""
        await self.send(kind, client_id=client_id, **fields)
        return await self.until(lambda said: said.get("client_id") == client_id)

    async def closed(self) -> int:
        """Read to the end; the code with which it was closed."""
        try:
            while True:
                await self.next()
        except ConnectionClosed:
            return cast(int, self.connection.close_code)

    def events(self, run_id: str | None = None) -> list[Said]:
        """What was told of runs, or of one."""
        return [said for said in self.heard if "seq" in said and run_id in (None, said["run_id"])]


def address(person: Person, path: str = ANY) -> str:
    """Where to open it."""
    return person.url.replace("http", "ws", 1) + path


@asynccontextmanager
async def opened(
    person: Person, path: str = ANY, *, headers: dict[str, str] | None = None, **more: Any
) -> AsyncIterator[Sock]:
    """A socket of somebody, with their token in a header where nothing else is said."""
    credentials = {"Authorization": f"Bearer {person.token}"} if headers is None else headers
    async with asyncio.timeout(PATIENCE):
        connection = await connect(
            address(person, path),
            additional_headers=credentials,
            proxy=None,
            max_size=None,
            open_timeout=None,
            close_timeout=1,
            ping_interval=None,
            **more,
        )
    try:
        yield Sock(connection)
    finally:
        await connection.close()


@asynccontextmanager
async def raw(person: Person, *, buffer: int = 0) -> AsyncIterator[plain.socket]:
    """A handshake by hand, and the bare connection behind it, which answers nothing by itself."""
    loop = asyncio.get_running_loop()
    host, _, port = person.url.removeprefix("http://").partition(":")
    with plain.socket() as link:
        if buffer:
            link.setsockopt(plain.SOL_SOCKET, plain.SO_RCVBUF, buffer)
        link.setblocking(False)
        await loop.sock_connect(link, (host, int(port)))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {ANY} HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Authorization: Bearer {person.token}", "", "",
        ]  # fmt: skip
        await loop.sock_sendall(link, "\r\n".join(lines).encode())
        answer = b""
        async with asyncio.timeout(PATIENCE):
            while not answer.endswith(b"\r\n\r\n"):
                answer += await loop.sock_recv(link, 1)
        assert answer.startswith(b"HTTP/1.1 101"), answer
        yield link


def masked(data: bytes, first: int = 0x81) -> bytes:
    """A frame as a client writes it; the mask is zero."""
    size = len(data)
    head = bytes([first, 0x80 | size]) if size < 126 else bytes([first, 0xFE]) + struct.pack("!H", size)
    return head + b"\0\0\0\0" + data


async def all_of(link: plain.socket) -> bytes:
    """Everything that comes until the other side closes."""
    loop, got = asyncio.get_running_loop(), b""
    async with asyncio.timeout(PATIENCE):
        try:
            while piece := await loop.sock_recv(link, 65_536):
                got += piece
        except ConnectionResetError:
            pass
    return got
