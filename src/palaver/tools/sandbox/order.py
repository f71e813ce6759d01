"""What the launcher is told, and the command that tells it; the launcher itself is `launcher.py`."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from palaver.tools.sandbox.limits import process_limits
from palaver.tools.sandbox.port import Program
from palaver.tools.sandbox.supervising import Launch

_LAUNCHER = Path(__file__).with_name("launcher.py")  # run, never imported: it is for a process of its own


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A program to become. `apart`: in namespaces and a root of its own; the fields after `network` are for that.

    `user` is whom to become, `inside` where to start, `filter` the system call filter in base64, `folder` what to
    remove in the end, also where the server is killed meanwhile.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    user: int | None
    inside: str
    limits: Mapping[str, int]
    filter: str = ""
    folder: str = ""
    apart: bool = False
    network: bool = True
    root: str = ""
    shown: Sequence[str] = ()
    hidden: Sequence[str] = ()
    lent: Mapping[str, str] = {}
    links: Mapping[str, str] = {}
    files: Mapping[str, str] = {}
    temporary: int = 0


def launch(order: Order, root: Path) -> Launch:
    """The launcher with this order, in an interpreter that looks at nothing of anybody's."""
    argv = [sys.executable, "-I", "-S", "-B", str(_LAUNCHER), msgspec.json.encode(order).decode()]
    return Launch(argv=argv, env={}, cwd=root, end=_end)


def limits_of(program: Program, *, own_user: bool) -> dict[str, int]:
    """The limits by the launcher's names; processes are counted by user, so only where it is the program's own."""
    found = process_limits(program.limits)
    return {f"RLIMIT_{name.upper()}": most for name, most in found.items() if own_user or name != "nproc"}


def encoded(rules: bytes | None) -> str:
    """A filter as an order has it."""
    return base64.b64encode(rules or b"").decode()


def _end(process: subprocess.Popen[bytes]) -> list[int]:
    """The launcher ends all that came of it, then itself."""
    if process.poll() is None:
        os.kill(process.pid, signal.SIGTERM)
    return []
