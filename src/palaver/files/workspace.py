"""The files of one session, and the only way to them; who may ask for them is decided above.

Every method waits for the disk: call it in a thread. Paths are relative to the workspace, as `files.paths` reads them.
"""

import os
import secrets
import stat
import threading
from collections.abc import Callable, Container, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from palaver.core.errors import Invalid, NotFound, PayloadTooLarge, StorageFull
from palaver.files.descent import (
    FILE_MODE,
    belong_to_folder,
    check_regular,
    folder,
    measure,
    open_file,
    open_root,
    remove_all,
    told,
)
from palaver.files.paths import DEEPEST, can_be_said, folder_inside, inside
from palaver.files.scanning import TEMPORARY
from palaver.files.settings import FileSettings

Kind = Literal["file", "folder", "link", "other"]

OWN = ".palaver"  # the folder for what Palaver itself keeps in a workspace; lists leave it out unless it is named

_MEASURE_AFTER = 16  # the whole is measured again once a sixteenth of what it may hold was written


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a workspace. `modified` is seconds since 1970; the path is relative to the workspace."""

    path: str
    kind: Kind
    size: int
    modified: float


class Workspace:
    """The files below `root`, which is made when something is first written."""

    def __init__(
        self, root: Path, settings: FileSettings | None = None, settle: Callable[["Workspace"], None] | None = None
    ) -> None:
        self.root = root
        self.settings = settings or FileSettings()
        self.lent: Mapping[str, Workspace] = {}  # files of others that can be read here; see `files.joined`
        self._settle = settle
        self._unsettled = settle is not None
        self._writing = threading.RLock()
        self._used: int | None = None
        self._since = 0

    def alone(self) -> AbstractContextManager[object]:
        """Nobody else writes here meanwhile; programs that run in the workspace do not heed it."""
        return self._writing

    def settled(self) -> None:
        """Do what was still to be done before the files are used: lay out those of a snapshot, or end a restore."""
        if self._unsettled and self._settle is not None:
            with self._writing:
                if self._unsettled:
                    self._settle(self)
                    self._unsettled = False

    def unsettle(self) -> None:
        """Something is to be done before the files are used next."""
        self._unsettled = self._settle is not None

    def measure_again(self) -> None:
        """Trust no earlier measure: much was changed."""
        self._used = None

    def read(self, path: str, limit: int | None = None) -> bytes:
        """The whole file; one with more than `limit` bytes (left out: as many as may be written) is refused."""
        most = self.settings.file_bytes if limit is None else limit
        with self.open(path) as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise PayloadTooLarge(f"{path} has more than {most:,} bytes.")
        return content

    @contextmanager
    def open(self, path: str) -> Generator[BinaryIO]:
        """The file to read from, piece by piece; its size is `os.fstat(file.fileno()).st_size`."""
        path = inside(path)
        self.settled()
        parent, _, name = path.rpartition("/")
        with folder(self.root, parent) as here:
            found = open_file(here, name, path)
        with os.fdopen(found, "rb") as file:
            yield file

    def stat(self, path: str) -> Entry:
        """What is there under this name; a link is a link."""
        path = folder_inside(path)
        self.settled()
        parent, _, name = path.rpartition("/")
        with folder(self.root, parent) as here:
            try:
                return _entry(path, os.stat(name or ".", dir_fd=here, follow_symlinks=False))
            except OSError as error:
                raise told(error, path) from None

    def entries(self, path: str = "") -> list[Entry]:
        """What stands in a folder, by name; a workspace that nothing was written to yet is empty."""
        path = folder_inside(path)
        self.settled()
        try:
            with folder(self.root, path) as here:
                return _listed(here, path, self.settings.workspace_entries)
        except NotFound:
            if path:
                raise
            return []

    def walk(self, path: str = "", leave_out: Container[str] = ()) -> Iterator[Entry]:
        """Everything below a folder, parents first, links not followed; ends after `settings.workspace_entries`.

        Folders with a name in `leave_out` are left out. Those that are too deep are told and not entered. What
        vanishes meanwhile is left out too.
        """
        path = folder_inside(path)
        left = self.settings.workspace_entries
        pending = self.entries(path)[::-1]
        while pending and left:
            entry = pending.pop()
            left -= 1
            if entry.kind == "folder" and entry.path.rpartition("/")[2] in leave_out:
                continue
            yield entry
            if entry.kind == "folder" and entry.path.count("/") < DEEPEST - 1:
                with suppress(NotFound, Invalid):
                    pending.extend(self.entries(entry.path)[::-1])

    def write(self, path: str, content: bytes) -> Entry:
        """Put a file there, whole or not at all; folders on the way are made, the mode of an older file is kept."""
        with self._writing:
            return self._put(inside(path), content)

    def change(self, path: str, edit: Callable[[bytes | None], bytes]) -> Entry:
        """Replace a file by what `edit` makes of it (None: there is none yet), and let nobody else write meanwhile.

        What `edit` raises is raised, and nothing has changed then.
        """
        path = inside(path)
        with self._writing:
            return self._put(path, edit(self._before(path)))

    def make_folder(self, path: str) -> None:
        """Make a folder, and those on the way; one that is there already is fine."""
        self.settled()
        with self._writing, folder(self.root, inside(path), create=True):
            pass

    def mode(self, path: str) -> int:
        """The permission bits of a file or folder."""
        with self._one(path) as found:
            return stat.S_IMODE(os.fstat(found).st_mode) & 0o777

    def set_mode(self, path: str, mode: int) -> None:
        """Give a file or folder these permission bits; no others are ever set."""
        with self._writing, self._one(path) as found:
            os.fchmod(found, mode & 0o777)

    def remove(self, path: str) -> None:
        """Remove a file, a link (not what it leads to), or a folder with everything in it."""
        path = inside(path)
        self.settled()
        parent, _, name = path.rpartition("/")
        with self._writing, folder(self.root, parent) as here:
            try:
                os.stat(name, dir_fd=here, follow_symlinks=False)
                remove_all(here, name)
            except OSError as error:
                raise told(error, path) from error

    def used(self) -> int:
        """Bytes that all files have together."""
        self.settled()
        try:
            with folder(self.root, "") as here:
                return measure(here, self.settings.workspace_entries)
        except NotFound:
            return 0

    def weight(self) -> int:
        """As `used`, but what was measured a while ago is good enough."""
        if self._used is None:
            self._used, self._since = self.used(), 0
        return self._used

    def make(self) -> Path:
        """Make the root, for a command that is to be started in it."""
        self.settled()
        os.close(open_root(self.root, create=True))
        return self.root

    @contextmanager
    def _one(self, path: str) -> Generator[int]:
        """An open file or folder."""
        path = inside(path)
        if self.stat(path).kind == "folder":
            with folder(self.root, path) as found:
                yield found
        else:
            with self.open(path) as file:
                yield file.fileno()

    def _put(self, path: str, content: bytes) -> Entry:
        if len(content) > self.settings.file_bytes:
            raise PayloadTooLarge(f"{path} would have more than {self.settings.file_bytes:,} bytes.")
        self.settled()
        self._reserve(len(content))
        parent, _, name = path.rpartition("/")
        with folder(self.root, parent, create=True) as here:
            try:
                _replace(here, name, path, content)
                return _entry(path, os.stat(name, dir_fd=here, follow_symlinks=False))
            except OSError as error:
                raise told(error, path) from error

    def fits(self, size: int) -> bool:
        """Whether as many bytes more may come; if so they are counted."""
        try:
            self._reserve(size)
        except StorageFull:
            return False
        return True

    def _before(self, path: str) -> bytes | None:
        try:
            return self.read(path)
        except NotFound:
            return None

    def _reserve(self, size: int) -> None:
        """Refuse what does not fit. Commands write past us, so the whole is measured again now and then."""
        most = self.settings.workspace_bytes
        if self._used is None or self._since + size > most // _MEASURE_AFTER or self._used + size > most:
            self._used, self._since = self.used(), 0
        if self._used + size > most:
            raise StorageFull(f"The files of this session would have more than {most:,} bytes together.")
        self._used += size
        self._since += size


def _listed(here: int, path: str, most: int) -> list[Entry]:
    above = f"{path}/" if path else ""
    found: list[Entry] = []
    with os.scandir(here) as entries:
        for entry in entries:
            if len(found) == most:
                break
            if can_be_said(entry.name) and not entry.name.startswith(TEMPORARY):
                with suppress(FileNotFoundError):
                    found.append(_entry(above + entry.name, entry.stat(follow_symlinks=False)))
    return sorted(found, key=lambda entry: entry.path)


def _entry(path: str, found: os.stat_result) -> Entry:
    kinds: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    kind = kinds.get(stat.S_IFMT(found.st_mode), "other")
    return Entry(path, kind, found.st_size if kind == "file" else 0, found.st_mtime)


def _replace(here: int, name: str, path: str, content: bytes) -> None:
    """Write beside the old file, then take its name: readers see the one or the other, whole."""
    mode = FILE_MODE
    with suppress(FileNotFoundError):
        old = os.stat(name, dir_fd=here, follow_symlinks=False)
        check_regular(old, path)
        mode = stat.S_IMODE(old.st_mode) & 0o777
    temporary = TEMPORARY + secrets.token_hex(8)
    new = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=here)
    try:
        with os.fdopen(new, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(new, mode)
            os.fsync(new)
        belong_to_folder(here, temporary)
        os.replace(temporary, name, src_dir_fd=here, dst_dir_fd=here)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=here)
        raise
