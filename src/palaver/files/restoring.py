"""Making a workspace what a snapshot says, in place and as often as needed; when that is to be done is said elsewhere.

Everything that is needed lies ready beside the workspace before the first change is made, so that no full disk can stop
it half way; and doing it again after it was broken off leads to the same end.
"""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from palaver.files.blobs import PIECE, Blobs
from palaver.files.descent import belong_to_folder, remove_all, told
from palaver.files.scanning import SeenFolder
from palaver.files.trees import Node

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_HANDLE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC

Nodes = Callable[[bytes], list[Node]]


@dataclass(slots=True)
class Change:
    """What is to be done in one folder. `mode` is what the folder itself shall have (None: it has it)."""

    mode: int | None = None
    remove: list[str] = field(default_factory=list[str])
    put: list[tuple[str, Node]] = field(default_factory=list[tuple[str, Node]])
    modes: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    enter: list[tuple[str, "Change"]] = field(default_factory=list[tuple[str, "Change"]])

    def __bool__(self) -> bool:
        return self.mode is not None or bool(self.remove or self.put or self.modes or self.enter)


@dataclass(slots=True)
class Plan:
    """The change of the whole workspace, and what it does to which paths; folders end with `/`."""

    change: Change = field(default_factory=Change)
    created: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    deleted: list[str] = field(default_factory=list[str])


class Planning:
    """Finds out what makes a workspace as it was seen into what a snapshot says."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self.plan = Plan()

    def compare(self, seen: SeenFolder | None, wanted: bytes, path: str = "") -> Change:
        """The change of one folder (None: it is not there)."""
        change = Change()
        if seen is not None and seen.sha == wanted:
            return change
        there = dict(seen.entries) if seen else {}
        for node in self._nodes(wanted):
            name = os.fsdecode(node.name)
            was = there.pop(name, None)
            if was is not None and (was.node.kind == "folder") != (node.kind == "folder"):
                self._remove(change, path + name, was.node, was.below)
                was = None
            if node.kind == "folder":
                self._folder(change, path + name, node, (was.node, was.below) if was else None)
            elif was is None or (was.node.sha, was.node.kind) != (node.sha, node.kind):
                (self.plan.changed if was else self.plan.created).append(path + name)
                change.put.append((name, node))
            elif was.node.mode != node.mode:
                self.plan.changed.append(path + name)
                change.modes.append((name, node.mode))
        for name, was in there.items():
            self._remove(change, path + name, was.node, was.below)
        return change

    def _folder(self, change: Change, path: str, node: Node, was: tuple[Node, SeenFolder | None] | None) -> None:
        inner = self.compare(was[1] if was else None, node.sha, f"{path}/")
        if was is None:
            self.plan.created.append(f"{path}/")
        elif was[0].mode != node.mode:
            self.plan.changed.append(f"{path}/")
        if was is None or was[0].mode != node.mode or inner:
            inner.mode = node.mode
            change.enter.append((path.rpartition("/")[2], inner))

    def _remove(self, change: Change, path: str, node: Node, below: SeenFolder | None) -> None:
        change.remove.append(path.rpartition("/")[2])
        self._deleted(path, node, below)

    def _deleted(self, path: str, node: Node, below: SeenFolder | None) -> None:
        self.plan.deleted.append(f"{path}/" if node.kind == "folder" else path)
        for name, one in (below.entries if below else {}).items():
            self._deleted(f"{path}/{name}", one.node, one.below)


class Staging:
    """Contents that lie ready in a folder beside the workspace, each as a file that only needs its place."""

    def __init__(self, blobs: Blobs, place: Path) -> None:
        self._blobs = blobs
        self._place = place
        self._count = 0
        self.moved: dict[int, Node] = {}
        self.paths: list[Path] = []

    def prepare(self, change: Change) -> None:
        """Lay ready all that a change will put, in the order in which it will."""
        for _, node in change.put:
            path = self._place / str(self._count)
            self._count += 1
            try:
                self._one(path, node)
            except OSError as error:
                raise told(error, "The snapshot") from error
        for _, inner in change.enter:
            self.prepare(inner)

    def _one(self, path: Path, node: Node) -> None:
        if node.kind == "link":
            path.symlink_to(os.fsdecode(self._blobs.get(node.sha.hex())))
        else:
            with self._blobs.open(node.sha.hex()) as source, path.open("xb") as file:
                while piece := source.read(PIECE):
                    file.write(piece)
                os.fchmod(file.fileno(), node.mode)
                self.moved[os.fstat(file.fileno()).st_ino] = node
        self.paths.append(path)


class Applying:
    """Carries a change out, with what lies ready for it."""

    def __init__(self, ready: list[Path]) -> None:
        self._ready = iter(ready)

    def folder(self, here: int, change: Change) -> None:
        """Change one open folder and what is below it."""
        before = stat.S_IMODE(os.fstat(here).st_mode)
        if before & 0o700 != 0o700:
            os.fchmod(here, before | 0o700)
        for name in change.remove:
            remove_all(here, name)
        for name, _ in change.put:
            self._put(here, name)
        for name, mode in change.modes:
            _set_mode(here, name, mode)
        for name, inner in change.enter:
            self._enter(here, name, inner)
        if change.mode is not None or before & 0o700 != 0o700:
            os.fchmod(here, before if change.mode is None else change.mode)

    def _put(self, here: int, name: str) -> None:
        ready = next(self._ready)
        _only(here, name, folder=False)
        os.replace(ready, name, dst_dir_fd=here)
        belong_to_folder(here, name)

    def _enter(self, here: int, name: str, change: Change) -> None:
        _only(here, name, folder=True)
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=here)
            belong_to_folder(here, name)
        _set_mode(here, name, 0o700)
        below = os.open(name, _FOLDER, dir_fd=here)
        try:
            self.folder(below, change)
        finally:
            os.close(below)


def _only(here: int, name: str, *, folder: bool) -> None:
    """Remove what stands in the way without being part of a snapshot: a socket where a folder shall be, and so on."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode) != folder:
            remove_all(here, name)


def _set_mode(here: int, name: str, mode: int) -> None:
    handle = os.open(name, _HANDLE, dir_fd=here)
    try:
        if not stat.S_ISLNK(os.fstat(handle).st_mode):
            Path(f"/proc/self/fd/{handle}").chmod(mode)
    finally:
        os.close(handle)
