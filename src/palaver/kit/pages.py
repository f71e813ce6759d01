"""Cursors: where the next page of a list begins, as an opaque word; it reads no list."""

import base64
import binascii
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class BadCursor(ValueError):
    """A cursor that was not made here, or for another list."""


def cursor(*position: Any) -> str:
    """A position as a word that is safe in URLs."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).rstrip(b"=").decode()


def position(word: str, shape: type[T]) -> T:
    """The position that `cursor` made a word of; `shape` is the tuple type that is expected."""
    try:
        padded = word.encode("ascii") + b"=" * (-len(word) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=shape)
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise BadCursor("This cursor does not belong to this list.") from error
