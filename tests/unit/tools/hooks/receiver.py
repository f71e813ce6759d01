"""A server of callbacks for tests: it remembers what it was asked, and behaves as a test wants."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Receiver:
    """Answers every POST; `heard` are the bodies, `requests` the headers with the bodies as they came."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.behaviours: dict[str, Behaviour] = {}
        self.hanging = asyncio.Event()
        self.url = ""

    async def open(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{name:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        self.hanging.set()
        await self._runner.cleanup()

    def at(self, name: str, behaviour: Behaviour) -> str:
        """The URL of somebody who behaves like this."""
        self.behaviours[name] = behaviour
        return f"{self.url}/{name}"

    def says(self, name: str, answer: dict[str, Any]) -> str:
        """The URL of somebody who always answers this."""
        return self.at(name, lambda _: _sent(web.json_response(answer)))

    async def hangs(self, request: web.Request) -> web.StreamResponse:
        await self.hanging.wait()
        return web.json_response({})

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.heard.append(json.loads(body))
        self.requests.append(({name.lower(): value for name, value in request.headers.items()}, body))
        return await self.behaviours[request.match_info["name"]](request)


async def _sent(response: web.StreamResponse) -> web.StreamResponse:
    return response


def text(body: str, status: int = 200) -> Behaviour:
    """Somebody who answers this text."""
    return lambda _: _sent(web.Response(text=body, status=status))


def elsewhere(url: str) -> Behaviour:
    """Somebody who sends everybody on."""
    return lambda _: _sent(web.Response(status=307, headers={"location": url}))


def verified(headers: dict[str, str], body: bytes, key: bytes = KEY) -> bool:
    """Whether a request was signed with this key, as the specification has it, computed here once more."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    versions = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(given, wanted) for version, given in versions)
