"""The folder that everything of one Palaver lives in: made, kept private, and the key in it; it opens no database."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from palaver.core.errors import Unavailable
from palaver.kit.sealed import Sealed

KEY_FILE = "signing.key"
AUDIT_KEY_FILE = "audit.key"
KEY_BYTES = 32


class HomeUnusable(Unavailable):
    """The home cannot be made, read or written; the message says why and what to do."""


def prepare_home(home: Path) -> None:
    """Make the folder where it is missing, for this user only."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeUnusable(
            f"{home} cannot be made: {error.strerror}. Set PALAVER_HOME to a folder of yours."
        ) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise HomeUnusable(f"{home} cannot be written. Make it yours, or set PALAVER_HOME to another folder.")


def signing_key(home: Path) -> Sealed[bytes]:
    """The key that signs access tokens; when it is lost, tokens are fetched anew."""
    return _key(home / KEY_FILE, "Remove it: a new one is made, and access tokens are fetched anew.")


def audit_key(home: Path) -> Sealed[bytes]:
    """The key that shows that this house wrote an entry of its audit log; when it is lost, nothing shows that."""
    return _key(home / AUDIT_KEY_FILE, "Put the right one back, or remove it: then older entries cannot be verified.")


def _key(file: Path, advice: str) -> Sealed[bytes]:
    """The key in a file: made at the first start, the same ever after.

    Two processes that start at once end up with the same key: only one of them can link its own into place.
    """
    try:
        if not file.exists():
            _write_once(file, secrets.token_bytes(KEY_BYTES))
        key = file.read_bytes()
    except OSError as error:
        raise HomeUnusable(f"{file} cannot be read or written: {error.strerror}.") from error
    if len(key) < KEY_BYTES:
        raise HomeUnusable(f"{file} is damaged. {advice}")
    return Sealed(key)


def _write_once(file: Path, content: bytes) -> None:
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):  # somebody else was first; theirs counts
            file.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)
