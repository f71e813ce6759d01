"""What running a program apart from the host means, and what comes of it; it starts nothing.

A sandbox shows a program the workspace it is given, what programs need of the host (to read), and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

# Why a program was stopped before its own end.
Stopped = Literal["deadline", "memory", "output", "workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one program may use, its children counted, except where a line says otherwise."""

    seconds: float
    cpu_seconds: int  # each process
    memory_bytes: int
    processes: int  # threads counted
    file_bytes: int  # each file
    output_bytes: int
    workspace_bytes: int
    workspace_files: int
    temporary_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run: `root` is the workspace on the host, where it starts and may write.

    `lent` are folders of the host that it sees below its workspace, by name, and may read.
    """

    argv: tuple[str, ...]
    root: Path
    limits: Limits
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    lent: Mapping[str, Path] = field(default_factory=dict[str, Path])
    network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended. `cut`: bytes of output that were read beyond what it may say, and thrown away."""

    exit_code: int
    stopped: Stopped | None = None
    cut: int = 0

    @property
    def signal(self) -> int | None:
        """The signal that ended it, told as shells do: 128 more than its number."""
        return self.exit_code - 128 if 128 < self.exit_code <= 128 + 64 else None


class SandboxBroken(Exception):
    """The sandbox itself could not be set up, so the program was not run."""


class Sandbox(Protocol):
    """Runs programs of one workspace at a time apart from the host."""

    @property
    def name(self) -> str:
        """Which kind this is, as the settings call it."""
        ...

    @property
    def lends(self) -> bool:
        """Whether programs see what is lent to them; where it is False they do not, and tools alone read it."""
        ...

    def inside(self, root: Path) -> str:
        """Where programs see the workspace."""
        ...

    async def run(self, program: Program, tell: Callable[[bytes], None]) -> Ended:
        """Run it to its end, or to a limit. `tell` hears what it says, standard output and errors in their order.

        When this returns, is cancelled or raises, no process of it and nothing it put outside the workspace is left.
        """
        ...
