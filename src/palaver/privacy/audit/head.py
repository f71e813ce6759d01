"""Where the audit log ends, written beside the database, so that a cut end is seen; it reads no log.

It shows that entries are missing at the end to whoever cannot write this file as well. Who can put an older file and
an older database in place, together, leaves nothing to see here: the log lines that each entry is told in, collected on
another machine, or an export, show that.
"""

import fcntl
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

import msgspec

from palaver.privacy.audit.chain import seal_of


class Head(msgspec.Struct, frozen=True):
    """The number and the hash of the last entry."""

    n: int
    hash: str
    seal: str = ""


class HeadFile:
    """One file in the home. Several processes may write it; it only ever moves on."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key

    def advance(self, head: Head) -> None:
        """Move on to this entry, unless somebody moved further already."""
        with os.fdopen(os.open(self._path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = self.read()
            if known is None or known.n < head.n:
                self._write(Head(head.n, head.hash, self._seal(head)))

    def read(self) -> Head | None:
        """What it says; None where there is none, or one that this house did not write."""
        try:
            head = msgspec.json.decode(self._path.read_bytes(), type=Head)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return head if hmac.compare_digest(head.seal, self._seal(head)) else None

    def _seal(self, head: Head) -> str:
        return seal_of(f"{head.n} {head.hash}", self._key)

    def _write(self, head: Head) -> None:
        fresh = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(msgspec.json.encode(head))
            fresh.replace(self._path)
        finally:
            with suppress(FileNotFoundError):
                fresh.unlink()
