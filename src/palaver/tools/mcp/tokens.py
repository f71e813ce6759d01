"""Where what sign-ins at MCP servers brought is kept, already sealed: files of the home; it can read none of it."""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

LOCK = "lock"


class Tokens(Protocol):
    """Where what a sign-in brought is kept, as sealed text."""

    async def load(self, about: str) -> str | None:
        """What was kept under this name."""
        ...

    async def save(self, about: str, sealed: str) -> None:
        """Keep it, in place of what was there."""
        ...


class FolderTokens:
    """One file for each sign-in, for this user only; it is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def load(self, about: str) -> str | None:
        """What was kept under this name."""
        return await asyncio.to_thread(self._read, self._file(about))

    async def save(self, about: str, sealed: str) -> None:
        """Keep it, in place of what was there."""
        await asyncio.to_thread(self._write, self._file(about), sealed)

    def rewrap(self, again: Callable[[bytes], bytes] | None, needle: bytes) -> int:
        """Make other texts of those that hold some bytes, or only count them; how many there are."""
        if not self._folder.is_dir():
            return 0
        with self._alone():
            found = [(one, one.read_bytes()) for one in self._folder.iterdir() if not one.suffix and one.name != LOCK]
            holding = [(one, content) for one, content in found if needle in content]
            for file, content in holding if again else ():
                self._put(file, again(content).decode("ascii") if again else "")
            return len(holding)

    @contextmanager
    def _alone(self) -> Generator[None]:
        """One process at a time writes here, so that no older text takes the place of a newer one."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _file(self, about: str) -> Path:
        return self._folder / hashlib.sha256(about.encode()).hexdigest()

    def _read(self, file: Path) -> str | None:
        try:
            return file.read_text("ascii")
        except FileNotFoundError:
            return None

    def _write(self, file: Path, sealed: str) -> None:
        with self._alone():
            self._put(file, sealed)

    def _put(self, file: Path, sealed: str) -> None:
        fresh = file.with_suffix(f".{os.urandom(4).hex()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(sealed)
        fresh.replace(file)


class MemoryTokens:
    """The twin of `FolderTokens`: it forgets with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    async def load(self, about: str) -> str | None:
        """What was kept under this name."""
        return self._kept.get(about)

    async def save(self, about: str, sealed: str) -> None:
        """Keep it, in place of what was there."""
        self._kept[about] = sealed
