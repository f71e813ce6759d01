"""Reading a workspace into a tree, looking only into what changed since it was read last; it changes nothing there.

A file whose inode, size and time of change are as before is not read again. The time of change (ctime) cannot be set by
programs, so that what changed is always seen.
"""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from palaver.core.errors import StorageFull
from palaver.files.blobs import PIECE, Blob
from palaver.files.paths import DEEPEST, PROJECT
from palaver.files.trees import Node, encoded, totals

TEMPORARY = ".palaver-new-"  # how files are called while Palaver writes them

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_HANDLE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_TICK = 20_000_000  # ns: systems count the time of change in steps of up to 10 ms
_NEVER = -1


class Keep(Protocol):
    """Where contents go that are read."""

    def put(self, content: bytes) -> Blob:
        """A content as bytes."""
        ...

    def put_file(self, file: BinaryIO) -> Blob:
        """A content as an open file."""
        ...


class Seen(NamedTuple):
    """Something as it was read: its inode and time of change then (`_NEVER`: read it again), and its node."""

    ctime: int
    inode: int
    node: Node
    below: "SeenFolder | None"


class SeenFolder:
    """A folder as it was read; `sha` is None where its content was not kept."""

    __slots__ = ("_count", "entries", "files", "sha", "size")

    def __init__(self, entries: dict[str, Seen]) -> None:
        self.entries = entries
        self.sha: bytes | None = None
        self.size = self.files = 0
        self._count: int | None = None

    def with_entries(self, entries: dict[str, Seen]) -> "SeenFolder":
        """The same content, seen anew."""
        new = SeenFolder(entries)
        new.sha, new.size, new.files = self.sha, self.size, self.files
        return new

    def count(self) -> int:
        """Entries in it, with all that is below."""
        if self._count is None:
            self._count = sum(1 + (one.below.count() if one.below else 0) for one in self.entries.values())
        return self._count


class Scan:
    """One reading of a workspace. `left_out` is what cannot be kept: sockets, devices, files with a second name, …

    What is not `ours` is an operator's: their files may have second names, and what they closed stays closed.
    """

    def __init__(
        self, keep: Keep, *, most: int, now: int, moved: dict[int, Node] | None = None, ours: bool = True
    ) -> None:
        self._keep = keep
        self._ours = ours
        self._left = most
        self._trusted = now - _TICK
        self._moved = moved or {}  # by inode: files that were just put here, whose content is known
        self.left_out: list[str] = []
        self.read = 0  # how many files were read

    def folder(self, here: int, before: SeenFolder | None, path: str = "") -> SeenFolder:
        """What stands in an open folder."""
        known = before.entries if before else {}
        entries: dict[str, Seen] = {}
        below: list[tuple[str, os.stat_result]] = []
        anew = before is None or before.sha is None
        with os.scandir(here) as found:
            for entry in found:
                name = entry.name
                try:
                    now = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                was = known.get(name)
                if was is not None and was[0] == now.st_ctime_ns and was[1] == now.st_ino:
                    entries[name] = was
                elif stat.S_ISDIR(now.st_mode):
                    if path or name != PROJECT or _holds_something(here, name):
                        below.append((name, now))
                else:
                    anew = True
                    self._one(entries, here, f"{path}{name}", now)
        self._spend(len(entries) + len(below))
        for name, now in below:
            was = known.get(name)
            self._folder(entries, here, (f"{path}{name}", was), now)
            anew = anew or entries.get(name) is not was
        if before is not None and not anew and len(entries) == len(known):
            return before
        if before is None or before.sha is None or not _same(entries, known):
            return self._kept(SeenFolder(entries))
        # Files that were too young to be trusted are read again; mostly they are what they were, and trusted now.
        return before if all(known[name] is seen for name, seen in entries.items()) else before.with_entries(entries)

    def _one(self, entries: dict[str, Seen], here: int, path: str, now: os.stat_result) -> None:
        name = path.rpartition("/")[2]
        if name.startswith(TEMPORARY):
            return
        try:
            seen = self._file(here, name, now) if stat.S_ISREG(now.st_mode) else self._link(here, name, now)
        except FileNotFoundError:
            return
        except PermissionError:
            seen = None
        if seen is None:
            self.left_out.append(path)
        else:
            entries[name] = seen

    def _file(self, here: int, name: str, now: os.stat_result) -> Seen | None:
        if now.st_nlink > 1 and self._ours:
            return None
        moved = self._moved.get(now.st_ino)
        if moved is not None and moved.size == now.st_size:
            return self._seen(now, _node(name, now, Blob(moved.sha.hex(), moved.size)))
        with os.fdopen(self._opened(here, name, _FILE), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                return None
            node = _node(name, before, self._keep.put_file(file))
            after = os.fstat(file.fileno())
        self.read += 1
        if after.st_ctime_ns != before.st_ctime_ns:
            return Seen(_NEVER, before.st_ino, node, None)
        return self._seen(before, node)

    def _link(self, here: int, name: str, now: os.stat_result) -> Seen | None:
        if not stat.S_ISLNK(now.st_mode):
            return None
        leads = os.fsencode(os.readlink(name, dir_fd=here))
        blob = self._keep.put(leads)
        return self._seen(now, Node(os.fsencode(name), "link", 0o777, blob.size, 1, bytes.fromhex(blob.sha)))

    def _seen(self, now: os.stat_result, node: Node) -> Seen:
        # Within one tick of the clock a later change would show the same time.
        return Seen(now.st_ctime_ns if now.st_ctime_ns < self._trusted else _NEVER, now.st_ino, node, None)

    def _folder(self, entries: dict[str, Seen], here: int, place: tuple[str, Seen | None], now: os.stat_result) -> None:
        path, was = place
        name = path.rpartition("/")[2]
        try:
            if path.count("/") >= DEEPEST:
                raise PermissionError
            inner = self._opened(here, name, _FOLDER)
        except FileNotFoundError:
            return
        except (PermissionError, NotADirectoryError):
            self.left_out.append(f"{path}/")
            return
        try:
            found = self.folder(inner, was.below if was else None, f"{path}/")
        finally:
            os.close(inner)
        assert found.sha is not None
        node = Node(os.fsencode(name), "folder", now.st_mode & 0o777, found.size, found.files, found.sha)
        unchanged = was is not None and was.below is found and was.node == node
        entries[name] = was if was and unchanged else Seen(_NEVER, now.st_ino, node, found)

    def _opened(self, here: int, name: str, how: int) -> int:
        return _opened(here, name, how) if self._ours else os.open(name, how, dir_fd=here)

    def _kept(self, folder: SeenFolder) -> SeenFolder:
        nodes = [one.node for one in folder.entries.values()]
        folder.size, folder.files = totals(nodes)
        folder.sha = bytes.fromhex(self._keep.put(encoded(nodes)).sha)
        return folder

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise StorageFull("This session has more files than are looked at in one go; no snapshot can be taken.")


def time_at(folder: Path) -> int:
    """The file system's own time in ns, as it would be written down for a change that is made now."""
    stamp = folder / "time"
    try:
        os.utime(stamp)
    except FileNotFoundError:
        stamp.touch(mode=0o600)
    return stamp.stat().st_ctime_ns


def _same(entries: dict[str, Seen], known: dict[str, Seen]) -> bool:
    if len(entries) != len(known):
        return False
    for name, seen in entries.items():
        was = known.get(name)
        if was is not seen and (was is None or was.node != seen.node):
            return False
    return True


def _holds_something(here: int, name: str) -> bool:
    """Whether there are files of the session's own where others' are seen: an empty folder is only their place."""
    try:
        inner = os.open(name, _FOLDER, dir_fd=here)
    except OSError:
        return True
    try:
        with os.scandir(inner) as found:
            return next(found, None) is not None
    finally:
        os.close(inner)


def _node(name: str, now: os.stat_result, blob: Blob) -> Node:
    return Node(os.fsencode(name), "file", now.st_mode & 0o777, blob.size, 1, bytes.fromhex(blob.sha))


def _opened(here: int, name: str, how: int) -> int:
    """Open what its owner may have closed to everybody; it is as before then."""
    try:
        return os.open(name, how, dir_fd=here)
    except PermissionError:
        handle = os.open(name, _HANDLE, dir_fd=here)
        try:
            return _opened_up(handle, here, name, how)
        finally:
            os.close(handle)


def _opened_up(handle: int, here: int, name: str, how: int) -> int:
    mode = os.fstat(handle).st_mode
    if stat.S_ISLNK(mode):
        raise FileNotFoundError
    itself = Path(f"/proc/self/fd/{handle}")
    itself.chmod(stat.S_IMODE(mode) | 0o700)
    try:
        return os.open(name, how, dir_fd=here)
    finally:
        with suppress(OSError):
            itself.chmod(stat.S_IMODE(mode))


class Hashed:
    """Keeps nothing: it only says what contents would be called (the twin of a batch of blobs)."""

    def put(self, content: bytes) -> Blob:
        """The name of some bytes."""
        return Blob(hashlib.sha256(content).hexdigest(), len(content))

    def put_file(self, file: BinaryIO) -> Blob:
        """The name of what is left to read of a file."""
        digest, size = hashlib.sha256(), 0
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
        return Blob(digest.hexdigest(), size)
