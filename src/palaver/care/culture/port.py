"""What culture needs from above to search by meaning; without it, it searches by words."""

from collections.abc import Sequence
from typing import Protocol

from palaver.core.principal import Principal


class Meanings(Protocol):
    """Makes vectors of texts; raises `PalaverError`."""

    async def __call__(self, texts: Sequence[str], principal: Principal) -> Sequence[Sequence[float]]:
        """A vector for each text, paid by who asks."""
        ...
