"""Servers that hooks lead to, well and broken; what follows from that is the journeys' to say."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, get_args

from aiohttp import web

from palaver.tools.hooks.port import HookEvent
from tests.unit.tools.hooks import receiver as at_hand
from tests.unit.tools.hooks.receiver import Behaviour, elsewhere, text, verified

EVENTS: tuple[str, ...] = get_args(HookEvent)
KEYS = {name: name[:1].encode() * 32 for name in ("operator", "user", "request")}
SECRETS = {name: "whsec_" + base64.b64encode(key).decode() for name, key in KEYS.items()}
OPEN = "\n[hooks]\nallow_http = true\nallow_private = true\n"


class Receiver(at_hand.Receiver):
    """`asked` is who was asked, what, with which headers, and the very bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, dict[str, Any], dict[str, str], bytes]] = []

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        name = request.match_info["name"]
        self.asked.append((name, json.loads(body) if body else {}, headers, body))
        return await self.behaviours[name](request)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    await receiver.open()
    try:
        yield receiver
    finally:
        await receiver.close()


def broken(receiver: Receiver) -> dict[str, Behaviour]:
    """All ways not to answer as agreed."""
    return {
        "hangs": receiver.hangs,
        "fails": text("{}", 500),
        "refuses": text('{"decision": "allow"}', 404),
        "garbage": text("<html>all is well</html>"),
        "empty": text(""),
        "unknown-field": text('{"decision": "allow", "sudo": true}'),
        "unknown-word": text('{"decision": "approve"}'),
        "list": text('["allow"]'),
        "deep": text("[" * 100_000),
        "long": text('{"reason": "' + "x" * 2_000_000 + '"}'),
        "elsewhere": elsewhere(receiver.says("friend", {"decision": "allow"})),
    }


def operator(event: str, url: str, secret: str | None = None, *, timeout: float = 10) -> str:
    """An operator's hook as it stands in the settings."""
    signed = f'secret = "{secret}"\n' if secret else ""
    return f'\n[[hooks.operator]]\nevent = "{event}"\nurl = "{url}"\ntimeout = {timeout}\n{signed}'


def hook(url: str, secret: str | None = None, **more: Any) -> dict[str, Any]:
    """A hook as it stands in a request."""
    return {"url": url, **({"secret": secret} if secret else {}), **more}


def keys_of(headers: Mapping[str, str], body: bytes) -> list[str]:
    """Whose keys a request was signed with."""
    return [name for name, key in KEYS.items() if verified(dict(headers), body, key)]
