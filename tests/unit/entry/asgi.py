"""Asks an ASGI application one thing without a socket, and gives what it answered; no test stands here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def ask(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    body: bytes | Sequence[bytes] | None = None,
    query: str = "",
    **headers: str,
) -> Answer:
    """A sequence of bytes is sent in pieces whose number nobody knows before; an empty one leaves in the middle."""
    pieces = [body] if isinstance(body, bytes) else list(body or [b""])
    sent = {"host": "palaver.example"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes):
        sent = {"content-length": str(len(body)), "content-type": "application/json"} | sent
    elif body is not None:
        sent = {"transfer-encoding": "chunked", "content-type": "application/json"} | sent
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }
    told: list[Message] = []

    async def receive() -> Message:
        if not pieces or (body is not None and not isinstance(body, bytes) and pieces[0] == b""):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        told.append(message)

    await app(scope, receive, send)
    if not told:
        return Answer(0, {}, b"")
    named = {name.decode().lower(): value.decode() for name, value in told[0]["headers"]}
    return Answer(told[0]["status"], named, b"".join(one.get("body", b"") for one in told[1:]))
