"""How much stands in a workspace while a program fills it, and mending the modes it leaves; it removes nothing."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from palaver.files.paths import DEEPEST

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_HANDLE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes on the disk and entries; `whole` is False where there was more than was looked at."""

    bytes: int = 0
    entries: int = 0
    whole: bool = True


class Found(NamedTuple):
    """An entry: the open folder it stands in, its name and what it is; `deepest` where nothing below is looked at."""

    folder: int
    name: str
    status: os.stat_result
    deepest: bool


def size_of(root: Path, most: int) -> Size:
    """What a workspace takes, counted up to about `most` entries and as deep as files are ever looked for."""
    taken = entries = 0
    with suppress(FileNotFoundError):
        for found in step_into(os.open(root, _FOLDER)):
            taken += found.status.st_blocks * 512
            entries += 1
            if entries > most or (found.deepest and stat.S_ISDIR(found.status.st_mode)):
                return Size(taken, entries, whole=False)
    return Size(taken, entries)


def mend(root: Path) -> None:
    """Let the server read and remove what a program left, and nobody run anything in its owner's name."""
    with suppress(FileNotFoundError):
        for found in step_into(os.open(root, _FOLDER)):
            wanted = _mended(found.status.st_mode)
            if wanted != stat.S_IMODE(found.status.st_mode):
                _set_mode(found.folder, found.name, wanted)


def step_into(root: int) -> Iterator[Found]:
    """Everything below an open folder, which this closes.

    Folders come before what is in them, so that one can be opened up first. No link is followed, what vanishes is
    left out, and nothing is looked at below the depth at which paths end.
    """
    opened = [(root, iter(_names(root)))]
    try:
        while opened:
            here, names = opened[-1]
            name = next(names, None)
            if name is None:
                os.close(opened.pop()[0])
                continue
            with suppress(OSError):
                found = Found(here, name, os.stat(name, dir_fd=here, follow_symlinks=False), len(opened) == DEEPEST)
                yield found
                if stat.S_ISDIR(found.status.st_mode) and not found.deepest:
                    below = os.open(name, _FOLDER, dir_fd=here)
                    opened.append((below, iter(_names(below))))
    finally:
        for here, _ in opened:
            os.close(here)


def _names(here: int) -> list[str]:
    with os.scandir(here) as found:
        return [entry.name for entry in found]


def _mended(mode: int) -> int:
    if stat.S_ISDIR(mode):
        return stat.S_IMODE(mode) & 0o777 | 0o700
    if stat.S_ISREG(mode):
        return stat.S_IMODE(mode) & 0o777 | 0o400
    return stat.S_IMODE(mode)


def _set_mode(folder: int, name: str, mode: int) -> None:
    with suppress(OSError):
        handle = os.open(name, _HANDLE, dir_fd=folder)
        try:
            found = os.fstat(handle)
            # A second name may lie outside; a link has no mode of its own.
            if stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_nlink == 1):
                os.chmod(f"/proc/self/fd/{handle}", mode)  # noqa: PTH101
        finally:
            os.close(handle)
