"""What the house asks of a bus: tell whoever listens now. It stores nothing and promises no delivery.

A reader that must not miss anything subscribes first, then reads the past from the journal, then goes on by number.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from palaver.kit.streams import Mailbox


class Bus(Protocol):
    """Publish and subscribe by topic."""

    def publish(self, topic: str, item: Any, weigh: Callable[[], int]) -> None:
        """Tell everybody who listens to `topic`; never waits. `weigh` says what the item takes of a mailbox."""
        ...

    def end(self, topic: str) -> None:
        """Let everybody who listens to `topic` go: nothing more of it is told here."""
        ...

    def subscribe(self, *topics: str) -> AbstractContextManager[Mailbox[Any]]:
        """Listen until the context ends."""
        ...

    def listen(self, *topics: str) -> Mailbox[Any]:
        """Listen until `leave` is called, for readers whose life is no block of code."""
        ...

    def leave(self, mailbox: Mailbox[Any], *topics: str) -> None:
        """Stop listening; once."""
        ...

    def readers(self, topic: str) -> int:
        """How many listen to `topic` here."""
        ...
