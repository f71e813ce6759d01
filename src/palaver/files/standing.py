"""Which files stand in a workspace, each with the name of its content, read anew only where something changed."""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from palaver.core.errors import NotFound
from palaver.files.descent import open_root
from palaver.files.paths import can_be_said
from palaver.files.scanning import Hashed, Scan, SeenFolder, time_at
from palaver.files.workspace import OWN, Workspace

ASIDE = frozenset({OWN, ".git"})  # folders that nobody means who searches

_MOST = 200_000  # entries of all workspaces that are remembered; the workspace that was read longest ago goes first


class Stands(NamedTuple):
    """A file: its path, its size, and the SHA-256 of its content."""

    path: str
    size: int
    sha: str


class Standing:
    """Remembers what it read of workspaces; `beside` has a folder for each. For threads, one at a time a workspace."""

    def __init__(self, beside: Path) -> None:
        self._beside = beside
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[SeenFolder, int]] = OrderedDict()

    def of(self, workspace: Workspace) -> list[Stands]:
        """Every file of a workspace, and of those that are lent to it."""
        found = list(self._own(workspace))
        for name, lent in workspace.lent.items():
            found += [one._replace(path=f"{name}/{one.path}") for one in self._own(lent)]
        return found

    def forget(self, workspace: Workspace) -> None:
        """Know nothing of a workspace any more."""
        with self._lock:
            self._seen.pop(workspace.root.name, None)

    def _own(self, workspace: Workspace) -> Iterator[Stands]:
        workspace.settled()
        try:
            here = open_root(workspace.root, create=False)
        except NotFound:
            return
        try:
            seen = self._scanned(workspace, here)
        finally:
            os.close(here)
        yield from _files(seen, "")

    def _scanned(self, workspace: Workspace, here: int) -> SeenFolder:
        name = workspace.root.name
        beside = self._beside / name
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            before = self._seen.get(name)
        scan = Scan(Hashed(), most=workspace.settings.workspace_entries, now=time_at(beside))
        seen = scan.folder(here, before[0] if before else None)
        with self._lock:
            self._seen[name] = (seen, seen.count() + 1)
            self._seen.move_to_end(name)
            while len(self._seen) > 1 and sum(count for _, count in self._seen.values()) > _MOST:
                self._seen.popitem(last=False)
        return seen


def _files(folder: SeenFolder, above: str) -> Iterator[Stands]:
    for name, seen in sorted(folder.entries.items()):
        if not can_be_said(name) or name in ASIDE:
            continue
        if seen.below is not None:
            yield from _files(seen.below, f"{above}{name}/")
        elif seen.node.kind == "file":
            yield Stands(above + name, seen.node.size, seen.node.sha.hex())
