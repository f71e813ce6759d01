"""Going down a tree of folders one name at a time, following no link; what is done there is decided elsewhere.

Every step is made from an open folder (`dir_fd`), so that nothing that is swapped on the way leads out of the tree.
"""

import errno
import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from palaver.core.errors import Invalid, NotFound, PalaverError, StorageFull, Unavailable
from palaver.files.paths import DEEPEST

FOLDER_MODE = 0o755  # the root above is 0700, so nobody else comes this far
FILE_MODE = 0o644

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without waiting: opening a FIFO that nobody writes to would block for ever.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_GONE = {errno.ENOENT}
_LINKED = {errno.ELOOP}
_IN_THE_WAY = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENOTEMPTY}


def told(error: OSError, path: str) -> PalaverError:
    """What a caller is told of a refusal of the system."""
    if error.errno in _FULL:
        return StorageFull()
    if error.errno in _GONE:
        return NotFound(f"There is no {path or 'workspace'}.")
    if error.errno in _LINKED:
        return Invalid(f"{path} leads through a link; links are not followed.")
    if error.errno in _IN_THE_WAY:
        return Invalid(f"{path} cannot be reached: something on the way is not a folder, or is one.")
    if error.errno == errno.EACCES:
        return Invalid(f"{path} may not be opened.")
    return Unavailable(f"{path} cannot be reached now.")


@contextmanager
def folder(root: Path, path: str, *, create: bool = False) -> Generator[int]:
    """An open folder below `root`; with `create`, the root and all that lacks on the way are made."""
    here = open_root(root, create=create)
    try:
        for name in path.split("/") if path else ():
            below = _step(here, name, path, create=create)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def open_root(root: Path, *, create: bool) -> int:
    """The open root itself; whoever asks closes it."""
    try:
        return os.open(root, _FOLDER)
    except FileNotFoundError as error:
        if not create:
            raise told(error, "") from None
    except OSError as error:
        raise told(error, "") from error
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(root, _FOLDER)
    except OSError as error:
        raise told(error, "") from error


def open_file(here: int, name: str, path: str) -> int:
    """An open regular file with one name in an open folder; anything else is refused, and devices are not touched."""
    try:
        check_regular(os.stat(name, dir_fd=here, follow_symlinks=False), path)
        found = os.open(name, _FILE, dir_fd=here)
    except OSError as error:
        raise told(error, path) from None
    try:
        # Again on what was opened: the name may mean something else since.
        check_regular(os.fstat(found), path)
    except BaseException:
        os.close(found)
        raise
    return found


def check_regular(found: os.stat_result, path: str) -> None:
    """Refuse what is not a file of this workspace alone."""
    if stat.S_ISLNK(found.st_mode):
        raise Invalid(f"{path} is a link; links are not followed.")
    if stat.S_ISDIR(found.st_mode):
        raise Invalid(f"{path} is a folder.")
    if not stat.S_ISREG(found.st_mode):
        raise Invalid(f"{path} is neither a file nor a folder.")
    if found.st_nlink > 1:
        raise Invalid(f"{path} is the same file as another one (a hard link), which may lie outside.")


def remove_all(here: int, name: str) -> None:
    """Remove a file, a link or a folder with everything below it; links are removed, never followed."""
    try:
        top = _open_to_empty(here, name)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        os.unlink(name, dir_fd=here)
        return
    try:
        while _clear(top, top):
            pass
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=here)


def _clear(here: int, top: int) -> bool:
    """Remove what stands in `here`; folders with something in them are emptied (in the top) or moved into the top.

    So any depth is removed with two open folders, and never by going up, which could lead out of a folder that is
    moved meanwhile. The answer says whether something may be left.
    """
    left = False
    with os.scandir(here) as found:
        for entry in found:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.name, dir_fd=here)
                continue
            left = True
            below = _open_to_empty(here, entry.name)
            try:
                if here != top:
                    os.rename(entry.name, secrets.token_hex(16), src_dir_fd=here, dst_dir_fd=top)
                else:
                    _clear(below, top)
                    os.rmdir(entry.name, dir_fd=here)
            finally:
                os.close(below)
    return left


def _open_to_empty(here: int, name: str) -> int:
    """An open folder; one that its owner closed to everybody is opened up first."""
    try:
        return os.open(name, _FOLDER, dir_fd=here)
    except PermissionError:
        handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
        try:
            Path(f"/proc/self/fd/{handle}").chmod(0o700)
        finally:
            os.close(handle)
        return os.open(name, _FOLDER, dir_fd=here)


def _step(here: int, name: str, path: str, *, create: bool) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=here)
    except FileNotFoundError as error:
        if not create:
            raise told(error, path) from None
    except OSError as error:
        raise _obstacle(here, name, path, error) from None
    try:
        os.mkdir(name, FOLDER_MODE, dir_fd=here)
        belong_to_folder(here, name)
        return os.open(name, _FOLDER, dir_fd=here)
    except OSError as error:
        raise told(error, path) from None


def _obstacle(here: int, name: str, path: str, error: OSError) -> PalaverError:
    """With O_DIRECTORY a link and a file are refused alike; people want to know which it was."""
    try:
        found = os.stat(name, dir_fd=here, follow_symlinks=False)
    except OSError:
        return told(error, path)
    return told(OSError(errno.ELOOP, ""), path) if stat.S_ISLNK(found.st_mode) else told(error, path)


def belong_to_folder(here: int, name: str) -> None:
    """Give what was made to the owner of its folder, where we may: commands can run as a user of their own."""
    owner = os.fstat(here)
    if owner.st_uid != os.geteuid():
        with suppress(PermissionError):
            os.chown(name, owner.st_uid, owner.st_gid, dir_fd=here, follow_symlinks=False)


def measure(top: int, most: int) -> int:
    """Bytes of the first `most` files below an open folder, whatever their names, down to `DEEPEST` folders."""
    total = 0
    levels = [_Level(os.dup(top))]
    try:
        while levels:
            level = levels[-1]
            total, most = total + level.size, most - level.count
            level.size = level.count = 0
            if most > 0 and level.folders and len(levels) <= DEEPEST:
                with suppress(OSError):
                    levels.append(_Level(os.open(level.folders.pop(), _FOLDER, dir_fd=level.here)))
            else:
                os.close(levels.pop().here)
    finally:
        for level in levels:
            os.close(level.here)
    return total


class _Level:
    """An open folder: what its files have together, and the folders in it that were not entered yet."""

    def __init__(self, here: int) -> None:
        self.here = here
        self.size = self.count = 0
        self.folders: list[str] = []
        with os.scandir(here) as found:
            for entry in found:
                self.count += 1
                if entry.is_dir(follow_symlinks=False):
                    self.folders.append(entry.name)
                elif entry.is_file(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        self.size += entry.stat(follow_symlinks=False).st_size
