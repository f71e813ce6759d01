"""♥ What a text says about danger: the maximum over its clauses and rules; it keeps nothing and calls nobody.

Nothing that stands elsewhere in a text takes anything back: each clause is judged by itself, and what turns a statement
round (a negation, another person, a song that says it) has to stand in the statement or right before it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from palaver.care.crisis.finding import CONCERNS, Concern, Finding, Level, Signal
from palaver.care.crisis.lexicon import Lexicon, Meant
from palaver.care.crisis.rules import Alphabet, Rule, rules_of
from palaver.core.care import Urgency

MOST_SIGNALS = 50  # of a text that says it a thousand times the gravest and first are told
_WITHIN = 3  # meanings between who says something and what is said


class Detector:
    """All words and rules, ready to read texts."""

    def __init__(self, words: Mapping[str, Mapping[str, str]], book: Mapping[str, Mapping[str, Any]]) -> None:
        self._lexicon = Lexicon(words)
        self._alphabet = Alphabet()
        self._rows: dict[str, str] = {}  # as many as there are meanings of words
        self._patterns: list[tuple[Rule, re.Pattern[str]]] = []
        self._by_need: dict[str, list[int]] = {}
        for rule in rules_of(book, self._alphabet):
            for pattern, needs in rule.patterns:
                for need in needs:
                    self._by_need.setdefault(need, []).append(len(self._patterns))
                self._patterns.append((rule, pattern))
        row = self._alphabet.row
        self._says, self._first, self._if = row("say"), row("i"), row("if")
        self._subjects = frozenset(row("i he you we"))

    def read(self, text: str) -> Finding:
        """What the text says."""
        read = self._lexicon.read(text)
        found: list[tuple[Signal, bool]] = []
        seen: set[str] = set()
        for clause in read.clauses:
            row, places = self._spread(clause)
            if row not in seen:  # said again it says the same
                seen.add(row)
                found += self._judged(row, places)
        return _finding(found, read.languages)

    def _spread(self, clause: list[Meant]) -> tuple[str, list[Meant]]:
        """The clause as characters, and the word that each comes from."""
        row, places = "", list[Meant]()
        for one in clause:
            if (characters := self._rows.get(one.meanings)) is None:
                characters = self._rows[one.meanings] = self._alphabet.row(one.meanings)
            row += characters
            places += [one] * len(characters)
        return row, places

    def _judged(self, row: str, places: list[Meant]) -> Iterator[tuple[Signal, bool]]:
        for rule, pattern in self._asked(row):
            for match in pattern.finditer(row):
                frame = self._frame(row, match.start())
                level = min(rule.level, Level.low) if frame else rule.level
                words = places[match.start() : match.end()]
                yield _signal(rule, words, level, frame), rule.ask or frame is not None

    def _asked(self, row: str) -> list[tuple[Rule, re.Pattern[str]]]:
        """Which patterns can be in a clause: nearly none, nearly always."""
        those = {one for character in self._by_need.keys() & set(row) for one in self._by_need[character]}
        return [self._patterns[one] for one in sorted(those)]

    def _frame(self, row: str, start: int) -> str | None:
        """What makes a statement somebody else's, or none yet, where it stands right before it."""
        own = row.rfind(self._first, max(0, start - _WITHIN), start + 1)  # the statement's own subject
        start = start if own < 0 or self._says in row[own:start] else own
        before = row[max(0, start - _WITHIN) : start]
        if before.endswith(self._if):
            return "hypothetical"
        said = before.rfind(self._says)
        if said < 0 or self._subjects & set(before[said:]):
            return None
        speaker = next((one for one in reversed(row[: start - len(before) + said]) if one in self._subjects), None)
        return None if speaker == self._first else "quotation"


def _signal(rule: Rule, words: list[Meant], level: Level, frame: str | None) -> Signal:
    spoken = {one.language for one in words if one.language}
    return Signal(
        rule=rule.id,
        concern=rule.concern,
        level=level.word,
        start=min(one.start for one in words),
        end=max(one.end for one in words),
        language=spoken.pop() if len(spoken) == 1 else "mixed",
        adjusted_by=frame or rule.adjusted_by,
    )


def _finding(found: list[tuple[Signal, bool]], languages: list[str]) -> Finding:
    signals = sorted((one for one, _ in found), key=lambda one: (-Level[one.level], one.start, one.end, one.rule))
    concerns: dict[Concern, Level] = dict.fromkeys(CONCERNS, Level.none)
    for one in signals:
        concerns[one.concern] = max(concerns[one.concern], Level[one.level])
    urgency = max(concerns.values())
    asks = any(ask for _, ask in found) or urgency == Level.low
    told: dict[Concern, Urgency] = {concern: level.word for concern, level in concerns.items()}
    return Finding(urgency.word, told, signals[:MOST_SIGNALS], asks, languages)
