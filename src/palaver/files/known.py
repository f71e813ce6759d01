"""What was seen of workspaces when they were last read, in memory and beside them on the disk; it reads no workspace.

It may be lost at any time: everything is read again then. On the disk stand only files, not folders, so that the first
snapshot after a start names every folder's content again.
"""

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

import msgspec

from palaver.files.scanning import Seen, SeenFolder
from palaver.files.trees import Node

_MOST = 200_000  # entries of all workspaces that are remembered; a workspace that was not read for longest goes first
_WORTH = 64  # read files after which it is written to the disk; fewer are read again soon enough
_FILE = "seen"


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A folder on the disk: its files as ctime, inode and node, its folders by name."""

    files: list[tuple[int, int, Node]]
    folders: dict[bytes, "Kept"]


class Page(msgspec.Struct, frozen=True, array_like=True):
    """One workspace on the disk; `root` is the snapshot that has everything that is named in it."""

    root: str
    folder: Kept


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Page)


class Known:
    """By session: what its workspace was when it was last read, and the snapshot that was taken then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[str, SeenFolder, int]] = OrderedDict()

    def of(self, session_id: str, beside: Path) -> SeenFolder | None:
        """What is known, from memory or from the folder beside the workspace."""
        with self._lock:
            found = self._seen.get(session_id)
            if found is not None:
                self._seen.move_to_end(session_id)
                return found[1]
        page = _page(beside / _FILE)
        return _unpacked(page.folder) if page else None

    def learn(self, session_id: str, root: str, seen: SeenFolder) -> None:
        """Remember what was read; everything in it is kept in blobs."""
        with self._lock:
            self._seen[session_id] = (root, seen, seen.count() + 1)
            self._seen.move_to_end(session_id)
            while len(self._seen) > 1 and sum(count for _, _, count in self._seen.values()) > _MOST:
                self._seen.popitem(last=False)

    def write(self, session_id: str, beside: Path, read: int) -> None:
        """Write down what is known, where it cost `read` files and so is worth it."""
        with self._lock:
            found = self._seen.get(session_id)
        if found is None or read < _WORTH:
            return
        new = beside / f"{_FILE}.new"
        # Not synced: what does not survive a loss of power is read again, and half a page is no page.
        with suppress(OSError):
            new.write_bytes(_encoder.encode(Page(found[0], _packed(found[1]))))
            new.replace(beside / _FILE)

    def forget(self, session_id: str) -> None:
        """Know nothing of a session any more."""
        with self._lock:
            self._seen.pop(session_id, None)

    def roots(self, beside: Path) -> set[str]:
        """The snapshots whose contents are relied upon; `beside` has a folder for every session."""
        with self._lock:
            roots = {root for root, _, _ in self._seen.values()}
        with suppress(FileNotFoundError):
            pages = (_page(place / _FILE) for place in beside.iterdir())
            roots.update(page.root for page in pages if page)
        return roots


def _page(path: Path) -> Page | None:
    try:
        return _decoder.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def _packed(seen: SeenFolder) -> Kept:
    entries = seen.entries.values()
    files = [(one.ctime, one.inode, one.node) for one in entries if one.below is None and one.ctime >= 0]
    return Kept(files, {one.node.name: _packed(one.below) for one in entries if one.below is not None})


def _unpacked(kept: Kept) -> SeenFolder:
    entries = {os.fsdecode(node.name): Seen(ctime, inode, node, None) for ctime, inode, node in kept.files}
    for name, folder in kept.folders.items():
        below = _unpacked(folder)
        entries[os.fsdecode(name)] = Seen(-1, 0, Node(name, "folder", 0, 0, 0, b""), below)
    return SeenFolder(entries)
