"""♥ Takes Swahili and Sheng verbs apart: who, when, whether not, whom, which verb; it judges nothing.

A verb carries its whole clause: ni-ta-ji-ua is I-will-self-kill; so do its mixtures with English (nita-ji-kill).
"""

import re
from collections.abc import Mapping

# What stands before the verb → what it means. After Ashton, Swahili Grammar (1944), and how Nairobi and Dar write it.
_FIRST = {
    **dict.fromkeys("nina nna na nime nme nika ni n".split(), "i"),
    **dict.fromkeys("nita nta ntaa naeza".split(), "i will"),
    **dict.fromkeys("nili nilikuwa".split(), "i was"),
    **dict.fromkeys("ninge ningeli naweza".split(), "i would"),
    **dict.fromkeys("si siku sija nisi".split(), "i not"),
    **dict.fromkeys("sita sinta".split(), "i not will"),
    "niki": "i if", "singe": "i not would",
}  # fmt: skip
_OTHERS = {
    **dict.fromkeys("ata ana ame ange aki aka a wata wana wame wange waka".split(), "he"),
    **dict.fromkeys(("ali", "wali"), "he was"),
    **dict.fromkeys(("hata", "hana", "haja", "haku", "ha", "asi", "hawa", "hawata", "hawaja", "wasi"), "he not"),
    **dict.fromkeys(("uta", "una", "ume", "uli", "u", "mta", "mna", "mme"), "you"),
    **dict.fromkeys(("huta", "huja", "huku", "usi", "msi", "hu"), "you not"),
    **dict.fromkeys(("tuta", "tuna", "tume", "tuli", "tu"), "we"),
    "ku": "", "kuto": "not", "": "",
}  # fmt: skip
PREFIXES = _FIRST | _OTHERS
_WHOM = {"ji": "self", "ni": "me", "ku": "you", "m": "him", "mu": "him", "mw": "him", "wa": "him", "": ""}
_ENDS = {"", "a", "e", "i", "ia", "ie", "ea", "eni"}
# These take -ku- where nothing else would make them long enough (nitakufa, nitakunywa).
_SHORT = {"f", "fw", "nyw", "die", "dai", "ded", "live"}


class Verbs:
    """Every verb of some stems, in all its forms."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        stems = "|".join(sorted(meanings, key=len, reverse=True))
        self._meanings = meanings
        self._starts = sorted(PREFIXES, key=len, reverse=True)
        self._rest = re.compile(
            f"(?P<long>ku)?(?P<whom>ji|ni|ku|mw|mu|m|wa)?(?P<stem>{stems})(?P<end>[aei]{{0,2}}|eni)"
        )

    def read(self, word: str) -> str | None:
        """What a word means, or None where it is no such verb; each prefix is tried once."""
        word = word.replace("-", "")
        if len(word) > 24:
            return None
        for start in self._starts:
            if word.startswith(start) and (found := self._rest.fullmatch(word, len(start))):
                meant = self._meant(start, found)
                if meant is not None:
                    return meant
        return None

    def _meant(self, start: str, found: re.Match[str]) -> str | None:
        stem, whom, end = found["stem"], _WHOM[found["whom"] or ""], found["end"]
        if not start and not whom:
            return None  # a bare stem is more often another word
        if (found["long"] and stem not in _SHORT) or end not in _ENDS:
            return None
        if len(stem) == 1 and stem != "u" and not (end in {"a", "e", "i"} and whom in {"", "you"}):
            return None
        return " ".join(part for part in (PREFIXES[start], self._acts(stem, whom)) if part)

    def _acts(self, stem: str, whom: str) -> str:
        meaning = self._meanings[stem]
        if whom == "self":
            return {"kill": "suicide", "hurt": "selfharm", "give": "give self", "throw": "throw self"}.get(
                meaning, meaning
            )
        return f"{meaning} {whom}" if whom in {"me", "him"} else meaning
