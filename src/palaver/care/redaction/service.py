"""Personal data in one text, for whoever asks: where it is, and the text with tokens; nothing of it is kept."""

from collections.abc import Collection
from typing import Literal

import msgspec

from palaver.care.redaction.book import unkept
from palaver.care.redaction.detector import VERSION
from palaver.care.redaction.entity import KINDS, Kind
from palaver.care.redaction.reading import Reading
from palaver.care.redaction.tokens import LABELS, Label, pieces, replaced

Way = Literal["pattern", "list"]
Recognised = Literal["none", "asked", "failed"]

# What is found of a generated set that the tests hold them to; names and streets are never all found.
AT_LEAST: dict[Kind, float] = {
    **dict.fromkeys(("email", "phone", "card", "iban", "national_id"), 0.98),
    **dict.fromkeys(("account", "coordinates", "ip", "secret"), 0.9),
    "address": 0.6,
    "name": 0.6,
}


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind is found offline, and which part of it at least, in the sets that tests hold it to."""

    kind: Kind
    by: Way
    at_least: float


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far the answer may be relied on. `recogniser`: whether a model of the operator's was heard as well."""

    version: str
    recogniser: Recognised
    kinds: list[Covered]


class RedactedEntity(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the text that was sent (`end` is the first character behind it), and the token that stands for it."""

    kind: Kind
    start: int
    end: int
    token: str


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """The text with tokens. What is the same has the same token; tokens count anew in every answer."""

    text: str
    entities: list[RedactedEntity]
    coverage: Coverage


class Redaction:
    """The front door to what finds personal data."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def redact(self, text: str, kinds: Collection[Kind] = KINDS) -> Redacted:
        """The text with a token for every piece of these kinds."""
        found, complete = await self._reading.read(text, kinds)
        parts = [one for one in pieces(text, found) if one.label != "TEXT"]
        kind_of: dict[Label, Kind] = {label: kind for kind, label in LABELS.items()}
        page = unkept(parts)
        recogniser: Recognised = "failed" if not complete else "asked" if self._asked(kinds) else "none"
        return Redacted(
            text=replaced(text, parts, page.token),
            entities=[
                RedactedEntity(kind=kind_of[one.label], start=one.start, end=one.end, token=page.token(one))
                for one in parts
            ],
            coverage=Coverage(version=VERSION, recogniser=recogniser, kinds=[_covered(one) for one in kinds]),
        )

    def _asked(self, kinds: Collection[Kind]) -> bool:
        return self._reading.recognises and "name" in kinds


def _covered(kind: Kind) -> Covered:
    return Covered(kind=kind, by="list" if kind == "name" else "pattern", at_least=AT_LEAST[kind])
