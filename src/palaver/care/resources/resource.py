"""One service that helps, as a checked value: where it is, how to reach it, and where that was read.

It holds no service itself: those stand in `data/`, and an operator's own in a file of theirs. A value that breaks a
rule here cannot be made, so that what is shown is never half a number.
"""

import re
from datetime import date
from typing import Literal, get_args

import msgspec

from palaver.care.resources.countries import COUNTRIES
from palaver.core.care import LINK, CareChannel, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
# Told after everything else, whatever was asked for: an answer never ends without them.
FALLBACK: tuple[Kind, ...] = ("emergency", "directory")

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Resource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service that helps. What its source does not say is left open: no languages, no `hours`, no `cost`.

    `country` is null for services of the whole world. `verified_on` is the day its source was read; `verified_by` is
    empty until a person has confirmed it. What `paired_with` names is shown together with it, or neither is.
    """

    id: str
    country: str | None
    name: str
    kind: Kind
    channels: tuple[CareChannel, ...]
    source_url: str
    verified_on: date
    languages: tuple[str, ...] = ()
    hours: str | None = None
    cost: Literal["free", "charged"] | None = None
    note: str | None = None
    verified_by: str = ""
    paired_with: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wrong = next((says for fails, says in self._rules() if fails), None)
        if wrong:
            raise ValueError(wrong)

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        return (
            (not _ID.fullmatch(self.id), f"id {self.id!r} is not small letters, digits and hyphens"),
            (self.country is not None and self.country not in COUNTRIES, f"{self.country!r} is no country"),
            (not self.name.strip(), "the name is empty"),
            (not self.channels, "there is no way to reach it"),
            (not LINK.fullmatch(self.source_url), f"source_url {self.source_url!r} is no address"),
            (not all(_LANGUAGE.fullmatch(one) for one in self.languages), "languages are codes such as en or sw"),
            (self.id in self.paired_with, "it is paired with itself"),
        )

    @property
    def confirmed(self) -> bool:
        """Whether a person has confirmed it."""
        return bool(self.verified_by.strip())
