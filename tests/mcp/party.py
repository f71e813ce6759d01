"""Our side of MCP with real servers at the other: programs of this folder, and addresses that they listen at."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from palaver.core.ids import RunId, SessionId, UserId
from palaver.core.questions import Answers, Question
from palaver.files.settings import FileSettings
from palaver.files.workspace import Workspace
from palaver.kit.clock import Clock, SystemClock
from palaver.privacy.sealing import Sealer
from palaver.tools.mcp.definition import ServerDefinition
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.service import McpServers
from palaver.tools.mcp.settings import McpSettings, OperatorServer
from palaver.tools.mcp.tokens import MemoryTokens, Tokens
from palaver.tools.port import Outcome, Scene, Tool
from tests.npm import installed

HERE = Path(__file__).parent
PLAIN, OBLIGING = str(HERE / "plain.py"), str(HERE / "obliging.py")
USER, OTHER = UserId("usr_1"), UserId("usr_2")
PATIENCE = 30.0


class Told:
    """A call's scene: what it told, what it asked, and what the person answers."""

    def __init__(self, *answers: Answers) -> None:
        self.lines: list[str] = []
        self.asked: list[Sequence[Question]] = []
        self._answers = list(answers)
        self.scene = Scene(
            user_id=USER,
            session_id=SessionId("ses_1"),
            run_id=RunId("run_1"),
            call_id="call_1",
            workspace=Workspace(HERE, FileSettings()),
            progress=self.lines.append,
            ask=self._ask,
        )

    async def _ask(self, questions: Sequence[Question]) -> Answers:
        self.asked.append(questions)
        return self._answers.pop(0)


class Party:
    """The front door, and the servers that are in force."""

    def __init__(self, servers: McpServers, clock: Clock) -> None:
        self.servers = servers
        self.clock = clock

    async def tools(self, *servers: Server, user: UserId = USER) -> dict[str, Tool]:
        """The tools by the server's own names; nothing may be missing."""
        offered = await self.servers.tools(user, servers)
        assert [notice for notice in offered.notices if notice.code != "mcp_tool_left_out"] == []
        return {tool.spec.name.split("__", 2)[2]: tool for tool in offered.tools}

    async def call(self, tool: Tool, told: Told | None = None, **arguments: Any) -> Outcome:
        """One call, within a test's patience."""
        async with asyncio.timeout(PATIENCE):
            return await tool.use(arguments, (told or Told()).scene)


@asynccontextmanager
async def party(*, clock: Clock | None = None, tokens: Tokens | None = None, **settings: Any) -> AsyncGenerator[Party]:
    """Our side, closed in the end."""
    time = clock or SystemClock()
    async with asyncio.TaskGroup() as tasks:
        servers = McpServers(
            McpSettings(**settings),
            environment={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "ALLOWED": "a variable", "HIDDEN": "another"},
            sealer=Sealer(bytes(32)),
            tokens=tokens or MemoryTokens(),
            tasks=tasks,
            clock=time,
        )
        try:
            yield Party(servers, time)
        finally:
            await servers.close()


def program(script: str = PLAIN, *args: str, name: str = "s", **more: Any) -> Server:
    """A user's server that is a program in Python."""
    return Server(name, ServerDefinition(command=sys.executable, args=("-W", "ignore", script, *args), **more), "user")


def operated(script: str = PLAIN, **more: Any) -> OperatorServer:
    """The same as an operator writes it down."""
    return OperatorServer(command=sys.executable, args=("-W", "ignore", script), **more)


def node(package: str, *args: str) -> Server:
    """A user's server from the npm registry."""
    return Server(package, ServerDefinition(command="node", args=(_entry(package), *args)), "user")


def at(url: str, kind: str = "http") -> Server:
    """A server at an address, the operator's, who may name any."""
    return Server("s", OperatorServer(type=kind, url=url), "operator")  # type: ignore[arg-type]


@contextmanager
def listening(*command: str, port: int | None = None, **variables: str) -> Generator[int]:
    """A program that listens at a port, which it is told as {port} or in a variable."""
    port = port or _free_port()
    environment = os.environ | {name: value.format(port=port) for name, value in variables.items()}
    filled = [part.format(port=port) for part in command]
    with subprocess.Popen(
        filled, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        try:
            _reachable(process, port)
            yield port
        finally:
            process.kill()


def everything(kind: str) -> contextlib.AbstractContextManager[int]:
    """The reference server of the npm registry, at a port."""
    return listening("node", _entry("everything"), kind, PORT="{port}")


def install() -> None:
    """Bring in the servers of the npm registry, once."""
    installed(HERE)


def alive(pid: int) -> bool:
    """Whether a process runs; one that is over and waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until(holds: Callable[[], object]) -> None:
    """Let everybody else run, until it holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.to_thread(lambda: None)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _entry(package: str) -> str:
    return str(HERE / "node_modules" / "@modelcontextprotocol" / f"server-{package}" / "dist" / "index.js")


def _reachable(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(100_000):
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    raise AssertionError("the server does not listen")
