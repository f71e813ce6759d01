"""♥ Takes Swahili and Sheng verbs apart: who, when, whether not, whom, which verb; it judges nothing.

A verb carries its whole clause: ni-ta-ji-ua is I-will-self-kill; so do its mixtures with English (nita-ji-kill).
"""

from collections.abc import Mapping
from itertools import product

# What stands before the verb → what it means. After Ashton, Swahili Grammar (1944), and how Nairobi and Dar write it.
_FIRST = {
    **dict.fromkeys("nina nna na nime nme nika ni n".split(), "i"),
    **dict.fromkeys("nita nta ntaa naeza".split(), "i will"),
    **dict.fromkeys("nili nilikuwa".split(), "i was"),
    **dict.fromkeys("ninge ningeli naweza".split(), "i would"),
    **dict.fromkeys("si siku sija nisi".split(), "i not"),
    **dict.fromkeys("sita sinta".split(), "i not will"),
    **dict.fromkeys("naki nimeki nimesha nisha nsha nshaa nmesha nimeshaku ninacho ninayo ninalo ninazo".split(), "i"),
    **dict.fromkeys("nitakayo nitakacho nitakazo nitaki".split(), "i will"),
    "niki": "i if", "nki": "i if", "uki": "you if", "mki": "you if", "nikisha": "i if", "singe": "i not would",
}  # fmt: skip
_OTHERS = {
    **dict.fromkeys("ata ana ame ange aki aka a wata wana wame wange waka anaye atakaye amesha ameshaku".split(), "he"),
    **dict.fromkeys(("ali", "wali"), "he was"),
    **dict.fromkeys(("hata", "hana", "haja", "haku", "ha", "asi", "hawa", "hawata", "hawaja", "wasi"), "he not"),
    **dict.fromkeys(("uta", "una", "ume", "uli", "u", "mta", "mna", "mme"), "you"),
    **dict.fromkeys(("huta", "huja", "huku", "usi", "msi", "hu", "hamta", "hamja", "hamwezi"), "you not"),
    **dict.fromkeys(("tuta", "tuna", "tume", "tuli", "tu"), "we"),
    **dict.fromkeys(("ime", "ina", "ita", "ili", "li", "lime", "lina", "lita", "i"), "it"),
    "ku": "", "kuto": "not", "": "",
}  # fmt: skip
PREFIXES = _FIRST | _OTHERS
_WHOM = {
    "ji": "self",
    "ni": "me",
    "ku": "you",
    "m": "him",
    "mu": "him",
    "mw": "him",
    "wa": "him",
    "": "",
    "ya": "",
    "i": "",
    "zi": "",
}
_REFLEXIVE = {
    "kill": "suicide",
    "end": "suicide",
    "put": "put self",
    "hurt": "selfharm",
    "hit": "hit self",
    "give": "give self",
    "throw": "throw self",
    "remove": "remove self",
    "light": "light self",
    "inject": "selfharm",
    "live": "suicide",
    "pour": "pour self",
    "tie": "tie self",
    "lie": "lie",
    "hang": "suicide",
    "take": "take self",
}
_ENDS = ("", "a", "e", "i", "u", "ia", "ie", "ea", "eni")
# These take -ku- where nothing else would make them long enough (nitakufa, nitakunywa).
_SHORT = {"f", "fw", "nyw", "die", "dai", "ded", "live"}


class Verbs:
    """Every verb of some stems, in all its forms: what can stand before a stem, and all that can end a word."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self._heads: dict[str, list[tuple[str, str, str]]] = {}
        for head in product(PREFIXES, ("", "ku"), _WHOM):
            self._heads.setdefault("".join(head), []).append(head)
        self._tails = {stem + end: (stem, end) for stem in meanings for end in _ENDS}
        self._longest = max(map(len, self._tails))
        self._meanings = meanings

    def read(self, word: str) -> str | None:
        """What a word means, or None where it is no such verb."""
        for at in range(max(1, len(word) - self._longest), len(word)):
            if tail := self._tails.get(word[at:]):
                for head in self._heads.get(word[:at], ()):
                    if (meant := self._meant(head, tail)) is not None:
                        return meant
        return None

    def _meant(self, head: tuple[str, str, str], tail: tuple[str, str]) -> str | None:
        (start, long, whom), (stem, end) = head, tail
        if not start and not whom:
            return None  # a bare stem is more often another word
        if long and stem not in _SHORT:
            return None
        if len(stem) == 1 and stem != "u" and (end not in {"a", "e", "i"} or whom not in {"", "ku"}):
            return None
        acts = self._acts(stem, _WHOM[whom])
        if acts == "know" and len(end) > 1:
            return None  # no form of to know, and one slip away from worse
        wish = "want" if start == "ni" and end == "e" and acts in {"die", "suicide"} else ""  # nife: may I die
        return " ".join(part for part in (PREFIXES[start], wish, acts) if part)

    def _acts(self, stem: str, whom: str) -> str:
        meaning = self._meanings[stem]
        if whom == "self":
            return _REFLEXIVE.get(meaning, meaning)
        return f"{meaning} {whom}" if whom in {"me", "him"} else meaning
