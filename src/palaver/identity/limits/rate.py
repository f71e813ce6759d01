"""Rates as values: so many in so long, and what follows of them for whoever is told; it counts nothing.

Pure. A bucket of `count` is filled evenly within its time: all of them may come at once, and then one for each step.
"""

import re
from dataclasses import dataclass

SECOND = 1_000_000_000  # nanoseconds
_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_WRITTEN = re.compile(r"\s*([1-9]\d{0,9})\s*/\s*(?:([1-9]\d{0,6})\s*)?(second|minute|hour|day)s?\s*")


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` in so many `seconds`: one more fits each `step`, and all of them stand `room` ahead; nanoseconds."""

    count: int
    seconds: int
    step: int
    room: int

    def remaining(self, ahead: int) -> int:
        """How many more fit now."""
        return (self.room - ahead) // self.step

    def reset(self, ahead: int) -> int:
        """Whole seconds until all of them fit again."""
        return -(-ahead // SECOND)

    def wait(self, ahead: int) -> int:
        """Whole seconds until one more fits; at least one."""
        return max(1, -(-(ahead + self.step - self.room) // SECOND))


def read(text: str) -> Rate:
    """A rate as people write it: `600/minute`, `20/second`, `100/5 minutes`. Raises ValueError."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError("write how many in how long, such as 600/minute or 100/5 minutes")
    count, seconds = int(found[1]), int(found[2] or 1) * _UNITS[found[3]]
    step = seconds * SECOND // count
    if not step:
        raise ValueError("that is more than can be counted; write off")
    return Rate(count, seconds, step, step * count)
