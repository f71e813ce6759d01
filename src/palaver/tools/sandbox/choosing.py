"""Which sandbox can run here, found out by running something in each; what it is used for is decided elsewhere."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from palaver.tools.sandbox.bubblewrap import Bubblewrap
from palaver.tools.sandbox.fresh_user import FreshUser
from palaver.tools.sandbox.port import Program, Sandbox, SandboxBroken
from palaver.tools.sandbox.settings import Kind, SandboxSettings
from palaver.tools.sandbox.unsafe import Unsafe
from palaver.tools.threads import in_thread

_SECONDS = 5.0  # for one try; what takes longer is of no use
_WHERE_IT_IS = "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix]))"
_ADVICE = (
    "Install bubblewrap and util-linux (packages of these names) on a host that lets programs make namespaces, or, "
    "where everybody who may ask is trusted with the whole machine, set sandbox.allow_unsafe"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sandbox that programs run in, if any; `why` says why this one. `python` is the interpreter inside, if any."""

    sandbox: Sandbox | None
    why: str
    python: str | None = None

    @property
    def name(self) -> str:
        """The kind, or `none`."""
        return self.sandbox.name if self.sandbox else "none"


@dataclass(frozen=True, slots=True)
class _Place:
    """A Python and the folders it lies in, and what no program may see."""

    pythons: tuple[str, ...]
    prefixes: tuple[Path, ...]
    hidden: tuple[Path, ...]


async def choose(settings: SandboxSettings, home: Path) -> Chosen:
    """Try those that the settings let us, the best first. `home` is where Palaver keeps its data: never shown."""
    place = await in_thread(lambda _: _place(settings, home))
    against: list[str] = []
    for kind in _kinds(settings):
        for candidate in _candidates(kind, settings, place):
            if isinstance(candidate, str):
                against.append(f"{kind}: {candidate}")
                continue
            problem = await _tried(candidate, ("true",), settings)
            if problem is None:
                why = "; ".join([*against, "it was tried and works"])
                return Chosen(candidate, why, await _python(candidate, place, settings))
            against.append(f"{kind}: {problem}")
    return Chosen(None, "; ".join([*against, _ADVICE]))


def _kinds(settings: SandboxSettings) -> Sequence[Kind]:
    if settings.kind != "auto":
        return (settings.kind,)
    return ("bubblewrap", "fresh_user", "unsafe") if settings.allow_unsafe else ("bubblewrap", "fresh_user")


def _candidates(kind: Kind, settings: SandboxSettings, place: _Place) -> list[Sandbox | str]:
    """The sandboxes of a kind, the best first, or why there can be none."""
    if sys.platform != "linux":
        return ["it needs Linux"]
    if kind == "bubblewrap":
        found = shutil.which("bwrap")
        return [Bubblewrap(Path(found), place.prefixes, place.hidden)] if found else ["bwrap is not installed"]
    if kind == "unsafe":
        return [Unsafe()] if settings.allow_unsafe else ["sandbox.allow_unsafe is not set"]
    if os.geteuid() != 0:
        return ["the server is not run by root"]
    in_sight: Sandbox | str = "the network cannot be cut off, and sandbox.network does not grant it"
    if settings.network:
        in_sight = FreshUser(apart=False)
    return [FreshUser(apart=True, prefixes=place.prefixes, hidden=place.hidden), in_sight]


async def _tried(sandbox: Sandbox, argv: tuple[str, ...], settings: SandboxSettings) -> str | None:
    """What is wrong with it, if anything is."""
    said = bytearray()
    with tempfile.TemporaryDirectory(prefix="palaver-run-") as folder:
        root = Path(folder) / "workspace"
        root.mkdir(mode=0o700)
        program = Program(argv=argv, root=root, limits=settings.limits(_SECONDS), network=settings.network)
        try:
            ended = await sandbox.run(program, said.extend)
        except SandboxBroken as error:
            return _sentence(said) or str(error)
    if ended.stopped:
        return f"it took longer than {_SECONDS:g} seconds"
    return None if ended.exit_code == 0 else _sentence(said) or f"it ended with {ended.exit_code}"


async def _python(sandbox: Sandbox, place: _Place, settings: SandboxSettings) -> str | None:
    """The first interpreter that runs in there."""
    for python in place.pythons:
        if await _tried(sandbox, (python, "-I", "-c", "import ast"), settings) is None:
            return python
    return None


def _place(settings: SandboxSettings, home: Path) -> _Place:
    if settings.python:
        prefixes = _prefixes(settings.python)
        return _Place((str(settings.python),), prefixes, (home.resolve(),))
    others = [found for name in ("/usr/bin/python3", "/usr/local/bin/python3") if (found := shutil.which(name))]
    own = (Path(sys.prefix), Path(sys.base_prefix))
    return _Place((sys.executable, *others), _sorted_out(own), (home.resolve(),))


def _prefixes(python: Path) -> tuple[Path, ...]:
    """Where an interpreter lies, as it says itself; it is the operator's own."""
    try:
        said = subprocess.run([python, "-I", "-c", _WHERE_IT_IS], capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603
        return _sorted_out([Path(prefix) for prefix in json.loads(said.stdout)])
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()


def _sorted_out(prefixes: Sequence[Path]) -> tuple[Path, ...]:
    """Outer folders before inner ones, each once, and never the whole host."""
    seen = {real for prefix in prefixes for real in (prefix, prefix.resolve())} - {Path("/")}
    return tuple(sorted(seen))


def _sentence(said: bytearray) -> str:
    """The last line of what was said, which names the reason."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
