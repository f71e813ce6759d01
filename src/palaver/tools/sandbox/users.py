"""Users of the system that stand in no list, one for each workspace where programs run; it starts no program.

Only root can do any of this.
"""

import os
import stat
import zlib
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from palaver.tools.sandbox.workspace_size import step_into

FIRST, COUNT = 1_900_000_000, 200_000_000  # above what distributions, systemd and containers hand out
_FEW = 4_000  # where a container has few numbers, the last of them


class Users:
    """Lends numbers of users: the same workspace gets the same one, two at the same time never share one."""

    def __init__(self) -> None:
        self._first, self._count = _numbers(Path("/proc/self/uid_map"))
        self._lent: Counter[tuple[Path, int]] = Counter()

    @contextmanager
    def lent(self, root: Path) -> Generator[int]:
        """The user whose programs may write in the workspace `root`, while it is needed."""
        taken = {user: other for other, user in self._lent}
        number = zlib.crc32(str(root).encode()) % self._count
        while taken.get(self._first + number, root) != root:
            number = (number + 1) % self._count
        user = self._first + number
        self._lent[root, user] += 1
        try:
            yield user
        finally:
            self._lent[root, user] -= 1
            if not self._lent[root, user]:
                del self._lent[root, user]


def entrust(root: Path, user: int) -> None:
    """Give everything in a workspace to a user, links and files with a second name left out: those may lie outside."""
    with suppress(FileNotFoundError):
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        if os.fstat(here).st_uid != user:
            os.fchown(here, user, user)
        for found in step_into(here):
            if found.status.st_uid != user and not stat.S_ISLNK(found.status.st_mode):
                _give(found.folder, found.name, user)


def _give(folder: int, name: str, user: int) -> None:
    """By what was opened, not by its name, which another program of the session may give to something else now."""
    with suppress(FileNotFoundError):
        handle = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        try:
            found = os.fstat(handle)
            if stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_nlink == 1):
                os.chown(f"/proc/self/fd/{handle}", user, user)
        finally:
            os.close(handle)


def _numbers(uid_map: Path) -> tuple[int, int]:
    """The first number, and how many: in a user namespace only the numbers that are mapped exist."""
    ranges = [tuple(int(part) for part in line.split()) for line in uid_map.read_text("ascii").splitlines()]
    for first, _, count in ranges:
        if first <= FIRST and first + count >= FIRST + COUNT:
            return FIRST, COUNT
    first, _, count = max(ranges, key=lambda span: span[2])
    few = min(_FEW, count // 2)
    return first + count - few - 2, max(few, 1)
