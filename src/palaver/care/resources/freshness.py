"""♥ Which services somebody should look at again: too long unread, or never confirmed; it is handed the day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from palaver.care.resources.resource import Resource

# Lines move and close; half a year is what the issue that asked for them trusts a reading.
TRUSTED = timedelta(days=180)
_ELSEWHERE = timedelta(days=1)  # it may be tomorrow where the source was read


@dataclass(frozen=True, slots=True)
class Doubts:
    """Ids of what nobody has confirmed, was read too long ago, or on a day that has not come, of so many in all."""

    known: int
    unconfirmed: tuple[str, ...]
    old: tuple[str, ...]
    ahead: tuple[str, ...]

    @property
    def says(self) -> str | None:
        """One sentence for operators; None where there is nothing to look at."""
        if not (self.unconfirmed or self.old or self.ahead):
            return None
        ahead = f"; {len(self.ahead)} have a day that has not come" if self.ahead else ""
        return (
            f"Of {self.known} help resources, {len(self.unconfirmed)} are not confirmed by a person "
            f"and {len(self.old)} were last read more than {TRUSTED.days} days ago{ahead}."
        )


def doubts(known: Iterable[Resource], today: date) -> Doubts:
    """What is to be looked at again, by id."""
    every = sorted(known, key=lambda one: one.id)
    return Doubts(
        len(every),
        tuple(one.id for one in every if not one.confirmed),
        tuple(one.id for one in every if today - one.verified_on > TRUSTED),
        tuple(one.id for one in every if one.verified_on - today > _ELSEWHERE),
    )
