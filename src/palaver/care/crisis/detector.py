"""♥ What a text says about danger: the maximum over its clauses and rules; it keeps nothing and calls nobody.

Nothing that stands elsewhere in a text takes anything back: each clause is judged by itself, and what turns a statement
round (a negation, another person, a song that says it) has to stand in the statement or right before it. What clauses
near one another say only together (pills that were swallowed, a goodbye) adds to that and lowers nothing.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any, NamedTuple

from palaver.care.crisis.finding import CONCERNS, Concern, Finding, Level, Signal
from palaver.care.crisis.lexicon import Lexicon, Meant, Read, reaches_over
from palaver.care.crisis.quotes import Spans, quoted
from palaver.care.crisis.rules import Alphabet, Rule, rules_of
from palaver.core.care import Urgency

MOST_SIGNALS = 50  # of a text that says it a thousand times the gravest and first are told
_WITHIN = 3  # meanings between who says something and what is said
_NEAR = 8  # clauses that say something over which signs count together: a message, and no letter


class Detector:
    """All words and rules, ready to read texts."""

    def __init__(self, words: Mapping[str, Mapping[str, str]] | Lexicon, book: Mapping[str, Mapping[str, Any]]) -> None:
        self._lexicon = words if isinstance(words, Lexicon) else Lexicon(words)
        self._alphabet = Alphabet()
        self._rows: dict[str, str] = {}  # as many as there are meanings of words
        self._patterns: list[tuple[Rule, re.Pattern[str]]] = []
        self._by_need: dict[str, list[int]] = {}
        self._together: list[Rule] = []
        for rule in rules_of(book, self._alphabet):
            if rule.together:
                self._together.append(rule)
            for pattern, needs in rule.patterns:
                for need in needs:
                    self._by_need.setdefault(need, []).append(len(self._patterns))
                self._patterns.append((rule, pattern))
        row = self._alphabet.row
        self._says, self._first, self._if, self._filler = row("say"), row("i"), row("if"), row("x")
        self._old = re.compile(f"(?<![{row('now lately at')}]){row('ago')}")
        self._subjects = frozenset(row("i he you we"))
        self._denied = row("not claim")  # `sijasema nataka kufa`, `it's not that I want to die`

    def read(self, text: str) -> Finding:
        """What the text says."""
        read = self._lexicon.read(text)
        found: list[tuple[Signal, bool]] = []
        seen: dict[tuple[str, Spans], _Signs] = {}
        said: list[tuple[int, int, _Signs]] = []  # by which clause that says anything, where it ends, and what
        at = 0  # what says nothing, or is said again, brings nothing apart
        for clause in read.clauses:
            row, places = self._spread(clause)
            marked = quoted(text, clause[0].start, clause[-1].end)
            if (row, marked) not in seen:  # said again it says the same
                at += len(clause) > 1 and bool(row.strip(self._filler))  # a word on a line of its own is part of more
                seen[row, marked] = signs = _Signs()
                found += self._judged(_Clause(row, places, marked), signs)
            said.append((at, clause[-1].end, seen[row, marked]))
        found += self._over_breaks(text, read, said)
        near = _Near(self._together)
        for at, _, signs in said:
            if signs:
                near.take(at, signs)
        return _finding(found + near.found, read.languages)

    def _over_breaks(
        self, text: str, read: Read, said: "list[tuple[int, int, _Signs]]"
    ) -> Iterator[tuple[Signal, bool]]:
        """What only words on both sides of a break say; its signs are put where the last of their words stands."""
        ends = [*accumulate((end for _, end, _ in said), max)]
        added: list[tuple[int, int, _Signs]] = []
        for clause in read.across:
            row, places = self._spread(clause)
            signs = _Signs()
            marked = quoted(text, clause[0].start, clause[-1].end)
            yield from self._judged(_Clause(row, places, marked), signs, read.breaks)
            for sign, words in signs.items():
                at = said[min(bisect_left(ends, words[-1].end), len(said) - 1)][0] if said else 0
                added.append((at, words[-1].end, {sign: words}))
        said += added
        said.sort(key=lambda one: one[0])

    def _spread(self, clause: list[Meant]) -> tuple[str, list[Meant]]:
        """The clause as characters, and the word that each comes from."""
        row, places = "", list[Meant]()
        for one in clause:
            if (characters := self._rows.get(one.meanings)) is None:
                characters = self._rows[one.meanings] = self._alphabet.row(one.meanings)
            row += characters
            places += [one] * len(characters)
        return row, places

    def _judged(
        self, clause: "_Clause", signs: "_Signs", over: list[int] | None = None
    ) -> Iterator[tuple[Signal, bool]]:
        """What rules find in a clause; of one that goes on over breaks, what no part of it says alone."""
        row, places, _ = clause
        old = self._old.search(row) is not None
        asked = self._asked(row)
        framed = _frames(clause, asked)
        for rule, pattern in asked:
            if rule.frame is not None:
                continue
            if rule.sign is not None and (old or rule.sign in signs):
                continue
            for match in pattern.finditer(row):
                words = places[match.start() : match.end()]
                if over is not None and not (words and reaches_over(over, words)):
                    continue
                frame, most = self._frame(row, match.start()), Level.low
                if frame is None and (around := framed.get(match.end())) and around.begins <= match.start():
                    frame, most = around.why, around.most
                if rule.sign is None:
                    level = min(rule.level, most) if frame else rule.level
                    yield _signal(rule, words, level, frame), rule.ask or frame is not None
                elif frame is None:
                    signs[rule.sign] = words
                    break

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
        if before.endswith(self._denied):
            return "negation"
        said = before.rfind(self._says)
        if said < 0 or self._subjects & set(before[said:]):
            return None
        speaker = next((one for one in reversed(row[: start - len(before) + said]) if one in self._subjects), None)
        return None if speaker == self._first else "quotation"


class _Clause(NamedTuple):
    """A clause as characters, the word that each comes from, and what is quoted in it, counted from its beginning."""

    row: str
    places: list[Meant]
    marked: Spans


class _Frame(NamedTuple):
    """How words are meant, the most that what ends with one of them says, and where it has to begin at the earliest."""

    begins: int
    why: str
    most: Level


def _frames(clause: _Clause, asked: list[tuple[Rule, re.Pattern[str]]]) -> dict[int, _Frame]:
    """How words of a clause are meant, told by words of the same clause: by where what they frame may end."""
    found: dict[int, _Frame] = {}
    for rule, pattern in asked:
        if rule.frame is None:
            continue
        spans = [match.span() for match in pattern.finditer(clause.row)]
        for start, end in _within_marks(clause) if spans and rule.quoted else spans:
            for at in range(start + 1, end + 1):
                found.setdefault(at, _Frame(start if rule.quoted else 0, rule.frame, rule.level))
    return found


def _within_marks(clause: _Clause) -> list[tuple[int, int]]:
    """Which words of a clause are quoted."""
    begins = clause.places[0].start
    starts = [one.start - begins for one in clause.places]
    return [(bisect_left(starts, start), bisect_left(starts, end)) for start, end in clause.marked]


_Signs = dict[str, list[Meant]]  # what each is called, and the words that say it


class _Near:
    """Signs of a text, each where it was last seen, and what they say together."""

    def __init__(self, rules: list[Rule]) -> None:
        self._rules = rules
        self._seen: dict[str, tuple[int, list[Meant]]] = {}
        self.found: list[tuple[Signal, bool]] = []

    def take(self, at: int, signs: _Signs) -> None:
        """The signs of one clause more."""
        self._seen |= {sign: (at, words) for sign, words in signs.items()}
        near = {sign for sign, (seen, _) in self._seen.items() if at - seen < _NEAR}
        told: list[Rule] = []
        for rule in self._rules:
            if row := next((row for row in rule.together if row <= near), None):
                told.append(rule)
                self.found += ((_signal(rule, self._seen[sign][1], rule.level, None), rule.ask) for sign in sorted(row))
        self._rules = [rule for rule in self._rules if rule not in told]  # once is enough


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
