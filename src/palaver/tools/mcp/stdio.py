"""A server that is a program here: started in an environment of its own, heard within bounds, ended with its children.

What is said is the SDK's business. The SDK's own transport hands on parts of our environment and bounds nothing.
"""

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

from palaver.tools.mcp.crew import ServerAway
from palaver.tools.mcp.definition import ServerDefinition

if TYPE_CHECKING:
    from mcp.client import Transport

log = logging.getLogger(__name__)

GRACE = 1.0  # seconds to end after stdin is closed, and again after SIGTERM
LOGGED = 32_768  # bytes of an instance's stderr that reach the log; the rest is read and dropped
CHUNK = 65_536
LINE = 2_000  # bytes of stderr in one line of the log
QUEUED = 1  # messages read ahead; the program waits when they are not taken

Heard = MemoryObjectSendStream[SessionMessage | Exception]
Said = MemoryObjectReceiveStream[SessionMessage]


@dataclass(slots=True, kw_only=True)
class Program:
    """One run of a program. `over` is called once nothing more can come from it; `reason` then says why."""

    name: str
    definition: ServerDefinition
    environment: Mapping[str, str]
    longest: int
    over: Callable[[], None]
    reason: str = "it ended"

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[tuple[MemoryObjectReceiveStream[SessionMessage | Exception], object]]:
        """Start it; what it says and what it is told as two streams, which is how the SDK wants a transport."""
        home = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="palaver-mcp-", ignore_cleanup_errors=True)
        try:
            process = await self._started(home.name)
            heard, to_session = _reversed(anyio.create_memory_object_stream[SessionMessage | Exception](QUEUED))
            from_session, said = anyio.create_memory_object_stream[SessionMessage](QUEUED)
            try:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._hear, process, to_session)
                    tasks.start_soon(self._say, process, said)
                    tasks.start_soon(self._log, process)
                    try:
                        yield heard, from_session
                    finally:
                        with anyio.CancelScope(shield=True):
                            await _end(process)
                        tasks.cancel_scope.cancel()
            finally:
                for stream in (heard, to_session, from_session, said):
                    stream.close()
        finally:
            with anyio.CancelScope(shield=True):
                await asyncio.to_thread(home.cleanup)

    async def _started(self, home: str) -> asyncio.subprocess.Process:
        definition = self.definition
        env = {**self.environment, "HOME": home, **{name: value.reveal() for name, value in definition.env.items()}}
        try:
            return await asyncio.create_subprocess_exec(
                definition.command or "",
                *definition.args,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=definition.cwd or home,
                env=env,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it cannot be run"
            raise ServerAway(f"The MCP server {self.name} does not start: {why}.") from error

    async def _hear(self, process: asyncio.subprocess.Process, heard: Heard) -> None:
        """Hand on every line that is a message. What else a program prints is no message and is left out."""
        assert process.stdout is not None
        pending = bytearray()
        try:
            while chunk := await process.stdout.read(CHUNK):
                seen = len(pending)
                pending += chunk
                if pending.find(b"\n", seen) >= 0:
                    *lines, rest = pending.split(b"\n")
                    pending = rest
                    for line in lines:
                        await self._hand_on(line, heard)
                if len(pending) > self.longest:
                    self.reason = f"it said more than {self.longest:,} bytes at once"
                    break
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
            log.debug("Nobody listens to an MCP server any more", extra={"server": self.name})
        finally:
            heard.close()
            self.over()

    async def _hand_on(self, line: bytearray, heard: Heard) -> None:
        if not line.strip():
            return
        try:
            message = types.jsonrpc_message_adapter.validate_json(bytes(line), by_name=False)
        except ValueError:
            log.debug("An MCP server said something that is no message", extra={"server": self.name})
            return
        await heard.send(SessionMessage(message))

    async def _say(self, process: asyncio.subprocess.Process, said: Said) -> None:
        """Write without waiting: whoever cancels a call must not wait for a program that does not read."""
        assert process.stdin is not None
        with suppress(ConnectionError):
            async for session_message in said:
                text = session_message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode() + b"\n")
                if process.stdin.transport.get_write_buffer_size() > self.longest:
                    self.reason = "it does not read what it is told"
                    self.over()
                    return

    async def _log(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        room = LOGGED
        with suppress(ConnectionError):
            while chunk := await process.stderr.read(CHUNK):
                if text := chunk[: min(room, LINE)].decode("utf-8", "replace").strip():
                    log.info("An MCP server says: %s", text, extra={"server": self.name})
                room = max(0, room - len(chunk))


def transport(program: Program) -> "Transport":
    """The program as the SDK's client takes it."""
    return program.opened()  # pyright: ignore[reportReturnType]  # a context manager of two streams, as it asks for


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its input, ask it to end, and kill it and every child of its group; each step waits only so long."""
    assert process.stdin is not None
    with suppress(OSError, RuntimeError):
        process.stdin.close()
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await process.wait()
                break
        _signal(process.pid, sign)
    _signal(process.pid, signal.SIGKILL)  # children that outlived it
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            await process.wait()
    close = getattr(getattr(process, "_transport", None), "close", None)
    if callable(close):  # a child that left the group may hold the pipes; they would stay open with it
        close()


def _signal(group: int, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sign)


def _reversed(
    pair: tuple[Heard, MemoryObjectReceiveStream[SessionMessage | Exception]],
) -> tuple[MemoryObjectReceiveStream[SessionMessage | Exception], Heard]:
    return pair[1], pair[0]
