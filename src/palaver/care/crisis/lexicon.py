"""♥ Turns a text into rows of meanings, one row a clause, each with where it stood; no rule is applied here."""

import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from palaver.care.crisis.breaks import breaks_in, closed
from palaver.care.crisis.spelling import TOKEN, Folded, fold, one_slip, pieces, readings, without_one
from palaver.care.crisis.verbs import PREFIXES, Verbs

# Words so telling that one slip of the finger may not hide them. Shorter ones have too many honest neighbours.
_TELLING = (
    "suicide suicidal unalive overdose myself kujiua nitajiua najiua nimejiua nijiue kujinyonga kujimaliza nitajinyonga"
    " nitajimaliza selfharm"
).split()
_STARRED = "kill killing killed dead die life kufa kujiua kudedi jiua nife".split()
_STARTS = frozenset(word[0] for word in _TELLING)
# Only glued words that hold one of these are taken apart ("killmyself").
_GLUED = ("kill", "die", "suicid", "unaliv", "myself", "jiua")
# So are Swahili ones that begin with who wants or will ("natakakufa"), where verbs count as well.
_WANTS = ("nataka", "ninataka", "natamani", "naomba", "nita", "nime", "sitaki", "bora", "heri", "afadhali")
_GRAVELY = ("kufa", "nife", "nikufe", "jiua", "jiue", "nyong", "jimal", "jitoa", "sumu", "dedi", "maisha", "uhai")
_LONGEST_GLUED, _LONGEST_WORD = 40, 14
# More than a day's largest dose of common painkillers (British National Formulary: paracetamol 4 g in 8 tablets).
_MANY_PILLS, _LARGE_MG = 9, 4_001
_NUMBER = re.compile(r"(\d{1,6})(mgs?)?")
_MINE = re.compile(r"(nime|nita|nina|nili|nisha|nmesha)[a-z']{3,20}")
_ME = "i"
_LEFT_OVER, _WORD = 3, 2  # of letters that stand apart: what each costs that is in no word, and each word
_WOULD = {"would": "want", "i'd": "i want", "id": "i want"}
# "ill" is "I'll" before these.
_AFTER_WILL = frozenset(
    "be do die jump take have use end kill hang never drink go just make finally overdose not".split()
)
# Two words that mean something else than each of them.
_PAIRS = {
    ("at", "once"): ("all", "en"), ("kwa", "heri"): ("goodbye", "sw"), ("kwa", "herini"): ("goodbye", "sw"),
    ("weed", "killer"): ("poison", "en"), ("rat", "killer"): ("poison", "en"),
    ("not", "that"): ("claim", "en"), ("si", "ati"): ("claim", "sw"), ("si", "eti"): ("claim", "sw"),
    ("sio", "ati"): ("claim", "sw"), ("sio", "eti"): ("claim", "sw"), ("si", "kwamba"): ("claim", "sw"),
    ("sio", "kwamba"): ("claim", "sw"),
    ("reported", "speech"): ("gloss", "en"), ("direct", "speech"): ("gloss", "en"),
    ("myself", "a"): ("article", "en"), ("myself", "an"): ("article", "en"), ("myself", "some"): ("article", "en"),
}  # fmt: skip
_IN_YEAR, _PAST_YEAR = frozenset(("in", "since", "mwaka", "tangu")), re.compile(r"19[5-9]\d|20[01]\d")
_OWNER, _PERSON = "'s", "he"
_GRAVE = frozenset(("suicide", "die"))
_FILLER = "x"
_STOP = "stop"


class Meant(NamedTuple):
    """One word: what it means, where it stands, whose language."""

    meanings: str
    start: int
    end: int
    language: str | None


class Part(NamedTuple):
    """What a part of a word means, and where in the word it stands."""

    start: int
    end: int
    meanings: str
    language: str | None


Parted = dict[int, tuple[int, int]]  # a clause that begins after an empty line, and where that line is


@dataclass(frozen=True, slots=True)
class Read:
    """A text as clauses, and which languages its known words are of.

    `across` has what goes on over a break of lines, as if it stood in one line; `breaks` has the places where it does.
    """

    clauses: list[list[Meant]]
    languages: list[str]
    across: list[list[Meant]]
    breaks: list[int]


class Lexicon:
    """Words and verbs, and how to know them under a disguise."""

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        verbs = {stem: meaning for meaning, stems in words["verbs"].items() for stem in stems.split()}
        self._verbs = Verbs(verbs)
        self._known: dict[str, tuple[str, str]] = {}
        for language, groups in words.items():
            if language != "verbs":
                self._take(language, groups)
        self._near = {part: word for word in _TELLING for part in without_one(word)}

    def _take(self, language: str, groups: Mapping[str, str]) -> None:
        for meaning, those in groups.items():
            for word in those.split():
                self._known.setdefault(word, (meaning, language))

    def read(self, text: str) -> Read:
        """All clauses of a text."""
        folded = fold(text)
        seen: dict[str, list[Part]] = {}
        counts: dict[str, int] = {}
        clauses, parted = self._clauses(folded, seen, counts)
        breaks = breaks_in(folded)
        across = list[list[Meant]]()
        if breaks:
            whole, _ = self._clauses(closed(folded, _idle(clauses, parted)), seen, counts)
            across = [one for one in whole if one and reaches_over(breaks, one)]
        told = sorted(counts, key=lambda one: -counts[one])
        return Read([*filter(None, clauses), *_stopped(clauses, parted)], told, across, breaks)

    def _clauses(
        self, folded: Folded, seen: dict[str, list[Part]], counts: dict[str, int]
    ) -> tuple[list[list[Meant]], Parted]:  # fmt: skip
        """The clauses, some of them empty, and which of them begin after an empty line."""
        clauses: list[list[Meant]] = [clause := []]
        parted: Parted = {}
        before, began, held = "", 0, 0
        for found in TOKEN.finditer(folded.text):
            if found.lastgroup == _STOP:
                clauses.append(clause := [])
                if "\n" in found[0]:
                    parted[len(clauses) - 1] = found.span()
                before = ""
                continue
            word, at = found[0], found.start()
            _contracted(before, word, clause)
            if word == before:
                continue  # said twice is said once, so that repetition fills no gap
            parts = self._after(before, word, seen)
            if whole := self._halves(before, word, clause):
                at = began
                del clause[held:]
                clause.append(_placed(folded, at, Part(0, found.end() - at, *whole)))
                before = ""
                continue
            before, began, held = word, at, len(clause)
            for start, end, meanings, language in parts:
                if language:
                    counts[language] = counts.get(language, 0) + 1
                if meanings:
                    last = folded.origin(at + end - 1) + 1
                    clause.append(Meant(meanings, folded.origin(at + start), last, language))
        return clauses, parted

    def _after(self, before: str, word: str, seen: dict[str, list[Part]]) -> list[Part]:
        """The parts of a word that stands after another."""
        if pair := _together(before, word):
            return [Part(0, len(word), *pair)]
        if word not in seen:
            seen[word] = list(self._parts(word))
        return seen[word]

    def _halves(self, one: str, other: str, clause: list[Meant]) -> tuple[str, str | None] | None:
        """What two words mean that are one word with a space in it ("nita jiua", "sui cide")."""
        if not clause or not one or (one not in PREFIXES and not (clause[-1].meanings == _FILLER and len(one) < 6)):
            return None
        whole = one + other
        if whole not in _TELLING and (one not in PREFIXES or other in self._known):
            return None
        meant, alone = self._one(whole), self._one(other)
        if len(one) < 3 and alone and alone[0].startswith(f"{_ME} "):
            return None  # `si nife` is two: why do I not
        # `ni tamu` is two words (it is sweet) and not half of `nitamuua`.
        return meant if meant and (len(one) > 2 or not _GRAVE.isdisjoint(meant[0].split())) else None

    def _parts(self, word: str) -> Iterator[Part]:
        """The parts of what stands between spaces, with their places in it."""
        if (meant := self._whole(word)) is not None:
            yield Part(0, len(word), *meant)
        elif word.isalpha():
            yield from self._glued(word) or (Part(0, len(word), *(_spoken_by_me(word) or (_FILLER, None))),)
        elif glued := self._glued("".join(letter for letter in word if letter.isalnum())):
            yield from (part._replace(start=0, end=len(word)) for part in glued)
        elif word[1:2].isspace() and (spelt := self._spelt("".join(word.split()))):
            yield from (part._replace(start=0, end=len(word)) for part in spelt)
        else:
            for at, part in pieces(word):
                meanings, language = self._whole(part) or (_FILLER, None)
                yield Part(at, at + len(part), meanings, language)

    def _whole(self, word: str) -> tuple[str, str | None] | None:
        if known := self._one(word):
            return known
        if word.endswith(_OWNER) and (known := self._known.get(word[:-2])) and known[0] != _PERSON:
            return known  # `the gun's in my lap`; whose gun it is says nothing
        for reading in readings(word):
            if reading and (known := self._one(reading)):
                return known
        if "*" in word and 3 <= len(word) <= 12 and (known := self._starred(word)):
            return known
        return self._slipped(word)

    def _one(self, word: str) -> tuple[str, str | None] | None:
        if known := self._known.get(word):
            return known
        if word[0].isdigit():
            return _amount(word)
        meant = self._verbs.read(word) if 3 < len(word) < 25 else None
        return None if meant is None else (meant, "sw")

    def _starred(self, word: str) -> tuple[str, str | None] | None:
        """A telling word of which some letters are stars, one for each or a few for many."""
        shown = re.compile(re.sub(r"(?:\\\*)+", ".{1,5}", re.escape(word)))
        if word.count("*") <= len(word) // 2:
            return next((self._one(whole) for whole in (*_TELLING, *_STARRED) if shown.fullmatch(whole)), None)
        return None

    def _slipped(self, word: str) -> tuple[str, str | None] | None:
        if not 5 < len(word) < 14 or not _STARTS.intersection(word[:2]):
            return None
        near = {self._near[part] for part in without_one(word) if part in self._near}
        whole = next((one for one in near if one_slip(word, one)), None)
        return self._one(whole) if whole else None

    def _in_swahili(self, word: str) -> tuple[str, str | None] | None:
        """A part of a glued word: one that is known, or a verb, which ends in a vowel."""
        return self._known.get(word) or (self._one(word) if word[-1] in "aeiu" else None)

    def _glued(self, word: str) -> list[Part]:
        """Known words that fill a longer one without a gap, as few as can be; nothing where something is left."""
        swahili = word.startswith(_WANTS) and any(one in word for one in _GRAVELY)
        if not 5 < len(word) <= _LONGEST_GLUED or not (swahili or any(one in word for one in _GLUED)):
            return []
        read = self._in_swahili if swahili else self._known.get
        best: dict[int, list[Part]] = {0: []}
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - _LONGEST_WORD), end):
                known = read(word[start:end])
                if start not in best or known is None or (end - start == 1 and word[start] != "i"):
                    continue
                if end not in best or len(best[start]) + 1 < len(best[end]):
                    best[end] = [*best[start], Part(start, end, *known)]
        return best.get(len(word), [])

    def _spelt(self, letters: str) -> list[Part]:
        """What letters that stand apart spell, as far as its words are known; what is left between them is one word."""
        read = self._in_swahili if any(one in letters for one in _GRAVELY) else self._known.get
        best = [(0, Part(0, 0, _FILLER, None))]  # of each beginning what it costs, and its last part
        for end in range(1, len(letters) + 1):
            cost, last = best[end - 1][0] + _LEFT_OVER, Part(end - 1, end, _FILLER, None)
            for start in range(max(0, end - _LONGEST_WORD), end):
                known = read(letters[start:end]) if end - start > 1 or letters[start] == _ME else None
                if known is not None and best[start][0] + _WORD < cost:
                    cost, last = best[start][0] + _WORD, Part(start, end, *known)
            best.append((cost, last))
        found, at = list[Part](), len(letters)
        while at:
            part = best[at][1]
            if part.meanings != _FILLER or not found or found[-1].meanings != _FILLER:
                found.append(part)
            at = part.start
        return found[::-1] if any(part.end - part.start > 2 for part in found) else []


def _spoken_by_me(word: str) -> tuple[str, str] | None:
    """Who does it and when, of a Swahili verb that is not known: `nimenunua` is I, whatever it is that I did."""
    return ("i will" if found[1] == "nita" else "i", "sw") if (found := _MINE.fullmatch(word)) else None


def _contracted(before: str, word: str, clause: list[Meant]) -> None:
    """Reads `ill` as I will where somebody left the apostrophe out, and `I'd like` as I want."""
    if before == "ill" and word in _AFTER_WILL:
        clause[-1] = clause[-1]._replace(meanings="i will")
    elif word == "like" and before in _WOULD:
        clause[-1] = clause[-1]._replace(meanings=_WOULD[before])


def _stopped(clauses: list[list[Meant]], parted: Parted) -> Iterator[list[Meant]]:
    """What is said with a stop after every word, read without the stops as well, together with what it grew into."""
    said = [(at, clause) for at, clause in enumerate(clauses) if clause]
    runs = [list(run) for _, run in groupby(said, key=lambda one: len(one[1]) == 1)]
    for at, run in enumerate(runs):
        if len(run) < 2 or len(run[0][1]) > 1:
            continue
        words = [word for _, clause in run for word in clause]
        before = _joined(runs[at - 1][-1], run[0], parted)[0] if at else []
        after = _joined(run[-1], runs[at + 1][0], parted)[1] if at + 1 < len(runs) else []
        yield words
        yield from (part for part in ([*before, *words], [*words, *after]) if len(part) > len(words))


def _joined(
    one: tuple[int, list[Meant]], other: tuple[int, list[Meant]], parted: Parted
) -> tuple[list[Meant], list[Meant]]:
    """Two clauses, or nothing where an empty line parts them."""
    return ([], []) if not parted.keys().isdisjoint(range(one[0] + 1, other[0] + 1)) else (one[1], other[1])


def reaches_over(breaks: list[int], words: list[Meant]) -> bool:
    """Whether words stand on both sides of a break."""
    at = bisect(breaks, words[0].start)
    return at < len(breaks) and breaks[at] < words[-1].end


def _idle(clauses: list[list[Meant]], parted: Parted) -> Iterator[tuple[int, int]]:
    """Paragraphs of which no word is known: filling between what they part."""
    for (start, (_, begins)), (end, (ends, _)) in pairwise(parted.items()):
        words = [word for clause in clauses[start:end] for word in clause]
        if len(words) > 1 and all(one.meanings == _FILLER and one.end - one.start > 1 for one in words):
            yield begins, ends


def _amount(word: str) -> tuple[str, None] | None:
    """A number, as far as it tells doses from overdoses."""
    if (found := _NUMBER.fullmatch(word)) is None:
        return None
    size = "large" if int(found[1]) >= _LARGE_MG else "many" if int(found[1]) >= _MANY_PILLS else _FILLER
    return (f"{size} mg" if found[2] else size), None


def _together(before: str, word: str) -> tuple[str, str | None] | None:
    """What two words mean together; `in` tells a year of long ago from a time of day."""
    if before in _IN_YEAR and _PAST_YEAR.fullmatch(word):
        return "ago", None
    return _PAIRS.get((before, word))


def _placed(folded: Folded, at: int, part: Part) -> Meant:
    start, end, meanings, language = part
    return Meant(meanings, folded.origin(at + start), folded.origin(at + end - 1) + 1, language)
