"""Real MCP servers of both generations of the protocol, over every transport: what they offer works, all of it."""

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from palaver.core.questions import Answers
from palaver.tools.mcp.precedence import Server
from tests.mcp.party import OBLIGING, Told, at, everything, install, listening, node, party, program

Served = Callable[[], AbstractContextManager[Server]]


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    install()


@contextmanager
def _ours(kind: str) -> Generator[Server]:
    if kind == "stdio":
        yield program(OBLIGING)
        return
    with listening(sys.executable, "-W", "ignore", OBLIGING, kind, "{port}") as port:
        yield at(f"http://127.0.0.1:{port}/{'mcp' if kind == 'http' else 'sse'}", kind)


@contextmanager
def _reference(kind: str) -> Generator[Server]:
    if kind == "stdio":
        yield node("everything", "stdio")
        return
    with everything("streamableHttp" if kind == "http" else "sse") as port:
        yield at(f"http://127.0.0.1:{port}/{'mcp' if kind == 'http' else 'sse'}", kind)


@pytest.mark.parametrize("kind", ["stdio", "http", "sse"])
async def test_a_server_by_the_python_sdk_works_in_all_its_parts(kind: str) -> None:
    with _ours(kind) as server:
        async with party() as ours:
            tools = await ours.tools(server)
            assert (await ours.call(tools["echo"], text="héllo")).content == "héllo"
            assert '"answer"' in (await ours.call(tools["structured"])).content
            assert (await ours.call(tools["picture"])).parts[0].media_type == "image/png"
            assert not (await ours.call(tools["fail"], why="x")).ok
            told = Told(Answers((("red",), ("2",), ("",))))
            assert (await ours.call(tools["wish"], told)).content.startswith("accept colour='red' count=2")
            assert len(told.asked) == 1
            assert (await ours.call(tools["steps"], told, count=3)).content == "done"
            assert told.lines == ["step 1 (1 of 3)", "step 2 (2 of 3)", "step 3 (3 of 3)"]
            assert "memo://hello" in (await ours.call(tools["list_resources"])).content
            assert "Hello from" in (await ours.call(tools["read_resource"], uri="memo://hello")).content
            (prompt,) = await ours.servers.prompts("usr_1", [server])  # type: ignore[arg-type]
            assert prompt.command == "mcp__s__review"
            text = await ours.servers.prompt("usr_1", server, "review", {"code": "x = 1"})  # type: ignore[arg-type]
            assert text == "Please review: x = 1"


@pytest.mark.parametrize("kind", ["stdio", "http", "sse"])
async def test_the_reference_server_works_in_all_its_parts(kind: str) -> None:
    with _reference(kind) as server:
        async with party() as ours:
            tools = await ours.tools(server)
            assert (await ours.call(tools["echo"], message="hello")).content == "Echo: hello"
            assert (await ours.call(tools["get-sum"], a=2, b=3)).ok
            assert (await ours.call(tools["get-tiny-image"])).parts
            told = Told(Answers(None))
            assert (await ours.call(tools["trigger-elicitation-request"], told)).ok
            assert len(told.asked) == 1
            assert (await ours.call(tools["trigger-long-running-operation"], told, duration=0.1, steps=2)).ok
            assert len(told.lines) == 2
            told = Told(Answers((("Done",),)))
            assert (await ours.call(tools["trigger-url-elicitation"], told, url="https://pay.example/x")).ok
            assert "https://pay.example/x" in told.asked[0][0].question
            (first, *_) = await ours.servers.resources("usr_1", [server])  # type: ignore[arg-type]
            assert (await ours.call(tools["read_resource"], uri=first.uri)).content
            assert await ours.servers.prompts("usr_1", [server])  # type: ignore[arg-type]


async def test_the_file_system_server_reads_and_writes(tmp_path: Path) -> None:
    async with party() as ours:
        tools = await ours.tools(node("filesystem", str(tmp_path)))
        path = str(tmp_path / "note.txt")
        assert (await ours.call(tools["write_file"], path=path, content="kept")).ok
        assert Path(path).read_text("utf-8") == "kept"
        assert "kept" in (await ours.call(tools["read_text_file"], path=path)).content
        assert not (await ours.call(tools["read_text_file"], path="/etc/passwd")).ok


async def test_the_fetch_server_fetches(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("a page", "utf-8")
    command = (sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory", str(tmp_path))
    with listening(*command) as port:
        async with party() as ours:
            tools = await ours.tools(program("-m", "mcp_server_fetch", "--ignore-robots-txt", "--allow-private-ips"))
            outcome = await ours.call(tools["fetch"], url=f"http://127.0.0.1:{port}/page.txt")
            assert "a page" in outcome.content
