"""The fake vendor's sockets: it serves scripts, remembers what it was asked and notices when a client goes."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import web

from tests.vendor import anthropic, chat, responses, vectors
from tests.vendor.script import Drop, Knobs, Pause, Reply, Script, Stall, Step, by_name, failure
from tests.vendor.spoken import Answer, by_knobs

MODELS = ("fake", "fake-n5-d1", "fake-n20-d5", "fake-n50-d20", "fake-n50-w1", "fake-t1-n20-d5")
PATIENCE = 20.0
WIRES = {"messages": anthropic, "responses": responses}


@dataclass
class Heard:
    """One request, and what became of its connection."""

    path: str
    headers: Mapping[str, str]
    body: Any
    query: Mapping[str, str]
    socket: object
    arrived: float = field(default_factory=time.monotonic)
    left: float | None = None
    sent: int = 0
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _begun: asyncio.Event = field(default_factory=asyncio.Event)
    _served: asyncio.Event = field(default_factory=asyncio.Event)

    async def gone(self) -> float:
        """Wait until the client has closed the connection before the reply was over; the time at which it did."""
        async with asyncio.timeout(PATIENCE):
            await self._gone.wait()
        assert self.left is not None
        return self.left

    async def begun(self) -> None:
        """Wait until the first bytes of the body have been sent."""
        async with asyncio.timeout(PATIENCE):
            await self._begun.wait()

    async def served(self) -> None:
        """Wait until the whole reply has been handed to the socket."""
        async with asyncio.timeout(PATIENCE):
            await self._served.wait()

    @property
    def open(self) -> bool:
        """Whether the client was not seen leaving."""
        return self.left is None


class FakeVendor:
    """`async with FakeVendor() as vendor:` serves on a free port of this machine.

    `vendor.next(reply, …)` queues what the next requests get; without that, the model's name says (see `Knobs`). What
    is queued as an `Answer` is written in the format that is asked for, and only if the request is one that the vendor
    would take.
    """

    def __init__(self, port: int = 0, *, models: Any = None) -> None:
        self.heard: list[Heard] = []
        self.port = port
        self.models: Any = models or {"object": "list", "data": [{"id": one, "object": "model"} for one in MODELS]}
        self.models_status = 200
        self.always: Callable[[Any], Reply] | None = None  # what is answered where nothing is queued
        self._queue: deque[Reply | Answer] = deque()
        self._news = asyncio.Condition()
        self._release = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base URL a provider is given."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def connections(self) -> int:
        """How many connections carried requests for an answer."""
        return len({heard.socket for heard in self.heard})

    def next(self, *scripts: Script | Answer) -> None:
        """Queue replies, each for one request."""
        for script in scripts:
            self._queue.extend([script] if isinstance(script, (Reply, Answer)) else script)

    def forget(self) -> None:
        """Drop the replies that are queued: from now on the model's name says."""
        self._queue.clear()

    def release(self) -> None:
        """End every stalled reply: its socket is closed."""
        self._release.set()

    async def asked(self, count: int = 1) -> Heard:
        """Wait until so many requests for an answer have come; the last of them."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: len(self.heard) >= count)
        return self.heard[count - 1]

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=64 * 1_048_576)
        app.router.add_get("/{prefix:.*}models", self._list)
        app.router.add_post("/{path:.*}", self._answer)
        options: dict[str, Any] = {"access_log": None, "handler_cancellation": True, "shutdown_timeout": 0.1}
        self._runner = web.AppRunner(app, **options)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        self.release()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _list(self, request: web.Request) -> web.Response:
        del request
        return web.Response(
            status=self.models_status, body=msgspec.json.encode(self.models), content_type="application/json"
        )

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = msgspec.json.decode(await request.read())
        headers = {name.lower(): value for name, value in request.headers.items()}
        heard = Heard(request.path, headers, body, dict(request.query), request.transport)
        async with self._news:
            self.heard.append(heard)
            self._news.notify_all()
        queued = self._queue.popleft() if self._queue else None
        if queued is None and self.always is not None:
            queued = self.always(body)
        reply = queued if isinstance(queued, Reply) else self._replied(request.path, body, queued)
        try:
            return await self._serve(request, reply, heard)
        except (asyncio.CancelledError, ConnectionError):
            heard.left = time.monotonic()
            heard._gone.set()
            raise

    def _replied(self, path: str, body: Any, queued: Answer | None) -> Reply:
        """The answer in the format of the request, or what is wrong with the request."""
        kind = path.rpartition("/")[2]
        model = str(body.get("model"))
        if kind == "embeddings":
            return vectors.replied(body)
        if queued is None and kind not in WIRES:
            return by_name(model, body)
        wire = WIRES.get(kind, chat)
        if (refusal := wire.refused(body)) is not None:
            return refusal
        if queued is None and (status := Knobs.of(model).values.get("h")):
            return failure(status)
        return wire.written(queued or by_knobs(model, tools=_names(body), answered=_answered(body)), body)

    async def _serve(self, request: web.Request, reply: Reply, heard: Heard) -> web.StreamResponse:
        response = web.StreamResponse(status=reply.status, headers=dict(reply.headers))
        if reply.content_type:
            response.headers["content-type"] = reply.content_type
        response.enable_chunked_encoding()
        await response.prepare(request)
        for step in reply.steps:
            await self._take(step, request, response, heard)
        await response.write_eof()
        heard._served.set()
        return response

    async def _take(self, step: Step, request: web.Request, response: web.StreamResponse, heard: Heard) -> None:
        match step:
            case bytes():
                await response.write(step)
                heard.sent += 1
                heard._begun.set()
            case Pause(ms=ms):
                await _pause(ms / 1000)
            case Stall():
                heard._begun.set()
                await self._release.wait()
            case Drop():
                assert request.transport is not None
                request.transport.abort()


async def _pause(seconds: float) -> None:
    """The vendor's own pace, which is what it is there to imitate."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    await over.wait()


def _names(body: Any) -> list[str]:
    return [tool["name"] for tool in body.get("tools") or []]


def _answered(body: Any) -> bool:
    """Whether the conversation ends with the result of a call."""
    last = (body.get("messages") or body.get("input"))[-1]
    content = last.get("content")
    return last.get("type") == "function_call_output" or (
        isinstance(content, list) and any(block.get("type") == "tool_result" for block in content)
    )
