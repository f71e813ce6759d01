"""What is known about a culture, as checked values: entries, phrases and cautions; it holds none of them itself.

Nothing here has a level: what stands in a culture is context for an answer, and never says how somebody is. A value
that breaks a rule here cannot be made, so that nothing is told without where it was read and when.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from palaver.care.resources.countries import COUNTRIES

Topic = Literal[
    "distress", "illness", "help", "faith", "family", "gender", "loss", "money", "school", "work", "violence",
    "displacement", "law", "language", "strength",
]  # fmt: skip
Reading = Literal[
    "greeting", "deflection", "endurance", "distress", "faith", "help", "joke", "hardship", "illness", "grief",
    "proverb",
]  # fmt: skip
PhraseLanguage = Literal["sw", "sheng", "en", "lg", "so", "am", "rw", "ach", "luy", "ki"]

EAST_AFRICA = "east-africa"  # instead of a country, where a source speaks of more than one
_LINK = re.compile(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A word, words to choose from, the beginning of one, or a gap of a few words.
_PATTERN = re.compile(r"(?:\.\.\.|[^\W_]+(?:'[^\W_]+)*\*?(?:\|[^\W_]+(?:'[^\W_]+)*\*?)*)")


class InTwo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in English and in Swahili."""

    en: str
    sw: str

    def __post_init__(self) -> None:
        if not (self.en.strip() and self.sw.strip()):
            raise ValueError("it is said in one language only")


class _Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What everything that is known has: where it holds, where it was read and when, and who confirmed it."""

    id: str
    regions: tuple[str, ...]
    source_url: str
    read_on: date
    reviewed_by: str = ""

    def __post_init__(self) -> None:
        wrong = next((says for fails, says in self._rules() if fails), None)
        if wrong:
            raise ValueError(wrong)

    def _rules(self) -> Iterable[tuple[bool, str]]:
        astray = [one for one in self.regions if one not in COUNTRIES and one != EAST_AFRICA]
        return (
            (not _ID.fullmatch(self.id), f"id {self.id!r} is not small letters, digits and hyphens"),
            (not self.regions, "it holds nowhere"),
            (bool(astray), f"{astray} is no country and no region"),
            (not _LINK.fullmatch(self.source_url), f"source_url {self.source_url!r} is no address"),
        )

    @property
    def confirmed(self) -> bool:
        """Whether a person who knows the culture has confirmed it."""
        return bool(self.reviewed_by)


class Entry(_Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to know; `guidance` is what whoever answers should do with it, `cues` what people say about it."""

    topic: Topic
    title: InTwo
    about: InTwo
    guidance: str
    cues: tuple[str, ...]

    def _rules(self) -> Iterable[tuple[bool, str]]:
        return (
            *super()._rules(),
            (not self.guidance.strip(), "there is no guidance"),
            *_pattern_rules(self.cues),
        )


class Phrase(_Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people say, and how it is meant; `probe` is a gentle question to follow, `advice` is for who answers."""

    says: tuple[str, ...]
    language: PhraseLanguage
    reading: Reading
    means: str
    probe: InTwo | None = None
    advice: str = ""

    def _rules(self) -> Iterable[tuple[bool, str]]:
        asks = self.reading in {"deflection", "distress"} and self.probe is None
        return (
            *super()._rules(),
            (not self.means.strip(), "it means nothing"),
            (asks, f"a {self.reading} has a question that may follow"),
            *_pattern_rules(self.says),
        )


class Caution(_Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of an answer that judge a people or what they hold dear; `instead` is what to do."""

    patterns: tuple[str, ...]
    why: str
    instead: str

    def _rules(self) -> Iterable[tuple[bool, str]]:
        said = self.why.strip() and self.instead.strip()
        return (*super()._rules(), (not said, "there is no reason or no way out"), *_pattern_rules(self.patterns))


def _pattern_rules(patterns: tuple[str, ...]) -> Iterable[tuple[bool, str]]:
    yield not patterns, "there are no words to know it by"
    for pattern in patterns:
        parts = pattern.split()
        fits = parts and all(_PATTERN.fullmatch(part) for part in parts) and "..." not in {parts[0], parts[-1]}
        yield not fits or pattern != pattern.lower(), f"{pattern!r} is no pattern of small words"
