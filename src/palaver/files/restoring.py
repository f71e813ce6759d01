"""Making a workspace what a snapshot says, in place and as often as needed; when that is to be done is said elsewhere.

Everything that is needed lies ready beside the workspace before the first change is made, so that no full disk can stop
it half way; and doing it again after it was broken off leads to the same end. What is replaced or removed is put where
that lay, and whoever keeps the place removes it: to free ten thousand files takes longer than to put them there.
"""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from palaver.files import swapping
from palaver.files.blobs import Blobs
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
        self.place = place
        self.count = 0
        self.moved: dict[int, Node] = {}

    def prepare(self, change: Change) -> None:
        """Lay ready all that a change will put, by number in the order in which it will."""
        here = os.open(self.place, _FOLDER)
        try:
            self._all(here, change)
        except OSError as error:
            raise told(error, "The snapshot") from error
        finally:
            os.close(here)

    def _all(self, here: int, change: Change) -> None:
        for _, node in change.put:
            name = str(self.count)
            self.count += 1
            if node.kind == "link":
                os.symlink(os.fsdecode(self._blobs.get(node.sha.hex())), name, dir_fd=here)
            else:
                self.moved[self._blobs.copy(node.sha.hex(), here, name, node.mode).st_ino] = node
        for _, inner in change.enter:
            self._all(here, inner)


class Applying:
    """Carries a change out, with what lies ready for it in an open folder."""

    def __init__(self, ready: int) -> None:
        self._ready = ready
        self._next = self._out = 0

    def folder(self, here: int, change: Change) -> None:
        """Change one open folder and what is below it."""
        before = stat.S_IMODE(os.fstat(here).st_mode)
        if before & 0o700 != 0o700:
            os.fchmod(here, before | 0o700)
        for name in change.remove:
            self._remove(here, name)
        for name, _ in change.put:
            self._put(here, name)
        for name, mode in change.modes:
            _set_mode(here, name, mode)
        for name, inner in change.enter:
            self._enter(here, name, inner)
        if change.mode is not None or before & 0o700 != 0o700:
            os.fchmod(here, before if change.mode is None else change.mode)

    def _put(self, here: int, name: str) -> None:
        ready = str(self._next)
        self._next += 1
        if not swapping.swap(self._ready, ready, here, name):  # nothing stands there, or it cannot be moved
            _only(here, name, folder=False)
            os.replace(ready, name, src_dir_fd=self._ready, dst_dir_fd=here)
        belong_to_folder(here, name)

    def _remove(self, here: int, name: str) -> None:
        try:
            os.rename(name, f"out{self._out}", src_dir_fd=here, dst_dir_fd=self._ready)
            self._out += 1
        except PermissionError:  # its owner closed the folder
            remove_all(here, name)
        except FileNotFoundError:
            pass

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
