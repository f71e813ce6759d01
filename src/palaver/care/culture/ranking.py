"""♥ Ranks short texts for a query by BM25, and leaves out what covers too little of it; it asks no model."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from typing import NamedTuple

from palaver.care.culture.words import words_of

# The textbook's values (Robertson and Zaragoza, 2009); texts here are of one length, so that it says little.
_K1 = 1.2
_B = 0.4
_TITLE = 3.0  # what a text is called says more than what it mentions
# A text that holds less of a query's weight than this is about something else: of three equal words, one is too little.
FLOOR = 0.4
# A word that nothing here holds says less of what is meant than one that something holds: much of a question is manner.
_UNHEARD = 0.5
# Words that begin alike mean much the same (`infertility`, `infertile`).
_ALIKE, _RELATED = 6, 0.7
# Who does what when, before a Swahili verb: what is left is what it is about.
_VERB = re.compile(r"(?:(?:ni|u|a|tu|m|wa|i)(?:na|me|ta|li|ki|nge)|ku|si|ha(?:wa|tu)?(?:ta|ja|ku)?)([a-z]{3,}[aeiu])")
_COMMON = frozenset(
    "a about after all also am an and any are as at be because been but by can do does for from get had has have he "
    "her his how i if in is it its just like me my no not of on or our out she so some than that the their them then "
    "there they this to up us was we were what when where which who why will with would you your "
    "na ya wa la za cha vya kwa ni si au lakini kama hii hiyo huyo hawa yangu yako yake wangu wako wake mimi wewe yeye "
    "sisi katika kwenye tu sana pia hata bado kuwa nini gani je hapa kila watu mtu".split()
)


class Document(NamedTuple):
    """A text to be found by its title and what it says."""

    title: str
    text: str


class Ranked(NamedTuple):
    """A document's number, its score, and how much of the query's weight it holds, from 0 to 1."""

    number: int
    score: float
    coverage: float


def terms(text: str) -> list[str]:
    """What a text is about: its words without endings and small words."""
    return [_root(word.text) for word in words_of(text) if word.text not in _COMMON]


def _root(word: str) -> str:
    if verb := _VERB.fullmatch(word):
        return verb[1][:-1]
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3 and not word.endswith(("ss", "us", "is")):
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 4 and word[-1] in "aeiouy" else word


class Index:
    """Documents prepared for ranking."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._count = len(documents)
        self._mentions: dict[str, dict[int, float]] = {}
        lengths: list[float] = []
        for number, document in enumerate(documents):
            weights = _weights(document)
            lengths.append(sum(weights.values()))
            for term, weight in weights.items():
                self._mentions.setdefault(term, {})[number] = weight
        mean = sum(lengths) / max(1, len(lengths)) or 1.0
        self._held_back = [_K1 * (1 - _B + _B * length / mean) for length in lengths]

    def rank(self, query: str, floor: float = FLOOR) -> list[Ranked]:
        """What is about the query, the best first; nothing where nothing is."""
        scores: dict[int, float] = {}
        held: dict[int, float] = {}
        whole = 0.0
        for term in dict.fromkeys(terms(query)):
            meant, rarity = self._meant(term)
            whole += rarity
            for number, weight in meant.items():
                share = rarity * weight * (_K1 + 1) / (weight + self._held_back[number])
                scores[number] = scores.get(number, 0.0) + share
                held[number] = held.get(number, 0.0) + rarity
        found = [Ranked(number, score, held[number] / whole) for number, score in scores.items()]
        return sorted((one for one in found if one.coverage >= floor), key=lambda one: (-one.score, one.number))

    def _meant(self, term: str) -> tuple[dict[int, float], float]:
        """Which documents hold a term, or words that begin like it, how much; and how much the term tells."""
        meant = self._mentions.get(term, {})
        factor = 1.0
        if not meant and len(term) >= _ALIKE:
            factor = _RELATED
            alike = [those for other, those in self._mentions.items() if other.startswith(term[:_ALIKE])]
            meant = {number: weight for those in alike for number, weight in those.items()}
        rarity = log(1 + (self._count - len(meant) + 0.5) / (len(meant) + 0.5))
        return meant, rarity * (factor if meant else _UNHEARD)


def _weights(document: Document) -> Mapping[str, float]:
    weights: dict[str, float] = dict(Counter(terms(document.text)))
    for term in terms(document.title):
        weights[term] = weights.get(term, 0.0) + _TITLE
    return weights
