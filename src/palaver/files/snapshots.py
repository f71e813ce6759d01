"""Snapshots of workspaces: taken, brought back, compared; which of them are needed, and for how long, is said above.

A snapshot is a name (64 hex digits) that stands for every file, folder and mode of a workspace. Every method waits for
the disk: call it in a thread. What is said to become of a workspace stands in a file beside it until it is done: a
process that dies on the way leaves a workspace that is as before, or that becomes what it was to be at its next use.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from palaver.core.errors import Invalid, NotFound, PalaverError, Unavailable
from palaver.core.ids import SessionId
from palaver.files.blobs import Blobs
from palaver.files.descent import open_root, told
from palaver.files.differences import FileChange, differing
from palaver.files.differences import told as told_changes
from palaver.files.durable import sync_around, write_whole
from palaver.files.known import Known
from palaver.files.restoring import Applying, Plan, Planning, Staging
from palaver.files.scanning import Hashed, Keep, Scan, SeenFolder, time_at
from palaver.files.trees import EMPTY, Node, decoded, totals
from palaver.files.workspace import Workspace
from palaver.files.workspaces import Workspaces

_WANTED = "wanted"  # the file that says what is to become of a workspace
_LATER = 500  # files that a restore replaced or removed; more are freed by the next sweep and not while people wait
_TOLD = 100  # paths that were left out and are told; the rest is counted


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A workspace as it was. `root` is its name; `left_out` are paths that no snapshot can hold.

    Left out are sockets and devices, files that have a second name (hard links), what may not be read, and what lies
    too deep; of very many the first are told, and `left_out_count` says how many they are.
    """

    root: str
    files: int
    bytes: int
    left_out: tuple[str, ...] = ()
    left_out_count: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did to which paths; folders end with `/` and are told for themselves."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


class _Unreadable(Unavailable):
    """A content is there and no folder's; what is only away for a while is not this."""


class Snapshots:
    """Takes and restores snapshots of the workspaces that it was made for; threads may use it at the same time."""

    def __init__(self, blobs: Blobs, workspaces: Workspaces) -> None:
        self._blobs = blobs
        self._workspaces = workspaces
        self._known = Known()
        self.others: Callable[[], set[str]] = set  # snapshots on which somebody else relies
        workspaces.settle = self._settle
        workspaces.forgotten = self._known.forget

    def take(self, session_id: SessionId) -> Snapshot | None:
        """Keep the workspace as it is now; None where the session has none. Costs what changed since the last time."""
        if not self._workspaces.exists(session_id):
            return None
        workspace = self._workspaces.of(session_id)
        with workspace.alone():
            waiting = self._wanted(session_id)
            return self.about(waiting) if waiting else self._take(session_id, workspace)

    def about(self, root: str) -> Snapshot:
        """A snapshot that was taken, without what was left out then; `NotFound` where it is not whole."""
        size, files = totals(self._nodes(bytes.fromhex(root)))
        return Snapshot(root, files, size)

    def restore(self, session_id: SessionId, root: str | None) -> Restored:
        """Make the workspace what it was in a snapshot (None: there were no files); all of it or nothing."""
        workspace = self._workspaces.of(session_id)
        with workspace.alone():
            workspace.settled()
            return self._restore(session_id, workspace, root or EMPTY)

    def seed(self, session_id: SessionId, root: str) -> None:
        """Let a session without files begin with those of a snapshot; they are laid out when they are first used."""
        if not self._blobs.refresh(root):
            raise NotFound("There is no such snapshot.")
        if self._workspaces.exists(session_id):
            raise Invalid("This session has files already.")
        self._want(session_id, root)
        self._workspaces.of(session_id).unsettle()

    def waiting(self, session_id: SessionId, name: str, most: int) -> bytes | None:
        """The beginning of a file of a workspace that was never used, which so stays unused; empty where it lacks.

        None where there is nothing that waits: whoever asks looks into the workspace.
        """
        root = self._wanted(session_id)
        if root is None or self._workspaces.of(session_id).root.exists():
            return None
        for node in self._nodes(bytes.fromhex(root)):
            if node.kind == "file" and os.fsdecode(node.name) == name:
                with self._blobs.open(node.sha.hex()) as file:
                    return file.read(most)
        return b""

    def diff(self, root_a: str | None, root_b: str | None) -> list[FileChange]:
        """What is different from one snapshot to another (None: no files), by path."""
        old, new = (bytes.fromhex(root or EMPTY) for root in (root_a, root_b))
        return told_changes(list(differing(self._nodes, old, new)), lambda node: self._blobs.get(node.sha.hex()))

    def files(self, root: str) -> Iterator[tuple[str, Node]]:
        """Every file, link and folder of a snapshot with its path; contents are `blobs.open(node.sha.hex())`."""
        for one in differing(self._nodes, None, bytes.fromhex(root)):
            if one.new is not None:
                yield one.path, one.new

    def needed(self, roots: set[str]) -> set[str]:
        """The names of all contents of these snapshots, and of those that workspaces still rely on."""
        beside = self._workspaces.beside
        roots = roots | self.others() | self._known.roots(beside)
        if beside.exists():
            roots |= {root for place in beside.iterdir() if (root := _read(place / _WANTED))}
        needed: set[str] = set()
        for root in roots:
            self._mark(root, needed)
        return needed

    def _mark(self, sha: str, needed: set[str]) -> None:
        if sha in needed:
            return
        needed.add(sha)
        try:
            nodes = self._nodes(bytes.fromhex(sha))
        except (NotFound, _Unreadable):
            return  # what it held is lost; the rest is still needed
        for node in nodes:
            if node.kind == "folder":
                self._mark(node.sha.hex(), needed)
            else:
                needed.add(node.sha.hex())

    def _take(self, session_id: SessionId, workspace: Workspace) -> Snapshot:
        beside = self._beside(session_id)
        with self._blobs.batch() as batch:
            seen, scan = self._scan(session_id, workspace, batch)
        root = _sha(seen)
        self._known.learn(session_id, root, seen)
        self._known.write(session_id, beside, scan.read)
        out = tuple(_said(path) for path in scan.left_out[:_TOLD])
        return Snapshot(root, seen.files, seen.size, out, len(scan.left_out))

    def _scan(
        self, session_id: SessionId, workspace: Workspace, keep: Keep, moved: dict[int, Node] | None = None
    ) -> tuple[SeenFolder, Scan]:
        beside = self._beside(session_id)
        scan = Scan(keep, most=workspace.settings.workspace_entries, now=time_at(beside), moved=moved)
        here = open_root(workspace.root, create=True)
        try:
            return scan.folder(here, self._known.of(session_id, beside)), scan
        except OSError as error:
            raise told(error, "The workspace") from error
        finally:
            os.close(here)

    def _restore(self, session_id: SessionId, workspace: Workspace, root: str) -> Restored:
        place = self._fresh(session_id)
        plan, staging = self._plan(session_id, workspace, root), Staging(self._blobs, place)
        try:
            if plan.change:
                staging.prepare(plan.change)
                self._want(session_id, root)
                self._carry_out(workspace, plan, staging)
            self._done(session_id)
        except OSError as error:  # its session is deleted meanwhile, or the disk takes no more
            raise told(error, "The workspace") from error
        finally:
            self._tidy(place, later=len(plan.changed) + len(plan.deleted) > _LATER)
        if plan.change:
            self._learn(session_id, workspace, staging)
        paths = (plan.created, plan.changed, plan.deleted)
        return Restored(*(tuple(_said(path) for path in sorted(some)) for some in paths))

    def _tidy(self, place: Path, *, later: bool) -> None:
        try:
            self._workspaces.put_away(place, later=later)
        except PalaverError:  # a disk without room for one more name
            shutil.rmtree(place, ignore_errors=True)

    def _plan(self, session_id: SessionId, workspace: Workspace, root: str) -> Plan:
        seen, _ = self._scan(session_id, workspace, Hashed())
        planning = Planning(self._nodes)
        planning.plan.change = planning.compare(seen, bytes.fromhex(root))
        return planning.plan

    def _carry_out(self, workspace: Workspace, plan: Plan, staging: Staging) -> None:
        here, ready = open_root(workspace.root, create=True), open_root(staging.place, create=False)
        try:
            Applying(ready).folder(here, plan.change)
            workspace.measure_again()
        except OSError as error:
            raise told(error, "The workspace") from error
        finally:
            os.close(here)
            os.close(ready)
        sync_around(workspace.root)  # only then may be forgotten what it was to become

    def _learn(self, session_id: SessionId, workspace: Workspace, staging: Staging) -> None:
        """Know what was just laid out without reading it again."""
        with suppress(PalaverError), self._blobs.batch() as batch:
            seen, scan = self._scan(session_id, workspace, batch, staging.moved)
            self._known.learn(session_id, _sha(seen), seen)
            self._known.write(session_id, self._beside(session_id), scan.read + len(staging.moved))

    def _settle(self, session_id: SessionId, workspace: Workspace) -> None:
        """Before a workspace is first used: do what was still to be done with it."""
        root = _read(self._workspaces.beside / session_id / _WANTED)
        if root:
            self._restore(session_id, workspace, root)

    def _wanted(self, session_id: SessionId) -> str | None:
        return _read(self._workspaces.beside / session_id / _WANTED)

    def _want(self, session_id: SessionId, root: str) -> None:
        try:
            write_whole(self._beside(session_id) / _WANTED, root.encode())
        except OSError as error:
            raise told(error, "The workspace") from error

    def _done(self, session_id: SessionId) -> None:
        (self._beside(session_id) / _WANTED).unlink(missing_ok=True)

    def _beside(self, session_id: SessionId) -> Path:
        beside = self._workspaces.beside / session_id
        try:
            beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise told(error, "The workspace") from error
        return beside

    def _fresh(self, session_id: SessionId) -> Path:
        """An empty folder beside the workspace; what an earlier try left in it is removed."""
        place = self._beside(session_id) / "new"
        self._workspaces.put_away(place, later=True)
        try:
            place.mkdir(mode=0o700)
        except OSError as error:
            raise told(error, "The workspace") from error
        return place

    def _nodes(self, sha: bytes) -> list[Node]:
        if sha.hex() == EMPTY:
            return []
        try:
            return decoded(self._blobs.get(sha.hex()))
        except msgspec.MsgspecError as error:
            raise _Unreadable("The snapshot cannot be read.") from error


def _sha(seen: SeenFolder) -> str:
    assert seen.sha is not None
    return seen.sha.hex()


def _read(path: Path) -> str | None:
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        return None


def _said(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
