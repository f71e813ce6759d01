"""Just enough of Palaver's API for the terminal to talk to: answers are scripted, what was asked is remembered."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from palaver.kit.sse import HEADERS, frame

RUN, SESSION = "run_1", "ses_1"


class ApiInShort:
    """Answers every prompt with the words given; the word `WAIT` holds the answer until the run is cancelled."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.asked: list[dict[str, Any]] = []
        self.followed: list[str] = []
        self.cancelled = asyncio.Event()
        self.waiting = asyncio.Event()
        self.active_run: str | None = None
        self._number = 0

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = web.Application()
        app.add_routes(
            [
                web.post("/api/v1/query", self._query),
                web.get(f"/api/v1/runs/{RUN}/events", self._follow),
                web.post(f"/api/v1/runs/{RUN}/cancel", self._cancel),
                web.get(f"/api/v1/sessions/{SESSION}", self._session),
                web.get("/api/v1/models", self._models),
            ]
        )
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _query(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        return await self._tell(request)

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        self.followed.append(request.headers["Last-Event-ID"])
        return await self._tell(request)

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        self.cancelled.set()
        return web.json_response({})

    async def _session(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"id": SESSION, "title": "Trees", "active_run_id": self.active_run})

    async def _models(self, request: web.Request) -> web.StreamResponse:
        guide = {"id": "builtin/guide", "name": "Guide", "context_window": 32000, "local": True, "ready": True}
        away = {"id": "x/y", "name": None, "context_window": None, "local": False, "ready": False}
        return web.json_response({"items": [guide, away]})

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        self._number = 0
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        await self._event(response, "session", title="Trees", created=True)
        for word in self.words:
            if word == "WAIT":
                self.waiting.set()
                await self.cancelled.wait()
                break
            if word == "FAIL":
                await self._event(response, "error", code="model_unavailable", message="It is away.", retryable=True)
                break
            await self._event(response, "content", content=word)
        reason = "interrupted" if self.cancelled.is_set() else "error" if "FAIL" in self.words else "stop"
        await self._event(response, "done", finish_reason=reason, duration_ms=1.0, turns=1)
        return response

    async def _event(self, response: web.StreamResponse, kind: str, **fields: Any) -> None:
        self._number += 1
        body = {"type": kind, "seq": self._number, "run_id": RUN, "session_id": SESSION, **fields}
        await response.write(frame(self._number, kind, json.dumps(body).encode()))
