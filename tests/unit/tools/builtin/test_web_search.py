"""WebSearch against a server that speaks the formats of three search APIs, well and badly."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from palaver.core.ids import RunId, SessionId, UserId
from palaver.files.workspace import Workspace
from palaver.kit.sealed import Sealed
from palaver.tools.builtin.web_fetch import UNTRUSTED
from palaver.tools.builtin.web_search import web_search
from palaver.tools.builtin.web_settings import SearchKind, WebSettings
from palaver.tools.port import Outcome, Scene
from tests.promises import keeps

KEY = "key-1"
FOUND = [("First", "https://one.example/", "About\n one"), ("Second", "https://two.example/", "About two")]


class SearchServer:
    """Answers in the format of each API, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.instead: web.Response | None = None
        self.url = ""

    async def searxng(self, request: web.Request) -> web.Response:
        self.asked = {**request.query, "key": request.headers.get("authorization")}
        results = [{"title": title, "url": url, "content": text, "engine": "x"} for title, url, text in FOUND]
        return self.instead or web.json_response({"query": "q", "results": results})

    async def brave(self, request: web.Request) -> web.Response:
        self.asked = {**request.query, "key": request.headers.get("x-subscription-token")}
        results = [{"title": title, "url": url, "description": text} for title, url, text in FOUND]
        return self.instead or web.json_response({"type": "search", "web": {"type": "search", "results": results}})

    async def tavily(self, request: web.Request) -> web.Response:
        self.asked = {**await request.json(), "key": request.headers.get("authorization")}
        results = [{"title": title, "url": url, "content": text, "score": 0.5} for title, url, text in FOUND]
        return self.instead or web.json_response({"query": "q", "results": results, "response_time": 1.2})


@pytest.fixture
async def server() -> AsyncIterator[SearchServer]:
    made = SearchServer()
    app = web.Application()
    app.router.add_get("/searxng", made.searxng)
    app.router.add_get("/brave", made.brave)
    app.router.add_post("/tavily", made.tavily)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    async def ask(questions: Any) -> Any:
        raise AssertionError(questions)

    return Scene(
        user_id=UserId("usr_1"), session_id=SessionId("ses_1"), run_id=RunId("run_1"), call_id="call_1",
        workspace=Workspace(tmp_path), progress=lambda line: None, ask=ask,
    )  # fmt: skip


async def search(server: SearchServer, kind: SearchKind, scene: Scene, **arguments: Any) -> Outcome:
    tool = web_search(WebSettings(search=kind, search_url=f"{server.url}/{kind}", search_key=Sealed(KEY)))
    assert tool is not None
    try:
        return await tool.use({"query": "tea & cake", **arguments}, scene)
    finally:
        await tool.close()


ASKED: dict[SearchKind, dict[str, Any]] = {
    "searxng": {"q": "tea & cake", "format": "json", "key": f"Bearer {KEY}"},
    "brave": {"q": "tea & cake", "count": "2", "key": KEY},
    "tavily": {"query": "tea & cake", "max_results": 2, "key": f"Bearer {KEY}"},
}


@keeps("web:untrusted")
@pytest.mark.parametrize("kind", ASKED)
async def test_each_search_api_is_asked_in_its_own_words(kind: SearchKind, server: SearchServer, scene: Scene) -> None:
    got = await search(server, kind, scene, results=2)
    assert server.asked == ASKED[kind]
    first = "1. First\n   https://one.example/\n   About one"
    assert got == Outcome(f"{UNTRUSTED}\n{first}\n2. Second\n   https://two.example/\n   About two")
    assert "Second" not in (await search(server, kind, scene, results=1)).content


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize(
    ("status", "body"), [(500, "{}"), (401, "{}"), (200, "<html>"), (200, "[]"), (200, '{"results": 5, "web": 5}')]
)
async def test_a_search_that_fails_says_so(
    kind: SearchKind, status: int, body: str, server: SearchServer, scene: Scene
) -> None:
    server.instead = web.Response(status=status, text=body)
    got = await search(server, kind, scene)
    assert not got.ok
    assert got.content.startswith("The search did not work. ")
    assert KEY not in got.content


@pytest.mark.parametrize("kind", ASKED)
async def test_nothing_found_is_said(kind: SearchKind, server: SearchServer, scene: Scene) -> None:
    server.instead = web.Response(text=json.dumps({"results": [], "web": {"results": []}}))
    assert (await search(server, kind, scene)).content == "Nothing was found for: tea & cake"


async def test_a_server_that_is_not_there_is_told(scene: Scene) -> None:
    gone = SearchServer()
    gone.url = "http://127.0.0.1:1"
    assert not (await search(gone, "searxng", scene)).ok


def test_without_a_search_api_the_tool_is_not_there() -> None:
    assert web_search(WebSettings()) is None


@pytest.mark.parametrize(
    "given", [{"search": "searxng"}, {"search": "brave"}, {"search": "other"}, {"search": "searxng", "search_url": "x"}]
)
def test_a_search_api_that_cannot_be_asked_stops_the_start(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WebSettings.model_validate(given)
