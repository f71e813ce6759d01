"""The workspaces of all sessions: where each one is, and how it is wiped; what stands in one is `workspace.py`'s."""

import hashlib
import os
import re
import threading
from collections import OrderedDict
from pathlib import Path
from weakref import WeakValueDictionary

from palaver.core.errors import NotFound
from palaver.core.ids import SessionId
from palaver.files.descent import open_root, remove_all, told
from palaver.files.settings import FileSettings
from palaver.files.workspace import OWN, Workspace

_REMEMBERED = 256  # workspaces whose size is still known; the oldest is forgotten and measured again

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Workspaces:
    """Hands out workspaces; all who ask for one session's at the same time get the same object, and so its lock."""

    def __init__(self, home: Path, settings: FileSettings | None = None) -> None:
        self._home = home / "workspaces"
        self._settings = settings or FileSettings()
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
                workspace = Workspace(self._home / session_id, self._settings)
                self._known[session_id] = workspace
            self._recent[session_id] = workspace
            self._recent.move_to_end(session_id)
            if len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)
            return workspace

    def exists(self, session_id: SessionId) -> bool:
        """Whether a session has files, as one look at the disk; sessions that have none cost nothing more."""
        return bool(_SAFE.fullmatch(session_id)) and os.path.isdir(f"{self._home}/{session_id}")  # noqa: PTH112

    def forget(self, session_id: SessionId) -> None:
        """Remove all files of a session; waits for the disk, so call it in a thread."""
        root = self.of(session_id).root
        with self._lock:
            self._recent.pop(session_id, None)
        try:
            here = open_root(self._home, create=False)
        except NotFound:
            return
        try:
            remove_all(here, root.name)
        except OSError as error:
            raise told(error, "The workspace") from error
        finally:
            os.close(here)


def output_path(call_id: str) -> str:
    """Where the whole of an output that was cut is kept in a workspace; ids of calls come from models, as anything."""
    name = call_id if _SAFE.fullmatch(call_id) else hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()
    return f"{OWN}/outputs/{name}.txt"
