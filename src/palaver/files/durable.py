"""Making many files survive a loss of power in one go; what the files are it does not know."""

import ctypes
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

_AT_ONCE = 8  # systems take syncs that wait together as one
_MANY = 64  # from here on it is cheaper to write out the whole file system


def sync_all(paths: Sequence[str]) -> None:
    """Return once the files or folders are on the disk; all lie in the same file system. What has vanished is fine."""
    if len(paths) > _MANY and _sync_file_system(Path(paths[0]).parent):
        return
    if len(paths) < 2:
        for path in paths:
            sync(path)
        return
    with ThreadPoolExecutor(min(_AT_ONCE, len(paths))) as threads:
        for _ in threads.map(sync, paths):
            pass


def sync_around(folder: Path) -> None:
    """Return once everything in the file system of a folder is on the disk."""
    if not _sync_file_system(folder):
        os.sync()


def sync(path: str | Path) -> None:
    """Return once one file or folder is on the disk."""
    with suppress(FileNotFoundError):
        found = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(found)
        finally:
            os.close(found)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a small file in one step, and return once that survives a loss of power."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync(path.parent)


def _sync_file_system(folder: Path) -> bool:
    call = _syncfs()
    if call is None:
        return False
    here = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return call(here) == 0
    finally:
        os.close(here)


@cache
def _syncfs() -> Callable[[int], int] | None:
    # Linux has it, others do not; Python does not offer it.
    return getattr(ctypes.CDLL(None), "syncfs", None)
