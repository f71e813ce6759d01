"""The operator's trees with which workspaces begin: kept as snapshots, never changed, and never handed to anybody.

A template is a folder; its contents are kept once, however many sessions begin with them. A session's own copy of a
file is made when its files are first used, so no tool can reach the operator's: there is no link that leads to it.
"""

import asyncio
import logging
import os
import re
import threading
from pathlib import Path

import msgspec
from msgspec import UNSET, UnsetType

from palaver.core.errors import Invalid, NotFound, Unavailable
from palaver.core.ids import SessionId
from palaver.files.descent import open_root, told
from palaver.files.scanning import Scan, SeenFolder, time_at
from palaver.files.service import Home
from palaver.files.settings import FileSettings
from palaver.files.snapshots import Snapshot
from palaver.files.trees import EMPTY

DEFAULT = "default"  # the template of sessions for which nobody named one

# What a session shall begin with: a template by name, None for no files, unset for the default, where there is one.
Wish = str | UnsetType | None

_OWN = ".templates"  # the folder beside workspaces in which the file system is asked for its time
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TOLD = 20  # paths that could not be kept and are named in the log

log = logging.getLogger(__name__)


class Template(msgspec.Struct, frozen=True):
    """Files with which a session may begin; `default` is that of sessions for which nobody names another."""

    name: str
    files: int
    size: int
    default: bool


class Templates:
    """The folders in `folder`, each a template by its name; none where there is no such folder."""

    def __init__(self, folder: Path, home: Home) -> None:
        self._folder = folder
        self._home = home
        self._reading = threading.Lock()
        self._seen: dict[str, SeenFolder] = {}
        home.snapshots.others = self._roots

    async def begin(self, session_id: SessionId, wish: Wish = UNSET) -> Snapshot | None:
        """Let a session that is about to be made begin with a template; Invalid where there is none of that name."""
        if wish is None or (wish is UNSET and not self._there(DEFAULT)):
            return None
        name = DEFAULT if isinstance(wish, UnsetType) else wish
        return await asyncio.to_thread(self._begin, session_id, name)

    async def all(self) -> list[Template]:
        """Every template as it is now, by name."""
        return await asyncio.to_thread(self._all)

    def _all(self) -> list[Template]:
        with self._reading:
            found = [(name, self._read(name)) for name in self._names()]
        return [Template(name, seen.files, seen.size, name == DEFAULT) for name, seen in found]

    def _begin(self, session_id: SessionId, name: str) -> Snapshot | None:
        if not self._there(name):
            raise _unknown(name, self._names())
        # Alone, so that what was read is relied upon by the session before it may be forgotten here.
        with self._reading:
            seen = self._read(name)
            root = _sha(seen)
            if root == EMPTY:
                return None
            self._home.snapshots.seed(session_id, root)
        return Snapshot(root, seen.files, seen.size)

    def _read(self, name: str) -> SeenFolder:
        """The template as it is now; what did not change is not read again."""
        try:
            # The folder itself may be a link: the operator's word counts. Links in it are kept and never followed.
            here = open_root((self._folder / name).resolve(strict=True), create=False)
        except (OSError, NotFound):
            raise _unknown(name, self._names()) from None
        try:
            return self._scanned(name, here)
        except OSError as error:
            raise told(error, f"The template {name}") from error
        finally:
            os.close(here)

    def _scanned(self, name: str, here: int) -> SeenFolder:
        settings, before = self._home.workspaces.settings, self._seen.get(name)
        beside = self._home.workspaces.beside / _OWN
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._home.blobs.batch() as batch:
            scan = Scan(batch, most=settings.workspace_entries, now=time_at(beside), ours=False)
            seen = scan.folder(here, before)
        if seen.size > settings.workspace_bytes:
            raise Unavailable(f"The template {name} has more bytes than the files of a session may have.")
        if scan.left_out and (before is None or before.sha != seen.sha):
            log.warning("A template has what cannot be kept", extra={"template": name, "paths": scan.left_out[:_TOLD]})
        self._seen[name] = seen
        return seen

    def _names(self) -> list[str]:
        try:
            return sorted(one.name for one in self._folder.iterdir() if self._there(one.name))
        except OSError:
            return []

    def _there(self, name: str) -> bool:
        return _NAME.fullmatch(name) is not None and os.path.isdir(f"{self._folder}/{name}")  # noqa: PTH112

    def _roots(self) -> set[str]:
        """Snapshots whose contents are taken for granted when the template is read next."""
        with self._reading:
            return {_sha(seen) for seen in self._seen.values()}


def open_templates(home: Path, settings: FileSettings, files: Home) -> Templates:
    """The templates of these settings."""
    return Templates((settings.templates or home / "templates").expanduser().absolute(), files)


def _sha(seen: SeenFolder) -> str:
    assert seen.sha is not None
    return seen.sha.hex()


def _unknown(name: str, names: list[str]) -> Invalid:
    said = f"There is no template {name[:100]!r}; there is {', '.join(names) or 'none'}."
    return Invalid(said, errors=[{"loc": ["body", "template"], "msg": said, "type": "unknown_template"}])
