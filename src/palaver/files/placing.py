"""Putting whole files into a workspace, and moving what is there; what happens to a name that is taken is chosen."""

import errno
import os
import stat
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from palaver.core.errors import Conflict, Invalid, NotFound, PayloadTooLarge
from palaver.files.descent import belong_to_folder, check_regular, folder, told
from palaver.files.paths import LONGEST_NAME, PROJECT, inside
from palaver.files.scanning import TEMPORARY
from palaver.files.workspace import OWN, Workspace

OnConflict = Literal["replace", "keep_both", "refuse"]

_COPIES = 10_000  # how many files of one name are kept before another one is refused


class NameTaken(Conflict):
    """Something of this name is there already, and the request says to leave it."""

    code = "name_taken"
    title = "There is a file of this name already"


def writable(path: str) -> str:
    """The path as `inside` spells it, if people may put something there: Palaver's own folder is not for them."""
    path = inside(path)
    top = path.split("/", 1)[0]
    if top == PROJECT:
        raise Invalid(f"“{PROJECT}” is where the files of a project are seen; choose another name.")
    if top == OWN or any(name.startswith(TEMPORARY) for name in path.split("/")):
        raise Invalid(f"“{OWN}” is where Palaver keeps what it needs; choose another name.")
    return path


def place(workspace: Workspace, draft: Path, path: str, on_conflict: OnConflict) -> str:
    """Move a file that was written elsewhere on this disk into the workspace; the answer is the path that it got."""
    return put(workspace, draft, writable(path), on_conflict)


def put(workspace: Workspace, draft: Path, path: str, on_conflict: OnConflict) -> str:
    """As `place`, to any path that `inside` spells, Palaver's own folder among them."""
    size = draft.stat().st_size
    workspace.settled()
    with workspace.alone():
        if not workspace.fits(size):
            raise PayloadTooLarge(
                f"The files of this session may have {workspace.settings.workspace_bytes:,} bytes together."
            )
        with _told(path), _target(workspace, path, on_conflict) as (here, name):
            _keep_mode(here, name, draft)
            os.replace(draft, name, dst_dir_fd=here)
            belong_to_folder(here, name)
            os.fsync(here)
    return _beside(path, name)


def refuse_taken(workspace: Workspace, paths: Iterable[str]) -> None:
    """Refuse all of them if one is there already."""
    for path in paths:
        with suppress(NotFound):
            workspace.stat(path)
            raise NameTaken(f"There is {path} already.")


def refuse_impossible(workspace: Workspace, paths: Sequence[str], on_conflict: OnConflict) -> None:
    """Refuse all of them if one cannot go where it is to go, so that none is put before that is found out."""
    for path in paths:
        _check_above(workspace, path, frozenset(paths))
        with suppress(NotFound):
            if on_conflict == "replace" and workspace.stat(path).kind != "file":
                raise Invalid(f"{path} is there already, and is no file.")


def _check_above(workspace: Workspace, path: str, others: frozenset[str]) -> None:
    names = path.split("/")
    for count in range(1, len(names)):
        above = "/".join(names[:count])
        if above in others:
            raise Invalid(f"{path} cannot be brought together with {above}, which is to be a file.")
        with suppress(NotFound):
            if workspace.stat(above).kind != "folder":
                raise Invalid(f"{path} cannot be reached: {above} is no folder.")


def move(workspace: Workspace, path: str, to: str, on_conflict: OnConflict) -> str:
    """Give a file or folder another path; folders on the way are made. The answer is the path that it got."""
    path, to = writable(path), writable(to)
    if to == path:
        return to
    if to.startswith(f"{path}/"):
        raise Invalid(f"{path} cannot be moved into itself.")
    workspace.settled()
    parent, _, old = path.rpartition("/")
    with workspace.alone(), folder(workspace.root, parent) as source, _told(path):
        moved = os.stat(old, dir_fd=source, follow_symlinks=False)
        if not (stat.S_ISREG(moved.st_mode) or stat.S_ISDIR(moved.st_mode)):
            raise Invalid(f"{path} is neither a file nor a folder.")
        with _target(workspace, to, on_conflict) as (here, name):
            if stat.S_ISDIR(moved.st_mode) and _there(here, name):
                raise NameTaken(f"There is {to} already; folders are not put together.")
            os.rename(old, name, src_dir_fd=source, dst_dir_fd=here)
    return _beside(to, name)


@contextmanager
def _target(workspace: Workspace, path: str, on_conflict: OnConflict) -> Generator[tuple[int, str]]:
    """The open folder and the name there that is to be taken."""
    parent, _, name = path.rpartition("/")
    with folder(workspace.root, parent, create=True) as here:
        found = _there(here, name)
        if found is not None and on_conflict == "refuse":
            raise NameTaken(f"There is {path} already.")
        if found is not None and on_conflict == "keep_both":
            name = _free(here, name)
        elif found is not None:
            check_regular(found, path)
        yield here, name


def _there(here: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=here, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _free(here: int, name: str) -> str:
    """The first of “name (2).ext”, “name (3).ext”, … that nothing has."""
    stem, ending = Path(name).stem, Path(name).suffix
    for number in range(2, _COPIES):
        mark = f" ({number}){ending}"
        cut = stem.encode()[: LONGEST_NAME - len(mark.encode())].decode("utf-8", "ignore")
        if _there(here, cut + mark) is None:
            return cut + mark
    raise NameTaken(f"There are too many files that are called {name}.")


def _keep_mode(here: int, name: str, draft: Path) -> None:
    found = _there(here, name)
    if found is not None:
        draft.chmod(stat.S_IMODE(found.st_mode) & 0o777)


def _beside(path: str, name: str) -> str:
    return f"{path[: -len(path.rpartition('/')[2])]}{name}"


@contextmanager
def _told(path: str) -> Generator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound(f"There is no {path}.") from None
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise Invalid(f"{path} cannot be moved there.") from None
        raise told(error, path) from error
