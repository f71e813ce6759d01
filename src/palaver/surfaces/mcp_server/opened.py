"""Which sessions of the protocol are open, and whose: a person has so many, and the one used longest ago makes room.

It opens and ends none: whoever does is told which one is to end.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from palaver.core.ids import UserId
from palaver.kit.clock import Clock
from palaver.surfaces.mcp_server.again import Again

IDLE = timedelta(minutes=30)  # then a session is over; clients begin another one by themselves
MOST_OF_ONE = 50  # sessions of one person; a program that crashes leaves one behind each time
MOST_IN_ALL = 2_000  # some 35 KiB each


@dataclass(slots=True)
class _Open:
    user_id: UserId
    used: datetime
    again: Again = field(default_factory=Again)
    asking: int = 0


class Opened:
    """The sessions that clients hold; what is over by time is forgotten when another one opens."""

    def __init__(self, clock: Clock, most: int = MOST_OF_ONE) -> None:
        self._clock = clock
        self._most = most
        self._open: dict[str, _Open] = {}

    def __len__(self) -> int:
        return len(self._open)

    def began(self, session: str, user_id: UserId, again: Again | None = None) -> str | None:
        """One was opened; the one that has to end for it, if one has to."""
        now = self._clock.now()
        self._open = {name: one for name, one in self._open.items() if one.asking or now - one.used < IDLE}
        self._open[session] = _Open(user_id, now, again or Again())
        mine = {name: one for name, one in self._open.items() if one.user_id == user_id}
        idle = [name for name, one in mine.items() if not one.asking and name != session]
        if len(mine) <= self._most or not idle:
            return None
        return min(idle, key=lambda name: mine[name].used)

    @contextmanager
    def asking(self, session: str) -> Generator[None]:
        """While a request in it is answered. One that comes before it is known here that it began is not counted."""
        found = self._open.get(session)
        if found:
            found.asking += 1
        try:
            yield
        finally:
            if found:
                found.asking -= 1
                found.used = self._clock.now()

    def again(self, session: str, user_id: UserId | None = None) -> Again | None:
        """What was told in it, to whoever it is of."""
        found = self._open.get(session)
        return found.again if found and user_id in {None, found.user_id} else None

    def ended(self, session: str) -> None:
        """It is over."""
        if found := self._open.pop(session, None):
            found.again.end()

    def end(self) -> None:
        """All of them are over."""
        for session in list(self._open):
            self.ended(session)
