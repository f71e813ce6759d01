"""♥ What was found in one text: urgency of response, concerns, and the evidence; it judges texts and never people."""

from enum import IntEnum
from typing import Literal

import msgspec

from palaver.core.care import Urgency

Concern = Literal["self_directed", "self_harm", "harm_to_others", "abuse", "medical_emergency", "for_another"]
CONCERNS: tuple[Concern, ...] = (
    "self_directed", "self_harm", "harm_to_others", "abuse", "medical_emergency", "for_another",
)  # fmt: skip


class Level(IntEnum):
    """How soon somebody should answer; whole numbers, so that nothing lies between two of them."""

    none = 0
    low = 1
    medium = 2
    high = 3
    critical = 4

    @property
    def word(self) -> Urgency:
        """How the API calls it."""
        return _WORDS[self]


_WORDS: tuple[Urgency, ...] = ("none", "low", "medium", "high", "critical")


class Signal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place in the text that a rule speaks about: code points `start` to `end` of what was given."""

    rule: str
    concern: Concern
    level: Urgency
    start: int
    end: int
    language: str
    adjusted_by: str | None = None


class Finding(msgspec.Struct, frozen=True):
    """All that the rules found; the gravest signal is the whole's urgency, whatever else stands in the text."""

    urgency: Urgency
    concerns: dict[Concern, Urgency]
    signals: list[Signal]
    ask_gently: bool
    languages: list[str]
