"""♥ Rules as they are written, made into patterns over meanings; it knows no word and reads no text.

A pattern is a regular expression whose letters are meanings: `i gap{0,2} want die`. `gap` is any meaning that begins no
other statement, `any` is any at all. Every repetition is bounded, so that no text makes a match slow. A rule with a
`sign` says nothing alone; one with `together` says something where all signs of a row stand near one another. One with
`frame` finds nothing: what ends within its words, or is quoted beside them, says at most its level.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from palaver.care.crisis.finding import Concern, Level

_NAME = re.compile(r"[A-Za-z_]+")
_UNBOUNDED = re.compile(r"[*+]|,\}")
# What begins another statement, or turns one round: no gap reaches over it.
_BLOCKS = ("not", "i", "he", "we", "you", "if", "would", "was", "wanted")
_SOON = ("now", "lately")  # hours and days ago are not long ago
_WILD = {"gap", "clear", "recent", "any"}
_TOKENS = re.compile(r"\(\?<?[!=]|[()|?]|\{\d,\d\}|[A-Za-z_]+")
# Meanings that nearly every text has: a rule is not looked for because of them where it needs anything rarer.
_EVERYDAY = frozenset("i my me not he you we was will want would think feel if all now about able let x on in".split())
_FIRST = 0xE000  # meanings are written as characters of the private use area


class BadRule(Exception):
    """A rule that cannot be read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it looks for, what that says, and why."""

    id: str
    concern: Concern
    level: Level
    patterns: tuple[tuple[re.Pattern[str], frozenset[str]], ...]  # and one of which characters each cannot do without
    ask: bool
    adjusted_by: str | None  # what makes this less than the plain statement
    sign: str | None  # told by nobody alone: what it is called in `together`
    together: tuple[frozenset[str], ...]  # signs that say it when all of one row stand near one another
    frame: str | None  # how words are meant that stand within these
    quoted: bool  # within quotation marks of the same clause instead


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

    def pattern(self, written: str, macros: Mapping[str, str]) -> tuple[re.Pattern[str], frozenset[str]]:
        """A rule's pattern over these characters, and one of which it needs."""
        for _ in range(4):  # macros of macros
            written = _NAME.sub(lambda found: macros.get(found[0], found[0]), written)
        if _UNBOUNDED.search(written):
            raise BadRule(written)
        needs = needed(written) or frozenset[str]()
        return re.compile(_NAME.sub(self._class, written).replace(" ", "")), frozenset(map(self.of, needs))

    def _class(self, found: re.Match[str]) -> str:
        match found[0]:
            case "gap":
                return f"[^{''.join(map(self.of, _BLOCKS))}]"
            case "clear":  # nothing turns round what follows
                others, no = "".join(map(self.of, _BLOCKS[:1] + _BLOCKS[2:])), self.of(_BLOCKS[0])
                return f"(?<![{others}])(?<!{no}.)(?<!{no}..)(?<!{no}...)"
            case "recent":  # not so long ago, as far as it is said right before
                ago, soon = self.of("ago"), "".join(map(self.of, _SOON))
                return "".join(f"(?<!^{ago}{'.' * many})(?<![^{soon}]{ago}{'.' * many})" for many in range(5))
            case "any":
                return "."
            case name:
                return self.of(name)


def needed(written: str) -> frozenset[str] | None:
    """Meanings of which every match has at least one, the rarest that can be named; None where there are none."""
    return _either(_TOKENS.findall(written))


def _either(words: list[str]) -> frozenset[str] | None:
    found: list[frozenset[str] | None] = []
    while True:
        found.append(_row(words))
        if not words or words.pop(0) == ")":
            break
    return None if None in found else frozenset[str]().union(*(one for one in found if one is not None))


def _row(words: list[str]) -> frozenset[str] | None:
    """What one alternative needs: the best of what its parts need."""
    best: frozenset[str] | None = None
    while words and words[0] not in {"|", ")"}:
        word = words.pop(0)
        part = _either(words) if word[0] == "(" else None if word in _WILD else frozenset((word,))
        optional = word.startswith("(?") or (words and (words[0] == "?" or words[0].startswith("{0")))
        if words and words[0][0] in "?{":
            words.pop(0)
        if part is not None and not optional and (best is None or _rarity(part) < _rarity(best)):
            best = part
    return best


def _rarity(part: frozenset[str]) -> tuple[int, int]:
    return len(part & _EVERYDAY), len(part)


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
        concern=one.get("concern", "self_directed"),  # type: ignore[arg-type]
        level=Level[str(one.get("level", "none"))],
        patterns=tuple(alphabet.pattern(written, macros) for written in one.get("patterns", ())),  # type: ignore[attr-defined]
        ask=bool(one.get("ask", False)),
        adjusted_by=one.get("adjusted_by"),  # type: ignore[arg-type]
        sign=one.get("sign"),  # type: ignore[arg-type]
        together=tuple(frozenset(row.split()) for row in one.get("together", ())),  # type: ignore[attr-defined]
        frame=one.get("frame"),  # type: ignore[arg-type]
        quoted=bool(one.get("quoted", False)),
    )
