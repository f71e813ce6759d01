"""The workspaces of all sessions: where each one is, and how it is wiped; what stands in one is `workspace.py`'s."""

import errno
import hashlib
import os
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId
from palaver.files.descent import open_root, remove_all, told
from palaver.files.settings import FileSettings
from palaver.files.workspace import OWN, Workspace

_REMEMBERED = 256  # workspaces whose size is still known; the oldest is forgotten and measured again

_TRIES = 5  # as often as a folder is removed that fills again meanwhile
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Workspaces:
    """Hands out workspaces; all who ask for one session's at the same time get the same object, and so its lock."""

    def __init__(self, home: Path, settings: FileSettings | None = None) -> None:
        self._home = home / "workspaces"
        self.beside = self._home / ".beside"  # by session: what is known about a workspace, and never part of it
        self.drafts = self._home / ".drafts"  # files on their way in, of all sessions
        self._gone = self._home / ".gone"
        self.settle: Callable[[SessionId, Workspace], None] | None = None
        self.forgotten: Callable[[SessionId], None] | None = None
        self.settings = settings or FileSettings()
        self._lock = threading.Lock()
        self._known: WeakValueDictionary[str, Workspace] = WeakValueDictionary()
        self._recent: OrderedDict[str, Workspace] = OrderedDict()

    def of(self, session_id: SessionId) -> Workspace:
        """A session's workspace; nothing is made on the disk."""
        if not _SAFE.fullmatch(session_id):
            raise NotFound("There is no such session.")
        with self._lock:
            workspace = self._known.get(session_id)
            if workspace is None:
                settle = partial(self._settle, session_id)
                workspace = Workspace(self._home / session_id, self.settings, settle)
                self._known[session_id] = workspace
            self._recent[session_id] = workspace
            self._recent.move_to_end(session_id)
            if len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)
            return workspace

    def exists(self, session_id: SessionId) -> bool:
        """Whether a session has files, as a look at the disk; sessions that have none cost nothing more."""
        if not _SAFE.fullmatch(session_id):
            return False
        return os.path.isdir(f"{self._home}/{session_id}") or os.path.exists(f"{self.beside}/{session_id}/wanted")  # noqa: PTH110, PTH112

    def forget(self, session_id: SessionId) -> None:
        """Remove all files of a session; waits for the disk, so call it in a thread."""
        root = self.of(session_id).root
        with self._lock:
            self._recent.pop(session_id, None)
            self._known.pop(session_id, None)
        if self.forgotten is not None:
            self.forgotten(session_id)
        try:
            gone = [self._put_away(found) for found in (root, self.beside / session_id)]
        except OSError as error:
            raise told(error, "The workspace") from error
        self._remove([name for name in gone if name])

    def put_away(self, place: Path, *, later: bool = False) -> None:
        """Remove a folder that nobody needs, with everything in it; with `later`, it is only out of the way now."""
        try:
            name = self._put_away(place)
        except OSError as error:
            raise told(error, "The workspace") from error
        if name and not later:
            self._remove([name])

    def clear(self) -> None:
        """Remove what was put away; also what a process that died had put away and not removed."""
        with suppress(FileNotFoundError):
            self._remove([found.name for found in self._gone.iterdir()])

    def _remove(self, names: list[str]) -> None:
        """Each session's own, so that many can be deleted at once; what a sweep takes meanwhile is gone as well.

        Somebody may still write into a folder that they had opened before: what they leave is the next sweep's.
        """
        try:
            here = open_root(self._gone, create=False)
        except NotFound:
            return
        try:
            for name in names:
                with suppress(FileNotFoundError):
                    _remove_what_is_there(here, name)
        except OSError as error:
            raise told(error, "The workspace") from error
        finally:
            os.close(here)

    def sessions(self, older_than: float) -> list[SessionId]:
        """Sessions that have files, or something that is known about them, since before an instant (since 1970)."""
        found = [one for at in (self._home, self.beside) if at.exists() for one in at.iterdir()]
        return sorted({SessionId(one.name) for one in found if _is_old_session(one, older_than)})

    def _put_away(self, found: Path) -> str | None:
        """In one step, so that a folder is there whole or not at all; the name that it has now."""
        name = secrets.token_hex(12)
        with suppress(FileNotFoundError):
            found.lstat()
            self._gone.mkdir(mode=0o700, exist_ok=True)
            found.rename(self._gone / name)
            return name
        return None

    def _settle(self, session_id: SessionId, workspace: Workspace) -> None:
        if self.settle is not None:
            self.settle(session_id, workspace)


def _remove_what_is_there(here: int, name: str) -> None:
    for _ in range(_TRIES):
        try:
            remove_all(here, name)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
        else:
            return


def _is_old_session(path: Path, older_than: float) -> bool:
    try:
        return _SAFE.fullmatch(path.name) is not None and path.stat().st_ctime < older_than
    except FileNotFoundError:
        return False


def output_path(call_id: str) -> str:
    """Where the whole of an output that was cut is kept in a workspace; ids of calls come from models, as anything."""
    name = call_id if _SAFE.fullmatch(call_id) else hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()
    return f"{OWN}/outputs/{name}.txt"
