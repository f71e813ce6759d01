"""The sandboxes that can run on this machine, and what must not remain of a program; it attacks nothing."""

import asyncio
import os
import select
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from palaver.tools.sandbox.bubblewrap import Bubblewrap
from palaver.tools.sandbox.fresh_user import FreshUser
from palaver.tools.sandbox.port import Ended, Limits, Program, Sandbox, SandboxBroken
from palaver.tools.sandbox.processes import below
from palaver.tools.sandbox.supervising import Launch

MIB = 2**20
LIMITS = Limits(
    seconds=5,
    cpu_seconds=10,
    memory_bytes=192 * MIB,
    processes=32,
    file_bytes=4 * MIB,
    output_bytes=200_000,
    workspace_bytes=24 * MIB,
    workspace_files=2_000,
    temporary_bytes=8 * MIB,
)
SYSTEM_PYTHON = "/usr/bin/python3"
PREFIXES = tuple(sorted({Path(sys.prefix), Path(sys.base_prefix)}))


SOMEBODY = 1_899_999_999  # a user without rights, who is nobody else


class Unprivileged(Bubblewrap):
    """bubblewrap as a server starts it that is not run by root."""

    def __init__(self, bwrap: Path) -> None:
        super().__init__(bwrap)
        self._users = None

    def _launch(self, *given: Any) -> Launch:
        launch = super()._launch(*given)
        who = [f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups", "--inh-caps=-all", "--"]
        return replace(launch, argv=["/usr/bin/setpriv", *who, *launch.argv])


@dataclass(frozen=True)
class Kind:
    """A sandbox as the tests know it.

    `apart`: it has a root and namespaces of its own. `python` runs inside. `owner` is who the server's files belong to.
    `within` makes one that shows a folder, and hides another in it.
    """

    make: Callable[[], Sandbox]
    apart: bool = True
    python: str = sys.executable
    owner: int = os.geteuid()
    within: Callable[[Path, Path], Sandbox] | None = None

    @contextmanager
    def home(self) -> Iterator[Path]:
        """A home of Palaver with a secret in it and a workspace `workspaces/ses_1`."""
        # Not the folder that pytest gives: a server that is not root could not come this far down.
        with TemporaryDirectory(prefix="sandbox-home-", dir="/tmp") as folder:
            home = Path(folder)
            root = home / "workspaces" / "ses_1"
            root.mkdir(mode=0o700, parents=True)
            (home / "secret.txt").write_text("treasure")
            for path in (home, root.parent, root, home / "secret.txt"):
                os.chown(path, self.owner, self.owner)
            yield home


def _all() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    bwrap = shutil.which("bwrap")
    if bwrap:
        found["bubblewrap"] = Kind(
            lambda: Bubblewrap(Path(bwrap), PREFIXES),
            within=lambda shown, hidden: Bubblewrap(Path(bwrap), (shown,), (hidden,)),
        )
    if os.geteuid() == 0:
        found["fresh_user"] = Kind(
            lambda: FreshUser(apart=True, prefixes=PREFIXES),
            within=lambda shown, hidden: FreshUser(apart=True, prefixes=(shown,), hidden=(hidden,)),
        )
        found["fresh_user_in_sight"] = Kind(lambda: FreshUser(apart=False), apart=False, python=SYSTEM_PYTHON)
    if bwrap and os.geteuid() == 0:
        unprivileged = Kind(lambda: Unprivileged(Path(bwrap)), python=SYSTEM_PYTHON, owner=SOMEBODY)
        found["bubblewrap_unprivileged"] = unprivileged
    return {name: kind for name, kind in found.items() if _works(kind)}


def _works(kind: Kind) -> bool:
    with kind.home() as home:
        program = Program(argv=("true",), root=home / "workspaces/ses_1", limits=LIMITS, network=not kind.apart)
        try:
            return asyncio.run(kind.make().run(program, lambda _: None)).exit_code == 0
        except SandboxBroken:
            return False


KINDS = _all()


@dataclass
class Cell:
    """A sandbox, a workspace to attack from, and what programs said in it."""

    kind: Kind
    root: Path
    limits: Limits = LIMITS

    def __post_init__(self) -> None:
        self.sandbox = self.kind.make()

    def program(self, *argv: str, network: bool = False, root: Path | None = None, **limits: float) -> Program:
        return Program(
            argv=argv,
            root=root or self.root,
            limits=replace(self.limits, **limits),
            # Where nobody can cut it off, a program runs with the network or not at all.
            network=network or not self.kind.apart,
        )

    async def bash(self, command: str, *, root: Path | None = None, **limits: float) -> tuple[Ended, str]:
        return await self.run(self.program("bash", "-c", command, root=root, **limits))

    async def python(self, code: str, **limits: float) -> tuple[Ended, str]:
        return await self.run(self.program(self.kind.python, "-I", "-c", code, **limits))

    async def run(self, program: Program) -> tuple[Ended, str]:
        said = bytearray()
        ended = await self.sandbox.run(program, said.extend)
        assert len(said) <= program.limits.output_bytes
        return ended, said.decode("utf-8", "replace")


@dataclass(frozen=True)
class Traces:
    """What of the host a program could leave something in."""

    mounts: int
    temporary: frozenset[str]
    open_files: int
    children: frozenset[int]

    @classmethod
    def now(cls) -> "Traces":
        return cls(
            mounts=len(Path("/proc/self/mountinfo").read_text().splitlines()),
            temporary=frozenset(
                str(path)
                for place in ("/tmp", "/var/tmp", "/dev/shm", tempfile.gettempdir())
                for path in Path(place).iterdir()
                # In the others stands what the rest of the machine does meanwhile.
                if path.name.startswith("attack") or place == tempfile.tempdir
            ),
            open_files=sum(1 for _ in Path("/proc/self/fd").iterdir()),
            children=frozenset(below(os.getpid())),
        )


def running(marker: str) -> list[int]:
    """Processes anywhere on this machine whose command has the marker in it."""
    found: list[int] = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            try:
                if marker.encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue
    return found


def wait_for_end(pid: int, seconds: float) -> bool:
    """Whether a process that is not ours ends in that time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)
