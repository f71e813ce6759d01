"""How what is told of a run becomes the bytes of one reader's stream; each protocol has its own rendering.

It sees events as they are told and changes none: a run knows nothing of who reads it.
"""

from typing import Protocol

from palaver.kit.sse import PING
from palaver.runs.told import Told


class Rendering(Protocol):
    """One stream's way of writing; those that remember what they wrote are made anew for each stream."""

    @property
    def ping(self) -> bytes:
        """What is sent in a silence, so that nobody on the way gives the connection up."""
        ...

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Headers of the response besides those of every stream of events."""
        ...

    def frames(self, told: Told) -> bytes:
        """The bytes for adjacent events; nothing where they mean nothing in this protocol."""
        ...


class _Native:
    """Our own events, made into frames once for all readers."""

    ping = PING
    headers: list[tuple[bytes, bytes]] = []  # noqa: RUF012 - nobody changes it

    def frames(self, told: Told) -> bytes:
        return told.frames()


NATIVE: Rendering = _Native()
