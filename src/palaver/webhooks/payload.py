"""The body of a delivery, as Standard Webhooks has it: a type, a time, and the same object as everywhere.

It sends nothing and signs nothing. What is too long is told without its long fields, and says where the whole is.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from palaver.webhooks.names import EventName

LONGEST_WORD = 200  # characters of a field that is kept where the whole is too long
DEEPEST = 2  # the object, and those that stand in it: a message, a session

_encode = msgspec.json.Encoder().encode


def body(name: EventName, at: str, data: bytes, *, most: int, whole_at: str) -> bytes:
    """The body, of at most about `most` bytes; `data` is JSON, and `whole_at` the path of the whole."""
    if len(data) > most:
        data = _encode({**_short(msgspec.json.decode(data), DEEPEST), "truncated": True, "url": whole_at})
    return b'{"type":"%b","timestamp":"%b","data":%b}' % (name.encode(), at.encode(), data)


def _short(whole: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """The short fields of an object, and those of the objects in it."""
    kept: dict[str, Any] = {}
    for name, value in whole.items():
        if isinstance(value, dict):
            if depth > 1:
                kept[name] = _short(value, depth - 1)  # pyright: ignore[reportUnknownArgumentType]
        elif not isinstance(value, list) and len(str(value)) <= LONGEST_WORD:
            kept[name] = value
    return kept
