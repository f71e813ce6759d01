"""One program under way: what it says, what it uses, when it is over, and that nothing of it stays.

How a program is kept apart is the `Launch`'s business; this starts it, watches it and ends it.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from palaver.tools.sandbox.port import Ended, Limits, Program, SandboxBroken, Stopped
from palaver.tools.sandbox.processes import memory_of
from palaver.tools.sandbox.workspace_size import Size, mend, size_of
from palaver.tools.threads import in_thread

_PIECE = 65_536  # bytes read at once; between two pieces the event loop does other things
_FILLED = 4 * 2**30  # bytes of memory that no program fills faster than in a second: sets when to look again
_SOONEST, _LATEST = 0.05, 0.25  # seconds between two looks
_SIZING = 0.5  # seconds between two walks through the workspace
_GRACE = 5.0  # seconds for the kernel to take down what was killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start a program that is kept apart.

    `end` ends all that belongs to the process it is given, and returns what else to wait for: handles of processes
    (pidfd), which are closed by whoever waits.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path | None = None
    fds: Sequence[int] = ()
    end: Callable[["subprocess.Popen[bytes]"], list[int]]


async def supervise(launch: Launch, program: Program, tell: Callable[[bytes], None]) -> Ended:
    """Run it, hear it, stop it at its limits; when this returns or raises, all its processes are gone."""
    before = await in_thread(lambda _: size_of(program.root, program.limits.workspace_files))
    running = _Running(launch, program, tell)
    try:
        stopped = await _watched(running, program, before)
    finally:
        await running.finish()
    await in_thread(lambda _: mend(program.root))
    return Ended(exit_code=running.exit_code, stopped=stopped or running.overflow, cut=running.cut)


async def _watched(running: "_Running", program: Program, before: Size) -> Stopped | None:
    """Until it ends by itself, or the reason why it must be ended."""
    limits = program.limits
    now = asyncio.get_running_loop().time
    deadline, sizing = now() + limits.seconds, now() + _SIZING
    pace = _pace(limits.memory_bytes)
    while not await running.news(min(pace, max(deadline - now(), 0))):
        if now() >= deadline:
            return "deadline"
        used = await in_thread(lambda _: memory_of(running.process.pid, limits.memory_bytes))
        if used > limits.memory_bytes:
            return "memory"
        pace = _pace(limits.memory_bytes - used)
        if now() >= sizing:
            size = await in_thread(lambda _: size_of(program.root, limits.workspace_files))
            if _overfull(size, before, limits):
                return "workspace"
            sizing = now() + _SIZING
    return None


def _pace(room: int) -> float:
    """When to look at memory again, by how much of it is left."""
    return min(max(room / _FILLED, _SOONEST), _LATEST)


def _overfull(size: Size, before: Size, limits: Limits) -> bool:
    """Too much, and more than there was: a program that removes files must not be stopped for what it found."""
    grown = size.bytes > before.bytes or size.entries > before.entries
    return grown and (size.bytes > limits.workspace_bytes or not size.whole)


class _Running:
    """A process that was started, its output and its end.

    Output that nobody took yet waits in the pipe, 64 KiB; beyond what the program may say it is thrown away.
    """

    def __init__(self, launch: Launch, program: Program, tell: Callable[[bytes], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._launch = launch
        self._tell = tell
        self._left = program.limits.output_bytes
        self._news = asyncio.Event()
        self.cut = 0
        self._output, its_output = os.pipe2(os.O_CLOEXEC)
        its_input = as_file(program.stdin)
        try:
            # Started straight from here, and not in a thread: some sandboxes end with the thread that started them.
            self.process = subprocess.Popen(  # noqa: S603 - running what an agent asks for is what this is for
                launch.argv,
                stdin=its_input,
                stdout=its_output,
                stderr=its_output,
                env=launch.env,
                cwd=launch.cwd,
                pass_fds=launch.fds,
                start_new_session=True,
            )
        except OSError as error:
            os.close(self._output)
            raise SandboxBroken(f"{launch.argv[0]} cannot be started: {error.strerror}.") from error
        finally:
            os.close(its_output)
            os.close(its_input)
        self._handle = os.pidfd_open(self.process.pid)
        os.set_blocking(self._output, False)
        self._loop.add_reader(self._output, self._hear)
        self._loop.add_reader(self._handle, self._over)

    async def news(self, seconds: float) -> bool:
        """Whether it ended, or said too much, within that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        return self._news.is_set()

    async def finish(self) -> None:
        """End what is left and wait for it, however often this is cancelled meanwhile; then take what it said last."""
        self._loop.remove_reader(self._handle)
        handles = [self._handle, *self._launch.end(self.process)]
        try:
            await _all_ended(handles)
        finally:
            for handle in handles:
                os.close(handle)
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self._drain()
            self._loop.remove_reader(self._output)
            os.close(self._output)

    @property
    def exit_code(self) -> int:
        """As shells tell it: 128 and the signal's number for what a signal ended."""
        code = self.process.wait()
        return code if code >= 0 else 128 - code

    @property
    def overflow(self) -> Stopped | None:
        """Whether it said more than it may."""
        return "output" if self.cut else None

    def _hear(self) -> bool:
        """Take one piece; False when there is nothing to take."""
        try:
            said = os.read(self._output, _PIECE)
        except BlockingIOError:
            return False
        if not said:
            self._loop.remove_reader(self._output)
            return False
        taken = said[: self._left]
        self._left -= len(taken)
        self.cut += len(said) - len(taken)
        if taken:
            self._tell(taken)
        if self.cut:
            self._loop.remove_reader(self._output)
            self._news.set()
        return True

    def _drain(self) -> None:
        """What is still in the pipe once nobody writes any more."""
        while self._hear():
            pass

    def _over(self) -> None:
        self._loop.remove_reader(self._handle)
        self._news.set()


def kill_all(pids: Sequence[int]) -> list[int]:
    """Kill processes; the answer is what to wait for."""
    handles: list[int] = []
    for pid in pids:
        with suppress(ProcessLookupError):
            handles.append(os.pidfd_open(pid))
            signal.pidfd_send_signal(handles[-1], signal.SIGKILL)
    return handles


async def _all_ended(handles: Sequence[int]) -> None:
    """Wait until processes are over, or hang in the kernel, killed, where they can do nothing any more."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + _GRACE
    cancelled: asyncio.CancelledError | None = None
    for handle in handles:
        over = asyncio.Event()
        loop.add_reader(handle, over.set)
        while not over.is_set() and loop.time() < latest:
            try:
                async with asyncio.timeout_at(latest):
                    await over.wait()
            except TimeoutError:
                break
            except asyncio.CancelledError as error:
                cancelled = error
        loop.remove_reader(handle)
    if cancelled:
        raise cancelled


def as_file(content: bytes) -> int:
    """What a program is to read, as an open file without a name: nobody has to feed it."""
    handle = os.memfd_create("stdin", os.MFD_CLOEXEC)
    with open(handle, "wb", closefd=False) as file:
        file.write(content)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle
