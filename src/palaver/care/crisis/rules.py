"""♥ Rules as they are written, made into patterns over meanings; it knows no word and reads no text.

A pattern is a regular expression whose letters are meanings: `i gap{0,2} want die`. `gap` is any meaning that begins no
other statement, `any` is any at all. Every repetition is bounded, so that no text makes a match slow.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from palaver.care.crisis.finding import Concern, Level

_NAME = re.compile(r"[A-Za-z_]+")
_UNBOUNDED = re.compile(r"[*+]|,\}")
# What begins another statement, or turns one round: no gap reaches over it.
_BLOCKS = ("not", "i", "he", "we", "you", "if", "would", "was", "wanted")
_FIRST = 0xE000  # meanings are written as characters of the private use area


class BadRule(Exception):
    """A rule that cannot be read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it looks for, what that says, and why."""

    id: str
    concern: Concern
    level: Level
    pattern: re.Pattern[str]
    ask: bool
    framed: bool  # whether words of somebody else's around it (a song, a quotation) make it a question


class Alphabet:
    """Which character stands for which meaning."""

    def __init__(self) -> None:
        self._characters: dict[str, str] = {}

    def of(self, meaning: str) -> str:
        """The character of one meaning."""
        return self._characters.setdefault(meaning, chr(_FIRST + len(self._characters)))

    def row(self, meanings: str) -> str:
        """The characters of a row of meanings."""
        return "".join(map(self.of, meanings.split()))

    def pattern(self, written: str, macros: Mapping[str, str]) -> re.Pattern[str]:
        """A rule's pattern over these characters."""
        for _ in range(4):  # macros of macros
            written = _NAME.sub(lambda found: macros.get(found[0], found[0]), written)
        if _UNBOUNDED.search(written):
            raise BadRule(written)
        return re.compile(_NAME.sub(self._class, written).replace(" ", ""))

    def _class(self, found: re.Match[str]) -> str:
        match found[0]:
            case "gap":
                return f"[^{''.join(map(self.of, _BLOCKS))}]"
            case "clear":  # nothing turns round what follows
                return f"(?<![{''.join(map(self.of, _BLOCKS[:1] + _BLOCKS[2:]))}])"
            case "any":
                return "."
            case name:
                return self.of(name)


def rules_of(book: Mapping[str, Mapping[str, object]], alphabet: Alphabet) -> list[Rule]:
    """Every rule of a book."""
    macros = {name: f"({written})" for name, written in book["macros"].items()}
    return [
        _rule(name, one, alphabet, macros)
        for name, one in book.items()
        if name not in {"macros", "about"}
    ]  # fmt: skip


def _rule(name: str, one: Mapping[str, object], alphabet: Alphabet, macros: Mapping[str, str]) -> Rule:
    return Rule(
        id=name,
        concern=one["concern"],  # type: ignore[arg-type]
        level=Level[str(one["level"])],
        pattern=alphabet.pattern(" | ".join(one["patterns"]), macros),  # type: ignore[arg-type]
        ask=bool(one.get("ask", False)),
        framed=bool(one.get("framed", True)),
    )
