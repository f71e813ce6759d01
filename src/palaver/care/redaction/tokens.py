"""♥ What is told instead of a piece of personal data, and how the data comes back; it finds none and stores nothing.

A token looks like [PHONE_1]. Whoever writes something that looks like one gets it back as it was.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from palaver.care.redaction.entity import Entity, Kind

Label = Literal["NAME", "PHONE", "EMAIL", "ADDRESS", "ID", "ACCOUNT", "CARD", "IBAN", "PLACE", "IP", "SECRET", "TEXT"]
LABELS: dict[Kind, Label] = {
    "name": "NAME", "phone": "PHONE", "email": "EMAIL", "address": "ADDRESS", "national_id": "ID", "account": "ACCOUNT",
    "card": "CARD", "iban": "IBAN", "coordinates": "PLACE", "ip": "IP", "secret": "SECRET",
}  # fmt: skip
_LITERAL: Label = "TEXT"  # for what only looks like a token
_ALL = "|".join((*LABELS.values(), _LITERAL))

_LOOKS = re.compile(rf"\\?\[(?:{_ALL})\\?_\d{{1,6}}\\?\]", re.IGNORECASE)
# As models repeat them: in small letters, with the signs escaped that Markdown escapes.
_TOKEN = re.compile(rf"\\?\[(?P<label>{_ALL})\\?_(?P<number>\d{{1,6}})\\?\]", re.IGNORECASE)
_BEGUN = re.compile(r"\\?\[(?P<label>[A-Za-z]{0,8})(?:\\|\\?_\d{0,6}\\?)?\Z|\\\Z")
_SHORTEST_KNOWN = 3  # letters of a value that is looked for wherever it stands; shorter ones stand everywhere


class Piece(NamedTuple):
    """A place in a text, what stands there and what kind of token it needs."""

    start: int
    end: int
    label: Label
    value: str


def pieces(text: str, found: Sequence[Entity], known: Mapping[str, Label] | None = None) -> list[Piece]:
    """What has to be replaced in a text: what was found, what is known of before, and what looks like a token."""
    made = [Piece(one.start, one.end, LABELS[one.kind], text[one.start : one.end]) for one in found]
    made += [Piece(*one.span(), _LITERAL, one[0]) for one in _LOOKS.finditer(text)]
    taken = bytearray(len(text)) if known else b""
    if isinstance(taken, bytearray):
        for one in made:
            taken[one.start : one.end] = b"\x01" * (one.end - one.start)
        made += _again(text, known or {}, taken)
    return _apart(sorted(made))


def _again(text: str, known: Mapping[str, Label], taken: bytearray) -> Iterable[Piece]:
    for value in sorted(known, key=len, reverse=True):
        if len(value) < _SHORTEST_KNOWN:
            continue
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if not any(taken[at:end]) and _alone(text, at, end):
                taken[at:end] = b"\x01" * len(value)
                yield Piece(at, end, known[value], value)
            at = text.find(value, end)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a value stands there for itself, and is not a part of a longer word or number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())


def _apart(made: list[Piece]) -> list[Piece]:
    """The same in order, without what begins inside the one before."""
    kept: list[Piece] = []
    for one in made:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def replaced(text: str, parts: Sequence[Piece], token: Callable[[Piece], str]) -> str:
    """The text as it is told."""
    told: list[str] = []
    at = 0
    for one in parts:
        told += (text[at : one.start], token(one))
        at = one.end
    return "".join((*told, text[at:]))


def token_of(label: Label, number: int) -> str:
    """How the data of this number is told."""
    return f"[{label}_{number}]"


def parts_of(token: str) -> tuple[Label, int]:
    """The label and the number of a token."""
    found = _TOKEN.fullmatch(token)
    assert found is not None, token
    return _label(found["label"]), int(found["number"])


class Returning:
    """Puts the data back into an answer that comes piece by piece. Tokens that were never given stay as they are.

    A piece that may be the beginning of a token waits for the next one; it is never longer than a token. Inside of
    JSON, what comes back is escaped as JSON wants it.
    """

    def __init__(self, values: Mapping[str, str], *, json: bool = False) -> None:
        self._values = values
        self._labels = {parts_of(token)[0] for token in values}
        self._json = json
        self._held = ""

    def piece(self, text: str) -> str:
        """What can be told after one more piece."""
        text = self._held + text
        begun = _BEGUN.search(text, max(0, text.rfind("[") - 1))
        at = begun.start() if begun is not None and self._may_be(begun["label"]) else len(text)
        self._held = text[at:]
        return self._back(text[:at])

    def rest(self) -> str:
        """What was held back when the answer ended."""
        held, self._held = self._held, ""
        return self._back(held)

    def _may_be(self, begun: str | None) -> bool:
        return begun is None or any(label.startswith(begun.upper()) for label in self._labels)

    def _back(self, text: str) -> str:
        return _TOKEN.sub(self._value, text) if "[" in text else text

    def _value(self, found: re.Match[str]) -> str:
        value = self._values.get(token_of(_label(found["label"]), int(found["number"])))
        if value is None:
            return found[0]
        return json.dumps(value, ensure_ascii=False)[1:-1] if self._json else value


def _label(text: str) -> Label:
    return next(one for one in (*LABELS.values(), _LITERAL) if one == text.upper())
