"""A workspace in which files of others can be read, below names of their own; whose they are is decided above.

What is lent is no part of the workspace: it cannot be changed from here, it is not measured, and no snapshot holds it.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from palaver.core.errors import Invalid, NotFound
from palaver.files.paths import folder_inside, inside
from palaver.files.workspace import Entry, Workspace


class Joined(Workspace):
    """A session's own workspace, and `lent` ones by the name of the folder in which they are seen."""

    def __init__(self, own: Workspace, lent: Mapping[str, Workspace]) -> None:
        super().__init__(own.root, own.settings)
        self._own = own
        self.lent = lent

    def alone(self) -> AbstractContextManager[object]:
        """Nobody else writes in the session's own files meanwhile."""
        return self._own.alone()

    def settled(self) -> None:
        """As for the session's own files."""
        self._own.settled()

    def unsettle(self) -> None:
        """As for the session's own files."""
        self._own.unsettle()

    def measure_again(self) -> None:
        """As for the session's own files."""
        self._own.measure_again()

    @contextmanager
    def open(self, path: str) -> Generator[BinaryIO]:
        """The file to read from, the session's own or a lent one."""
        where, below, _ = self._find(inside(path))
        with where.open(below) as file:
            yield file

    def stat(self, path: str) -> Entry:
        """What is there under this name."""
        where, below, above = self._find(folder_inside(path))
        if not below:
            return Entry(above, "folder", 0, _changed(where))
        found = where.stat(below)
        return replace(found, path=f"{above}/{found.path}") if above else found

    def entries(self, path: str = "") -> list[Entry]:
        """What stands in a folder, by name; at the top, a folder for each who lends."""
        path = folder_inside(path)
        where, below, above = self._find(path)
        found = where.entries(below)
        if above:
            return [replace(entry, path=f"{above}/{entry.path}") for entry in found]
        if path:
            return found
        lent = [Entry(name, "folder", 0, _changed(one)) for name, one in self.lent.items()]
        own = [entry for entry in found if entry.path not in self.lent]
        return sorted([*lent, *own], key=lambda entry: entry.path)

    def write(self, path: str, content: bytes) -> Entry:
        """Put a file among the session's own."""
        return self._own.write(self._mine(path), content)

    def change(self, path: str, edit: Callable[[bytes | None], bytes]) -> Entry:
        """Replace a file of the session's own."""
        return self._own.change(self._mine(path), edit)

    def make_folder(self, path: str) -> None:
        """Make a folder among the session's own files."""
        self._own.make_folder(self._mine(path))

    def remove(self, path: str) -> None:
        """Remove something of the session's own."""
        self._own.remove(self._mine(path))

    def used(self) -> int:
        """Bytes that the session's own files have together."""
        return self._own.used()

    def weight(self) -> int:
        """As `used`, as it was measured a while ago."""
        return self._own.weight()

    def make(self) -> Path:
        """Make the root of the session's own files."""
        return self._own.make()

    def fits(self, size: int) -> bool:
        """Whether as many bytes more may come to the session's own files."""
        return self._own.fits(size)

    def _find(self, path: str) -> tuple[Workspace, str, str]:
        """Where a path leads: whose files, the path in there, and the name they are lent by ("": the session's own)."""
        top, _, below = path.partition("/")
        lent = self.lent.get(top)
        return (self._own, path, "") if lent is None else (lent, below, top)

    def _mine(self, path: str) -> str:
        path = inside(path)
        _, _, above = self._find(path)
        if above:
            raise Invalid(f"What stands in {above} can be read here and not changed: it is not this session's own.")
        return path


def _changed(lent: Workspace) -> float:
    try:
        return lent.stat("").modified
    except NotFound:
        return 0.0
