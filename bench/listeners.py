"""`python bench/listeners.py PORT`: opens many WebSockets and counts what they hear; it judges nothing.

Told what to do by lines of JSON on its standard input, it answers each with one. It looks for words in what comes
and reads no frames. What it took of its own core is told too: near a whole core it would be what is measured.
"""

import base64
import json
import os
import select
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

PIECE, END = b'"type":"content"', b'"type":"done"'
MASK = b"\0\0\0\0"
PONG = b"\x8a\x80" + MASK  # a sign of life that nobody asked for, so that none has to be asked for while it is measured
PATIENCE = 60.0
ROOM = bytearray(1 << 18)


class Listener:
    """One socket, and how much it heard."""

    __slots__ = ("heard", "link", "over", "rest", "size")

    def __init__(self, port: int, path: str, headers: str) -> None:
        self.link = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13"
        self.link.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{upgrade}\r\n{headers}\r\n".encode())
        self.heard = self.size = 0
        self.over = False
        self.rest = b""  # the end of what came before, in case that a word of it goes on
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.link.recv(65536)
            if not more:
                raise SystemExit(f"The server closed a handshake: {head!r}")
            head += more
        if b" 101 " not in head[:20]:
            raise SystemExit(f"The server opened no socket: {head!r}")
        self.link.setblocking(False)

    def read(self) -> None:
        """Take what is there."""
        size = self.link.recv_into(ROOM)
        if not size:
            raise SystemExit("The server closed a socket.")
        self.size += size
        data = self.rest + ROOM[:size]
        self.heard += data.count(PIECE)
        self.over = self.over or END in data
        self.rest = bytes(data[1 - len(END) :])

    def say(self, text: str) -> None:
        """Send one message, as a client masks it: with nothing, which is allowed."""
        data = text.encode()
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        self.link.sendall(b"\x81" + size + MASK + data)


def _opened(port: int, asked: dict[str, Any]) -> Iterator[Listener]:
    for number in range(asked["open"]):
        yield Listener(port, asked["paths"][number % len(asked["paths"])], asked["headers"])


def _told(listeners: list[Listener], poll: select.epoll, asked: dict[str, Any]) -> dict[str, Any]:
    """What all of them heard after the first one said something, until each has heard the end."""
    by_file = {one.link.fileno(): one for one in listeners}
    for one in listeners:
        one.heard, one.size, one.over = 0, 0, False
    began, busy = time.monotonic(), time.process_time()
    listeners[0].say(asked["say"])
    waiting = len(listeners)
    while waiting:
        ready = poll.poll(PATIENCE, 512)
        if not ready:
            raise SystemExit(f"{waiting} sockets heard nothing for {PATIENCE:g} s.")
        for number, _ in ready:
            one = by_file[number]
            before = one.over
            one.read()
            waiting -= one.over and not before
    heard = [one.heard for one in listeners]
    return {
        "least": min(heard),
        "most": max(heard),
        "messages": sum(heard),
        "bytes": sum(one.size for one in listeners),
        "seconds": time.monotonic() - began,
        "own_cpu": time.process_time() - busy,
    }


def main(port: int) -> None:
    """Do what the lines say until there are no more."""
    listeners: list[Listener] = []
    poll = select.epoll()
    for line in sys.stdin:
        asked = json.loads(line)
        if "open" in asked:
            for one in _opened(port, asked):
                listeners.append(one)
                poll.register(one.link.fileno(), select.EPOLLIN)
            done: dict[str, Any] = {"open": len(listeners)}
        elif "live" in asked:
            for one in listeners:
                one.link.sendall(PONG)
            done = {}
        else:
            done = _told(listeners, poll, asked)
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
