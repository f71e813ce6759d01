"""♥ How often something is tried again, and how long is waited before; it waits for nothing."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from palaver_client.errors import APIError, ConnectionBroke, PalaverError

# A proxy in front of a server that restarts says one of these.
_PASSING = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries in a row that may fail: by default for about 45 seconds, as long as starting a server again takes.

    Without `at_first`, what is not reached at all is not waited for: only what was lost on the way is. What a server
    asks for (`Retry-After`) is waited for, up to `asked` seconds; where it wants more, its refusal stands.
    """

    tries: int = 9
    first: float = 0.25
    longest: float = 10.0
    at_first: bool = True
    asked: float = 60.0

    def waits(self) -> Iterator[float]:
        """Seconds before each further try; they differ a little, so that many clients do not come back at once."""
        for number in range(self.tries):
            yield min(self.longest, self.first * 2**number) * random.uniform(0.8, 1.0)  # noqa: S311 - no secret


class Tries:
    """The tries of one thing that is done."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._waits = patience.waits()

    def anew(self) -> None:
        """It went on: what fails now fails for the first time."""
        self._waits = self._patience.waits()

    def wait(self, error: PalaverError) -> float:
        """Seconds before the next try; raises the error where there is none."""
        wait = next(self._waits, None)
        asked: float = getattr(error, "retry_after", None) or 0.0
        if wait is None or asked > self._patience.asked:
            raise error
        return max(wait, asked)


def passes(error: PalaverError) -> bool:
    """Whether the same request may succeed in a moment. What a model failed with stays the run's answer."""
    if isinstance(error, APIError):
        ours = error.code in ("", "unavailable", "rate_limited", "internal")
        return ours and error.status in _PASSING
    return isinstance(error, ConnectionBroke)
