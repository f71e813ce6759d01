"""The sealing keys of a home, as files: one that seals, and those that still open what they sealed; it seals nothing.

Several processes may use it while one of them puts another key in place: who seals looks each time which key does now,
and who meets a key that it does not know looks again. The file of the key that seals is replaced at once or not at all;
the one before it has a file of its own by then.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from palaver.privacy.keys.wrapping import KeyUnusable, Unwrapped, Wrapping
from palaver.privacy.sealing import KEY_BYTES, key_id_of

CURRENT = "sealing.key"
_MARK = b"palaver wrapped key: "


class FileRing:
    """Implements `privacy.sealing.Keys`."""

    def __init__(self, home: Path, wrapping: Wrapping) -> None:
        self._home = home
        self._wrapping = wrapping
        self._known: dict[str, bytes] = {}
        self._seen: tuple[int, int] | None = None
        self._current = b""

    def current(self) -> bytes:
        """The key that seals now; made where there is none."""
        file = self._home / CURRENT
        try:
            found = file.stat()
        except FileNotFoundError:
            self._put(file, secrets.token_bytes(KEY_BYTES), replace=False)
            found = file.stat()
        if self._seen != (found.st_ino, found.st_mtime_ns):
            self._current = self._learn(file)
            self._seen = (found.st_ino, found.st_mtime_ns)
        return self._current

    def find(self, key_id: str) -> bytes | None:
        """The key of this id."""
        self.current()
        if key_id not in self._known:
            with suppress(FileNotFoundError):
                self._learn(self._older(key_id))
        return self._known.get(key_id)

    def older(self) -> list[str]:
        """The ids of the keys that only open."""
        now = key_id_of(self.current())
        found = sorted(one.stem.removeprefix("sealing-") for one in self._home.glob("sealing-*.key"))
        return [one for one in found if one != now]

    def replace(self) -> str:
        """Put a new key in place of the one that seals, which goes on opening; the id of the new one."""
        before, fresh = self.current(), secrets.token_bytes(KEY_BYTES)
        kept = self._older(key_id_of(before))
        if not kept.exists():
            self._put(kept, before, replace=False)
        self._put(self._home / CURRENT, fresh, replace=True)
        return key_id_of(self.current())

    def rewrap(self) -> None:
        """Write every key down anew, wrapped as is wanted now."""
        for file in (self._home / CURRENT, *self._home.glob("sealing-*.key")):
            self._put(file, self._read(file), replace=True)

    def retire(self, key_id: str) -> None:
        """Forget a key that nothing needs any more."""
        self._older(key_id).unlink(missing_ok=True)
        self._known.pop(key_id, None)

    def wrapped(self) -> bool:
        """Whether the key that seals lies wrapped."""
        self.current()
        return (self._home / CURRENT).read_bytes().startswith(_MARK)

    def _older(self, key_id: str) -> Path:
        return self._home / f"sealing-{key_id}.key"

    def _learn(self, file: Path) -> bytes:
        key = self._read(file)
        self._known[key_id_of(key)] = key
        return key

    def _read(self, file: Path) -> bytes:
        content = file.read_bytes()
        if not content.startswith(_MARK):
            key = content
        else:
            name, _, wrapped = content.removeprefix(_MARK).partition(b"\n")
            by = name.decode("ascii", "replace")
            if by != self._wrapping.name:
                raise KeyUnusable(f"{file} is wrapped: set secrets.{by} as it was.")
            key = self._wrapping.unwrap(wrapped)
        if len(key) < KEY_BYTES:
            raise KeyUnusable(f"{file} is damaged. Put the right one back, or remove it: then secrets are given anew.")
        return key[:KEY_BYTES]

    def _put(self, file: Path, key: bytes, *, replace: bool) -> None:
        plain = isinstance(self._wrapping, Unwrapped)
        content = key if plain else _MARK + self._wrapping.name.encode() + b"\n" + self._wrapping.wrap(key)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            if replace:
                fresh.replace(file)
            else:
                with suppress(FileExistsError):  # somebody else was first; theirs counts
                    file.hardlink_to(fresh)
            _settle(self._home)
        finally:
            fresh.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """What is in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
