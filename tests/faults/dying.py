"""Runs one act on files in a process that dies by SIGKILL at its n-th step towards the disk; no test stands here."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from palaver.files import swapping

STEPS = (
    "open", "write", "fsync", "link", "rename", "replace", "unlink", "mkdir", "rmdir", "fchmod", "chmod", "utime",
    "chown", "symlink",
)  # fmt: skip
Tree = dict[str, tuple[bytes | None, int]]

DONE = 7  # the exit code of a process that came to the end


def die_at(number: int) -> None:
    """Let the `number`-th call that changes something on the disk be the last: it is not made any more."""
    left = [number]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **named)

        return step

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    swapping.swap = counted(swapping.swap)


def run(act: Callable[[], object], number: int) -> bool:
    """Fork, act in the child, and say whether it came to the end; otherwise it was killed on the way."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            die_at(number)
            act()
            code = DONE
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.waitstatus_to_exitcode(status) == DONE
    return True


def tree(root: Path) -> Tree:
    """What stands below a folder: contents (None of folders) and modes."""
    if not root.exists():
        return {}
    return {
        path.relative_to(root).as_posix(): (path.read_bytes() if path.is_file() else None, path.stat().st_mode & 0o777)
        for path in root.rglob("*")
    }
