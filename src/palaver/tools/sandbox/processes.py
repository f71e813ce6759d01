"""The processes below one, found in /proc: how much memory they use together, and ending them all; it starts none."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")
_STOPS = 0.5  # seconds; it takes microseconds, unless the process waits for a core or hangs in the kernel


def below(pid: int) -> list[int]:
    """All descendants of a process as far as they can be seen, parents first."""
    found: list[int] = []
    pending = [pid]
    while pending:
        children = _children(pending.pop())
        found += children
        pending += children
    return found


def memory_of(pid: int, enough: int) -> int:
    """Bytes of memory that all descendants use together.

    Pages they share are counted once for each at first, which is quick; only when that makes `enough` or more, it is
    looked at again, with what is shared divided among them.
    """
    pids = below(pid)
    quick = sum(_resident(one) for one in pids)
    return quick if quick < enough else sum(_proportional(one) for one in pids)


def freeze_children(pid: int) -> list[int]:
    """Stop a process where it is and return its children: stopped, it can make no more."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        until = time.monotonic() + _STOPS
        # The signal is only sent by now: who is just making a child makes it, and stops then.
        while _state(pid) not in "TtZX" and time.monotonic() < until:
            os.sched_yield()
    return _children(pid)


def end_user(user: int) -> None:
    """Kill every process of a user. All are stopped first: what is stopped starts no other, so this has an end."""
    stopped: set[int] = set()
    while more := set(_of_user(user)) - stopped:
        _signal_all(more, signal.SIGSTOP)
        stopped |= more
    _signal_all(stopped, signal.SIGKILL)


def any_of_user(user: int) -> bool:
    """Whether a process of this user is there, those aside that have ended and were not waited for."""
    return any(not _ended(pid) for pid in _of_user(user))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            with suppress(OSError):  # a thread that has ended meanwhile
                found += [int(child) for child in (task / "children").read_text("ascii").split()]
    return found


def _resident(pid: int) -> int:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE
    return 0


def _proportional(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        return 0
    return _resident(pid)  # it may not be looked into; counted whole then


def _of_user(user: int) -> list[int]:
    return [int(one.name) for one in _PROC.iterdir() if one.name.isdecimal() and user in _users(one)]


def _users(process: Path) -> tuple[int, ...]:
    """Real, effective, saved and file system user of a process."""
    with suppress(OSError):
        for line in (process / "status").read_text("utf-8", "replace").splitlines():
            if line.startswith("Uid:"):
                return tuple(int(part) for part in line.split()[1:])
    return ()


def _ended(pid: int) -> bool:
    return _state(pid) in "ZX"


def _state(pid: int) -> str:
    """One letter, as `ps` has it; of who is not there, that of the dead."""
    with suppress(OSError, IndexError):
        return (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
    return "X"


def _signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
