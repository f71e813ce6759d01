"""What a call of an MCP tool costs through the pool, beside the same server asked over its pipe and nothing between."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rows import Promise, Row

from palaver.core.ids import UserId
from palaver.kit.clock import SystemClock
from palaver.privacy.sealing import Sealer
from palaver.tools.mcp.definition import ServerDefinition
from palaver.tools.mcp.precedence import Server
from palaver.tools.mcp.service import McpServers
from palaver.tools.mcp.settings import McpSettings
from palaver.tools.mcp.tokens import MemoryTokens

SERVER = Path(__file__).parents[1] / "tests" / "mcp" / "plain.py"
ADDED = Promise(3, "ms")
WARM = Promise(1, "ms")
CALLS, BEFORE = 2000, 200
USER = UserId("usr_bench")


def calls(rounds: int) -> list[Row]:
    """The median of each round, and the median of those."""
    own, through, offered = zip(*(_round() for _ in range(rounds)), strict=True)
    added = statistics.median(one - other for one, other in zip(through, own, strict=True))
    warm = statistics.median(offered)
    return [
        Row(
            what="a call of an MCP tool over the server's own time, warm stdio server",
            promise=ADDED,
            judged=added,
            measured=f"{added:.2f} ms",
            reference=f"{statistics.median(own):.2f} ms (its pipe)",
        ),
        Row(what="the tools of a warm MCP server", promise=WARM, judged=warm, measured=f"{warm:.3f} ms"),
    ]


def _round() -> tuple[float, float, float]:
    return _piped(), *asyncio.run(_pooled())


def _piped() -> float:
    with subprocess.Popen([sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin
        assert server.stdout
        spans: list[float] = []
        for number in range(BEFORE + CALLS):
            params = {"name": "echo", "arguments": {"text": "x"}}
            said = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
            begun = time.perf_counter()
            server.stdin.write(json.dumps(said).encode() + b"\n")
            server.stdin.flush()
            server.stdout.readline()
            spans.append(time.perf_counter() - begun)
        server.stdin.close()
    return _median(spans)


async def _pooled() -> tuple[float, float]:
    definition = ServerDefinition(command=sys.executable, args=(str(SERVER),))
    server = Server("plain", definition, "user")
    scene: Any = SimpleNamespace(progress=lambda line: None)
    async with asyncio.TaskGroup() as tasks:
        servers = McpServers(
            McpSettings(), environment={"PATH": "/usr/bin:/bin"}, sealer=Sealer(bytes(32)), tokens=MemoryTokens(),
            tasks=tasks, clock=SystemClock(),
        )  # fmt: skip
        echo = next(tool for tool in (await servers.tools(USER, [server])).tools if tool.spec.name.endswith("echo"))
        through, offered = [], []
        for _ in range(BEFORE + CALLS):
            begun = time.perf_counter()
            await echo.use({"text": "x"}, scene)
            through.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            await servers.tools(USER, [server])
            offered.append(time.perf_counter() - begun)
        await servers.close()
    return _median(through), _median(offered)


def _median(spans: list[float]) -> float:
    return statistics.median(spans[BEFORE:]) * 1000
