"""Who else finds personal data in a text, besides the lists and patterns that ship; it says what, and not how."""

from collections.abc import Sequence
from typing import Protocol

from palaver.care.redaction.entity import Entity


class Recogniser(Protocol):
    """Finds names and more, with a model of its own. Slow is as good as absent: the caller sets a deadline."""

    async def find(self, text: str) -> Sequence[Entity]:
        """The places in a text, in characters. Raises `RecogniserFailed`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class RecogniserFailed(Exception):
    """It did not answer, or not in a way that can be read; what ships goes on alone."""
