"""What one person can use of the shelves: which thing a name means, and what acts without being named; pure choice.

By name, one's own thing comes before what administrators share, that before the disk, and all before what other users
share: nobody can put something of theirs in the place of the operator's. What others share counts when it is named;
only what is one's own, an administrator's or the operator's acts by itself, or grants anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import msgspec

Origin = Literal["own", "shared", "disk"]

_RANK: dict[Origin, int] = {"own": 0, "shared": 1, "disk": 2}


@dataclass(frozen=True)
class Thing:
    """One definition. `trusted`: its owner may grant, being the person, an administrator or the operator."""

    kind: str
    name: str
    id: str
    version: int
    origin: Origin
    trusted: bool
    raw: str | dict[str, Any]
    path: str | None = None

    @cached_property
    def brief(self) -> dict[str, Any]:
        """Its fields, without the long ones where it is stored."""
        return self.raw if isinstance(self.raw, dict) else msgspec.json.decode(self.raw)

    @property
    def order(self) -> tuple[bool, int, str]:
        """Of several that have one name, the first is meant."""
        return not self.trusted, _RANK[self.origin], self.id


class Shelf:
    """Everything one person can use."""

    def __init__(self, things: Iterable[Thing] = ()) -> None:
        self._things = sorted(things, key=lambda thing: thing.order)

    def __bool__(self) -> bool:
        return bool(self._things)

    def find(self, kind: str, name: str) -> Thing | None:
        """By name or id."""
        return next((one for one in self._things if one.kind == kind and name in (one.name, one.id)), None)

    def having(self, things: Iterable[Thing]) -> "Shelf":
        """The same, and these."""
        known = {one.id for one in self._things}
        return Shelf([*self._things, *(one for one in things if one.id not in known)])

    def lacks(self, wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of these kinds and names, those that mean nothing here."""
        return [(kind, name) for kind, name in dict.fromkeys(wanted) if self.find(kind, name) is None]

    def unnamed(self, kind: str) -> list[Thing]:
        """What acts without being named, one of each name, by name."""
        found: dict[str, Thing] = {}
        for one in self._things:
            if one.kind == kind and one.trusted:
                found.setdefault(one.name, one)
        return [found[name] for name in sorted(found)]

    def every(self, kind: str) -> list[Thing]:
        """What acts without being named, whatever its name."""
        return [one for one in self._things if one.kind == kind and one.trusted]

    def names(self, kind: str) -> list[str]:
        """All names that mean something."""
        return sorted({one.name for one in self._things if one.kind == kind})
