"""♥ The rules of moderation, and what they say about a row of words; it hears no stream and decides no action."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from palaver.care.moderation.lexicon import Lexicon
from palaver.care.moderation.patterns import Automaton, Meanings
from palaver.care.moderation.verdict import CATEGORIES, ModerationCategory, ModerationDirection

REACH = 40  # words after a match that may still turn it round, and before it that are kept for that


class BadBook(Exception):
    """Rules that cannot be read."""


class Heard(NamedTuple):
    """One word of a sentence: what it means, where it stands, whose language, and whether somebody else says it."""

    meanings: Meanings
    start: int
    end: int
    language: str | None
    quoted: bool
    attributed: bool  # within a quotation that was begun with who says it


@dataclass(frozen=True, slots=True)
class ModerationRule:
    """One rule: what it looks for, why, and what near it makes it say something else."""

    id: str
    category: ModerationCategory
    patterns: tuple[str, ...]
    unless: frozenset[str]
    because: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What turns a match round: where it has to stand, and how many words may lie between."""

    name: str
    place: str  # before, after, anywhere (also within)
    within: int
    patterns: tuple[str, ...]


class Book:
    """All rules for one direction, ready to be followed word by word."""

    def __init__(self, words: Mapping[str, Any], rules: Mapping[str, Any], direction: ModerationDirection) -> None:
        self.version = str(rules["about"]["version"])
        macros: Mapping[str, str] = rules["macros"]
        self._frames = [_frame(name, one) for name, one in rules["frame"].items()]
        self.rules = [_rule(name, one) for name, one in rules["rule"].items() if direction in one["directions"]]
        self.automaton = Automaton(
            ((written, at) for at, rule in enumerate(self.rules) for written in rule.patterns), macros
        )
        self._turns = _turning(
            tuple((written, at) for at, frame in enumerate(self._frames) for written in frame.patterns),
            tuple(macros.items()),
        )
        begins = self.automaton.starters | self.automaton.openers
        self.lexicon = Lexicon(words, begins, self.automaton.names | self._turns.names)
        known = {frame.name for frame in self._frames} | {"question", "quoted"}
        if missing := {name for rule in self.rules for name in rule.unless} - known:
            raise BadBook(f"There is no frame {', '.join(sorted(missing))}.")

    def turned(self, rule: ModerationRule, words: Sequence[Heard], start: int, end: int, *, question: bool) -> bool:
        """Whether what stands round a match makes it say something else. `words` is one sentence, as far as kept."""
        if question and "question" in rule.unless and any("ask" in one.meanings for one in words[: start + 1]):
            return True
        if "quoted" in rule.unless and words[start].quoted and _told_by(words, start, end):
            return True
        found = self._turns.find([one.meanings for one in words])
        return any(
            _stands(frame, (one.start, one.end), (start, end))
            for one in found
            if (frame := self._frames[one.label]).name in rule.unless
        )


def language_of(words: Sequence[Heard]) -> str:
    """Whose words these are, of those that are known."""
    spoken = {one.language for one in words if one.language}
    return spoken.pop() if len(spoken) == 1 else "mixed" if spoken else "en"


@cache
def _turning(written: tuple[tuple[str, int], ...], macros: tuple[tuple[str, str], ...]) -> Automaton:
    """What turns matches round: the same for both directions."""
    return Automaton(written, dict(macros))


def _told_by(words: Sequence[Heard], start: int, end: int) -> bool:
    """Whether a quotation has somebody who says it."""
    return words[start].attributed or any("say" in one.meanings for one in words[end:] if not one.quoted)


def _stands(frame: Frame, there: tuple[int, int], match: tuple[int, int]) -> bool:
    (begins, ends), (start, end) = there, match
    before = begins < start and -1 <= start - ends <= frame.within  # its last word may be the match's first
    after = begins >= start and ends > end and begins - end <= frame.within
    if frame.place == "anywhere":
        return before or after or (start <= begins and ends <= end)
    return before if frame.place == "before" else after


def _rule(name: str, one: Mapping[str, Any]) -> ModerationRule:
    if one["category"] not in CATEGORIES:
        raise BadBook(f"{name} is of no category.")
    return ModerationRule(
        name, one["category"], tuple(one["patterns"]), frozenset(one.get("unless", ())), one["because"]
    )


def _frame(name: str, one: Mapping[str, Any]) -> Frame:
    return Frame(name, one["place"], one.get("within", 4), tuple(one["patterns"]))
