"""♥ Names of people: by lists, by the words around them, and by how they are written. It finds most, and not all.

Who is called like a word, a place or a day is found only where something else says that it is a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from palaver.care.redaction.entity import Entity

_MOST_WORDS = 5

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_PARTICLES = frozenset(
    "van von der den de da do dos das del della di du la le bin binti bint ibn al el ole arap wa ap ben ter zu".split()
)
# Words that begin sentences, or stand between names and are none, however they are written.
_FUNCTION = frozenset(
    "i i'm i’m the a an and or but if so is are was were am be been do does did has have had will would can "
    "could may might must shall should this that these those there here what when where why who how my your "
    "his her its our their me you he she it we they us him them in on at to from for of by with as not no yes "
    "hi hello hey dear thanks thank please sorry well okay ok then than also just now today yesterday tomorrow "
    "because while after before since until let say says said tell told ask call meet met see saw though na ni "
    "si ya wa za la cha kwa katika lakini pia tu hata bado karibu asante habari sawa pole ndiyo ndio hapana "
    "mimi wewe yeye sisi wao hii hiyo leo kesho jana sasa hapa nina ninaitwa naitwa anaitwa jina langu mambo "
    "kutoka natoka ninatoka toka nataka rafiki yangu kama bwana mr mrs ms miss dr prof rev fr sir madam hon "
    "eng capt mzee mheshimiwa ndugu bw bi dkt mch".split()
)
# What stands behind a name and makes it that of a place or a house.
_THINGS = frozenset(
    "street st road rd avenue ave lane drive boulevard close highway university college school academy hospital clinic "
    "church cathedral mosque temple bank airport station park garden gardens estate hotel house towers plaza mall "
    "market centre center county district city town village province state region river lake mount mountain "
    "bay beach island "
    "valley forest foundation institute inc ltd limited llc plc corp corporation company group awards prize stadium "
    "museum library bridge square court hall theorem law test scale disease syndrome".split()
)

_TITLE = re.compile(
    r"(?:\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|rev|reverend|pastor|bishop|fr|father|sir|madam|madame|hon|eng|capt"
    r"|captain|sgt|lady|lord|sheikh|imam|uncle|auntie|aunt|grandma|grandpa|bwana|bw|bi|bibi|babu|mzee|mama|baba|ndugu"
    r"|mheshimiwa|mh|mwalimu|mwl|daktari|dkt|mchungaji|mch|padre|askofu|ustadh|shangazi|mjomba|ato|woizero|herr|frau"
    r"|señora?|monsieur|don|doña)\.?\s{1,2})(?=[^\W\d_])",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?:\bname(?:['’]s| is| was|d|:| -|=)|\b(?:full |first |last |sur|middle |maiden |given |family )name ?[:=]"
    r"|\b(?:is|am|are|was|be|been|he|she) called|\bcall me|\bcalls (?:himself|herself)|\bknown as|\bgoes by|\bsigned,?"
    r"|\b(?:best|kind|warm|warmest)? ?regards,?|\bsincerely,?|\bcheers,?|\byours,|\bna(?:ni)?itwa"
    r"|\b(?:ni|a|u|hu|wa)naitwa"
    r"|\baitwaye|\bkwa jina(?: la)?|\bjina (?:langu|lake|lako|lao|kamili)(?: ni| ya| la)?|\bjina(?: ni|:)|\bjinaake ni"
    r"|\bmimi ni|\bninaye?itwa|\bmpendwa)[\s:,\"“]{1,3}(?=[^\W\d_])",
    re.IGNORECASE,
)
# These are followed by a name where it is written like one.
_MAYBE = re.compile(
    r"(?:\bi['’]?a?m|\bthis is|\bit['’]?s|\bdear|\bhi|\bhello|\bhey|\bhabari|\bniaje|\bmambo|\bsasa|\basante|\bthanks"
    r"|\bthank you|\b(?:my|his|her|our|their|your) (?:\w{1,12} )?(?:friend|best friend|brother|sister|husband|wife|son"
    r"|daughter|boyfriend|girlfriend|partner|boss|manager|teacher|mother|father|mum|mom|dad|cousin|uncle|aunt|auntie"
    r"|neighbou?r|colleague|roommate|doctor|therapist|counsell?or|pastor|fianc[eé]e?|ex|nephew|niece|grandson|client"
    r"|patient|student|landlord)"
    r"|\b(?:rafiki|dada|kaka|ndugu|mume|mke|mpenzi|mwanangu|mama|baba|jirani|bosi|binamu|mtoto|shemeji|mwalimu) ?"
    r"(?:yangu|wangu|yake|wake|yetu|wetu)?|\bbinti yangu|\bwife of|\bson of|\bdaughter of"
    r"|\bmarried to|\bspoke (?:to|with)"
    r"|\btalked (?:to|with)|\bmet|\bcontact|\bask for|\bpatient|\bclient|\battn:?|\bcc:?|\bfrom:|\bto:|\bby)"
    r"[\s:,]{1,2}(?=[^\W\d_])",
    re.IGNORECASE,
)
_KIN = re.compile(
    r"(?:friend|brother|sister|husband|wife|son|daughter|yangu|wangu|girlfriend|boyfriend)[\s,]{1,2}(?=[^\W\d_])"
)


@dataclass(frozen=True, slots=True)
class _Token:
    """One word: where it stands, how it is written, and whether it stands where every word begins large."""

    text: str
    start: int
    end: int
    begins: bool

    @property
    def low(self) -> str:
        return self.text.lower().replace("’", "'")

    @property
    def large(self) -> bool:
        return self.text[0].isupper()

    @property
    def initial(self) -> bool:
        return len(self.text) == 1 and self.large and self.text != "I"


class _Cues(NamedTuple):
    """Where words stand that say something of the word behind them: the places at which that one begins."""

    titled: frozenset[int]
    told: frozenset[int]
    maybe: frozenset[int]
    kin: frozenset[int]


class _Read(NamedTuple):
    """A text, its words, and what the words before them say."""

    text: str
    tokens: list[_Token]
    cues: _Cues


class Names:
    """Knows the names of `lists.py`: those that are nothing else, and those that are words as well."""

    def __init__(self, clear: frozenset[str], words: frozenset[str]) -> None:
        self._clear = clear
        self._words = words - _FUNCTION

    def find(self, text: str) -> Iterator[Entity]:
        """Every name in a text, as far as this finds them."""
        tokens = list(_tokens(text))
        read = _Read(text, tokens, _Cues(*(_behind(one, text) for one in (_TITLE, _TOLD, _MAYBE, _KIN))))
        at = 0
        while at < len(tokens):
            if (last := self._name(read, at)) is not None:
                end = tokens[last].end
                yield Entity(start=tokens[at].start, end=end, kind="name")
                at = last + 1
            else:
                at += 1

    def _name(self, read: _Read, at: int) -> int | None:
        """The last word of the name that begins with this one."""
        text, tokens, cues = read
        first = tokens[at]
        if first.low in _FUNCTION and not (first.large and not first.begins and self._known(first)):
            return None
        if first.large:
            last = self._row(text, tokens, at)
            row = tokens[at : last + 1]
            if any(one.low in _THINGS for one in row) or self._thing(text, tokens, last):
                return None
            if first.start in cues.titled or first.start in cues.told or self._sure(row):
                return last
            return last if first.start in cues.maybe and self._likely(row) else None
        return self._small(tokens, at, cues)

    def _sure(self, row: list[_Token]) -> bool:
        """Whether the lists alone say so."""
        known = [one for one in row if one.low in self._clear]
        shouted = all(len(one.text) > 1 and one.text.isupper() for one in row)
        if len(row) == 1:
            return bool(known) and not shouted and len(row[0].text) > 2
        if shouted and len(known) < 2:
            return False
        either = [one for one in row if one.low in self._words]
        initials = sum(one.initial for one in row)
        written = initials > 1 and len(row[-1].text) > 3 and row[0].initial  # J. K. Rowling
        return bool(known) or (len(either) >= 2 and not row[0].begins) or (bool(either) and initials > 0) or written

    def _likely(self, row: list[_Token]) -> bool:
        return all(not one.text.isupper() or len(one.text) > 4 for one in row) and (
            len(row) > 1 or self._known(row[0]) or row[0].low not in _FUNCTION
        )

    def _row(self, text: str, tokens: list[_Token], at: int) -> int:
        """The last of the large words that follow each other from here, over particles and initials."""
        last = at
        while last + 1 < len(tokens) and last - at < _MOST_WORDS - 1:
            between = text[tokens[last].end : tokens[last + 1].start]
            joined = between in {" ", "\u00a0", "  "} or (between in {". ", "."} and tokens[last].initial)
            follower = tokens[last + 1]
            if not joined:
                break
            if follower.large and follower.low not in _FUNCTION:
                last += 1
            elif self._particle(text, tokens, last + 1):
                last += 2
            else:
                break
        return last

    def _particle(self, text: str, tokens: list[_Token], at: int) -> bool:
        if tokens[at].low not in _PARTICLES or at + 1 >= len(tokens):
            return False
        following = tokens[at + 1]
        return following.large and text[tokens[at].end : following.start] == " " and following.low not in _FUNCTION

    def _thing(self, text: str, tokens: list[_Token], last: int) -> bool:
        """Whether the word behind makes it a place: Kenyatta avenue."""
        if last + 1 >= len(tokens):
            return False
        return text[tokens[last].end : tokens[last + 1].start] == " " and tokens[last + 1].low in _THINGS

    def _small(self, tokens: list[_Token], at: int, cues: _Cues) -> int | None:
        """A name in small letters: behind words that say so, or two known ones in a row."""
        first = tokens[at]
        told = first.start in cues.told
        if not told and first.low not in self._clear:
            return None
        if not told and first.start in cues.kin:
            return at
        last = at
        while last + 1 < len(tokens) and last - at < 2 and tokens[last + 1].start - tokens[last].end == 1:
            following = tokens[last + 1]
            if following.large or not (self._known(following) if told else following.low in self._clear):
                break
            last += 1
        if told:
            return last if self._known(first) or len(first.text) > 3 else None
        return last if last > at and min(len(one.text) for one in tokens[at : last + 1]) > 3 else None

    def _known(self, one: _Token) -> bool:
        return one.low in self._clear or one.low in self._words


def _behind(pattern: re.Pattern[str], text: str) -> frozenset[int]:
    return frozenset(found.end() for found in pattern.finditer(text))


def _tokens(text: str) -> Iterator[_Token]:
    end = 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        begins = end == 0 or any(one in between for one in '.!?\n:;•*-–—"“”()[]')
        word = found[0]
        stop = found.end()
        for tail in ("'s", "’s", "'S"):
            if word.endswith(tail):
                word, stop = word[:-2], found.end() - 2
        yield _Token(word, found.start(), stop, begins)
        end = found.end()
