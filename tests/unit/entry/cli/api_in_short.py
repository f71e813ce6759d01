"""Just enough of Palaver's API for the terminal to talk to: answers are scripted, what was asked is remembered."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from palaver.kit.sse import HEADERS, frame

RUN, SESSION = "run_1", "ses_1"
APPROVAL = {
    "call_id": "call_1",
    "name": "Write",
    "arguments": {"path": "a.txt", "content": "hi"},
    "reason": "It changes files of the workspace.",
}
QUESTION = {
    "call_id": "call_2",
    "questions": [
        {"header": "Drink", "question": "Tea or coffee?", "options": [{"label": "Tea"}, {"label": "Coffee"}]},
        {"header": "Name", "question": "Whose?"},
    ],
}


class ApiInShort:
    """Answers every prompt with the words given.

    `WAIT` holds the answer until the run is cancelled, `APPROVAL` and `QUESTION` until somebody answers, `REPLAYED`
    tells of an approval that was given before, `TOOL` of a call that was made.
    """

    def __init__(self, *words: str) -> None:
        self.words = words
        self.asked: list[dict[str, Any]] = []
        self.followed: list[str] = []
        self.cancelled = asyncio.Event()
        self.waiting = asyncio.Event()
        self.active_run: str | None = None
        self.answers: list[dict[str, Any]] = []
        self.refusals: list[tuple[int, str]] = []
        self.pending: dict[str, Any] | None = None
        self.settled = asyncio.Event()
        self.shelf: list[dict[str, Any]] = []
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
                web.get("/api/v1/approvals", self._approvals),
                web.post(f"/api/v1/runs/{RUN}/answers", self._answer),
                web.get("/api/v1/agents", self._list),
                web.post("/api/v1/agents", self._add),
                web.delete("/api/v1/agents/{id}", self._remove),
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

    async def _approvals(self, request: web.Request) -> web.StreamResponse:
        items = [{"session_title": "Trees", **self.pending}] if self.pending else []
        return web.json_response({"items": items, "next_cursor": None})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.answers.append(await request.json())
        if self.refusals:
            status, detail = self.refusals.pop(0)
            return web.json_response({"detail": detail}, status=status)
        self.settle()
        return web.json_response({})

    def settle(self) -> None:
        """Somebody has answered."""
        self.pending = None
        self.settled.set()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"items": self.shelf, "next_cursor": None})

    async def _add(self, request: web.Request) -> web.StreamResponse:
        self.shelf.append({"id": f"agt_{len(self.shelf)}", **await request.json()})
        return web.json_response(self.shelf[-1], status=201)

    async def _remove(self, request: web.Request) -> web.StreamResponse:
        self.shelf = [item for item in self.shelf if item["id"] != request.match_info["id"]]
        return web.Response(status=204)

    async def _asks(self, response: web.StreamResponse, word: str) -> None:
        about = QUESTION if word == "QUESTION" else APPROVAL
        about = about | {"call_id": "call_0"} if word == "REPLAYED" else about
        kind = "question" if word == "QUESTION" else "approval"
        if word != "REPLAYED":
            self.settled.clear()
            self.pending = {**about, "kind": kind, "run_id": RUN, "session_id": SESSION, "expires_at": None}
        await self._event(response, kind, **about, expires_at=None)
        if word != "REPLAYED":
            await self.settled.wait()
        if kind == "approval":
            await self._event(response, "approval_resolved", call_id=about["call_id"], decision="approve", by="person")
        else:
            await self._event(response, "question_answered", call_id="call_2", answers=[["x"]], by="person")

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
            if word in ("APPROVAL", "QUESTION", "REPLAYED"):
                await self._asks(response, word)
                continue
            if word == "TOOL":
                await self._event(response, "tool_call", call_id="call_1", name="Write", arguments={"path": "a.txt"})
                told = {"ok": True, "content": "Wrote\na.txt\x1b[2J", "duration_ms": 1200.0, "truncated": False}
                await self._event(response, "tool_result", call_id="call_1", **told)
                continue
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
