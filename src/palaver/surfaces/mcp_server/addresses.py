"""♥ The addresses of resources: which session or file one means, and the other way round; it looks nothing up."""

import re
from typing import NamedTuple

SESSIONS = "palaver://sessions/"
SESSION_TEMPLATE = SESSIONS + "{session_id}"
FILE_TEMPLATE = SESSIONS + "{session_id}/files/{+path}"

_ADDRESS = re.compile(r"palaver://sessions/([A-Za-z0-9_-]{1,64})(?:/files/(.+))?", re.DOTALL)
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")


class Address(NamedTuple):
    """A session, or a file of one."""

    session_id: str
    path: str | None = None


def of_session(session_id: str) -> str:
    """The address of a session."""
    return f"{SESSIONS}{session_id}"


def of_file(session_id: str, path: str) -> str:
    """The address of a file."""
    return f"{SESSIONS}{session_id}/files/{''.join(map(_escaped, path.encode('utf-8', 'surrogateescape')))}"


def read(address: str) -> Address | None:
    """What an address means; None where it is none of ours."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    session_id, path = found.groups()
    try:
        return Address(session_id, None if path is None else _unescaped(path))
    except UnicodeError:
        return None


def _escaped(byte: int) -> str:
    return chr(byte) if byte in _PLAIN else f"%{byte:02X}"


def _unescaped(path: str) -> str:
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), path.encode()).decode()
