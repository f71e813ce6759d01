"""Ranks passages for a question by BM25 with weighted headings, and says how much of the question each covers. Pure.

The ready-made packages were weighed: bm25s and rank-bm25 need numpy (larger than all the rest of the install), and
neither tells how much of a question a passage covers, which decides between an answer and "I do not know".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from math import log

from palaver.inference.guide.passages import Passage, is_table
from palaver.inference.guide.words import RELATIVES, terms

# The usual values: how soon repetition stops counting, and how much longer passages are held back. Sections here are
# written short on purpose, so length says less than in a mixed collection (0.75 is the textbook's).
_K1 = 1.2
_B = 0.5
# A heading says what its section is about, a title what the page is about: worth that many mentions in the text.
_HEADING_WEIGHT = 4.0
_TITLE_WEIGHT = 2.0
# A short cell of a table is what its row is about: a setting, a code, a scope.
_CELL_WEIGHT = 5.0
_SHORT_CELL = 2
# A heading that says just what was asked is worth this much; the score of one rare word in a heading is about half.
_AGREEMENT = 6.0
# A relative (`abort` for `cancel`) or a word with one letter mistyped is a good sign, not as good as the word itself.
_RELATED = 0.6
_MISTYPED = 0.8
# Shorter words turn into other words by one letter (`port`, `part`).
_LEAST_MISTYPED = 5
# What a page's title says, each of its sections would say alike.
_ABOVE = 0.5
_LISTED = re.compile(r",? (?:and|or) |, ")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that shares something with the question, and its number in the index.

    `coverage` is the share of the question's weight that it holds, from 0 to 1; `found` are the question's terms in it.
    """

    number: int
    passage: Passage
    score: float
    coverage: float
    found: frozenset[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a passage's heading says: the parts of an enumeration each by itself, and what stands above."""

    parts: tuple[frozenset[str], ...]
    above: frozenset[str]


@dataclass(frozen=True, slots=True)
class Index:
    """Passages prepared for ranking: who mentions which term how often, and how long each is."""

    passages: tuple[Passage, ...]
    headings: tuple[Heading, ...]
    mentions: dict[str, dict[int, float]]
    lengths: tuple[float, ...]
    mean_length: float


def _cells(block: str) -> Iterator[str]:
    """The terms of a table's short cells."""
    for line in block.splitlines() if is_table(block) else ():
        for cell in line.strip("| ").split("|"):
            inside = terms(cell)
            if len(inside) <= _SHORT_CELL:
                yield from inside


def _weights(passage: Passage) -> dict[str, float]:
    """How much each term counts in a passage: once a mention, more where it stands out."""
    weights: dict[str, float] = dict(Counter(chain.from_iterable(map(terms, passage.blocks))))
    outstanding = [(term, _CELL_WEIGHT) for block in passage.blocks for term in _cells(block)]
    outstanding += [(term, _TITLE_WEIGHT) for title in passage.trail[:-1] for term in terms(title)]
    outstanding += [(term, _HEADING_WEIGHT) for title in passage.trail[-1:] for term in terms(title)]
    for term, weight in outstanding:
        weights[term] = weights.get(term, 0.0) + weight
    return weights


def _heading(passage: Passage) -> Heading:
    *above, own = passage.trail or ("",)
    parts = tuple(frozenset(terms(part)) for part in _LISTED.split(own))
    return Heading(parts, frozenset(terms(" ".join(above))))


def index(passages: Sequence[Passage]) -> Index:
    """Read the passages once, for any number of questions."""
    mentions: dict[str, dict[int, float]] = {}
    lengths: list[float] = []
    for number, passage in enumerate(passages):
        weights = _weights(passage)
        lengths.append(sum(weights.values()))
        for term, weight in weights.items():
            mentions.setdefault(term, {})[number] = weight
    headings = tuple(_heading(passage) for passage in passages)
    return Index(tuple(passages), headings, mentions, tuple(lengths), sum(lengths) / max(1, len(lengths)))


def _rarity(term: str, among: Index) -> float:
    """How much a term tells: the fewer passages mention it, the more. One that none mentions tells most."""
    holders = len(among.mentions.get(term, ()))
    return log(1 + (len(among.passages) - holders + 0.5) / (holders + 0.5))


def _one_letter_off(term: str) -> set[str]:
    # Hardly anyone mistypes the first letter, and changing it makes other words (`bread`, `read`).
    cuts = [(term[:at], term[at:]) for at in range(1, len(term) + 1)]
    dropped = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in _LETTERS}
    added = {head + letter + tail for head, tail in cuts for letter in _LETTERS}
    return dropped | swapped | changed | added


def _meant(term: str, among: Index) -> dict[str, float]:
    """The indexed terms that a question's term may stand for, and how much each counts."""
    meant = {other: _RELATED for other in RELATIVES.get(term, ()) if other in among.mentions}
    if term in among.mentions:
        meant[term] = 1.0
    elif not meant and len(term) >= _LEAST_MISTYPED and term.isascii() and term.isalpha():
        meant = {other: _MISTYPED for other in sorted(_one_letter_off(term)) if other in among.mentions}
    return meant


def _shares(term: str, among: Index) -> dict[int, tuple[float, float]]:
    """For each passage that holds the term or a stand-in: its BM25 share, and how well the term is covered (0..1)."""
    shares: dict[int, tuple[float, float]] = {}
    for other, factor in _meant(term, among).items():
        rarity = min(_rarity(other, among), _rarity(term, among))
        for number, weight in among.mentions[other].items():
            held_back = _K1 * (1 - _B + _B * among.lengths[number] / among.mean_length)
            share = factor * rarity * weight * (_K1 + 1) / (weight + held_back)
            shares[number] = max(shares.get(number, (0.0, 0.0)), (share, factor))
    return shares


def _agreement(asked: Sequence[str], heading: Heading, among: Index) -> float:
    """How far a heading and a question say the same, from 0 to 1: twice what they share over all that both say.

    Of an enumeration the best part counts, and what stands above it only where it was asked for.
    """
    meant = [_meant(term, among) for term in asked]
    above = heading.above & frozenset(chain.from_iterable(meant))
    weight = sum(_rarity(term, among) for term in asked)
    best = 0.0
    for part in heading.parts:
        whole = weight + sum(_rarity(term, among) for term in part | above)
        shared = (max(_said(stands, part), _ABOVE * _said(stands, above)) for stands in meant)
        both = sum(_rarity(term, among) * factor for term, factor in zip(asked, shared, strict=True))
        best = max(best, 2 * both / whole if whole else 0.0)
    return min(1.0, best)


def _said(meant: Mapping[str, float], heading: Set[str]) -> float:
    """How well a heading says a term of the question, or what it stands for."""
    return max((factor for other, factor in meant.items() if other in heading), default=0.0)


def rank(question: str, among: Index, most: int = 8) -> list[Hit]:
    """The best passages for a question, best first; empty where nothing matches. Ties keep the order of the pages."""
    asked = list(dict.fromkeys(terms(question)))
    whole = sum(_rarity(term, among) for term in asked)
    scores: dict[int, float] = {}
    covered: dict[int, float] = {}
    found: dict[int, set[str]] = {}
    for term in asked:
        for number, (share, factor) in _shares(term, among).items():
            scores[number] = scores.get(number, 0.0) + share
            covered[number] = covered.get(number, 0.0) + factor * _rarity(term, among)
            found.setdefault(number, set()).add(term)
    for number in scores:
        scores[number] += _AGREEMENT * _agreement(asked, among.headings[number], among)
        scores[number] *= covered[number] / whole
    best = nsmallest(most, scores, key=lambda number: (-scores[number], number))
    return [Hit(n, among.passages[n], scores[n], covered[n] / whole, frozenset(found[n])) for n in best]
