"""What somebody looks for in documents, as terms, and what of a passage is shown for it; it looks nothing up."""

import re
import unicodedata
from typing import NamedTuple

MOST_TERMS = 32
ROOM = 700  # characters of a passage that are shown

_TERMS = re.compile(r'"([^"]+)"|([^\W_]+(?:[.,:@/_-][^\W_]+)*)')
_BEGINS = 4  # letters: a shorter word is looked for as it stands
# Words that stand in nearly every passage of a language and say nothing of what it is about.
_LITTLE = frozenset(
    """a about all also an and any are as at be been but by can could did do does for from had has have how i if in
    into is it its me my no not of on or our she should so some than that the their them then there these they this to
    us was we were what when where which who whom whose why will with would you your
    na ya wa la za cha vya kwa ni si katika hii hizi hiyo hicho huo huu ile yale kuwa kama lakini au pia je nini nani
    wapi lini gani kila yangu yako yake yetu yao mimi wewe yeye sisi wao""".split()
)


class Term(NamedTuple):
    """A word, or words that follow each other; `begins` finds words that go on as well."""

    text: str
    begins: bool


def terms_of(query: str) -> list[Term]:
    """The terms of a query, each once; words that say little count only where there are no others."""
    found: dict[Term, bool] = {}
    for match in _TERMS.finditer(query.replace("\0", " ")):
        phrase, word = match[1], match[2]
        term = Term(" ".join(phrase.split()), begins=False) if phrase else _term(word)
        if any(sign.isalnum() for sign in term.text):
            found[term] = phrase is not None or word.casefold() not in _LITTLE
    telling = [term for term, tells in found.items() if tells]
    return (telling or list(found))[:MOST_TERMS]


def shown(text: str, terms: list[Term], room: int = ROOM) -> str:
    """The text, cut around the place where most terms stand together if it has more than `room` characters."""
    if len(text) <= room:
        return text
    starts = _starts(text, terms)
    best = max(
        starts, key=lambda start: len({which for at, which in starts.items() if start <= at < start + room // 2})
    )
    start = max(0, min(best - room // 4, len(text) - room))
    end = start + room
    if start:
        start = _after_space(text, start)
    if end < len(text):
        end = text.rfind(" ", start, end) if " " in text[end - 40 : end] else end
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"


def plain(text: str) -> str:
    """Text without accents and capitals, sign by sign, so that places in it are those of the text."""
    return "".join(_plain(sign) for sign in text)


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    return unicodedata.normalize("NFD", sign)[0].casefold()[:1] or sign


def _term(word: str) -> Term:
    stem = word
    if len(word) > _BEGINS and word.isalpha() and word.casefold().endswith("s") and not word.casefold().endswith("ss"):
        stem = word[:-1]  # “rents” finds “rent”
    return Term(stem, begins=len(stem) >= _BEGINS and stem.isalpha())


def _starts(text: str, terms: list[Term]) -> dict[int, int]:
    """Where terms stand, each place with the number of the term; the beginning where none does."""
    where, found = plain(text), dict[int, int]()
    for which, term in enumerate(terms):
        pattern = r"(?<!\w)" + r"\W+".join(re.escape(plain(word)) for word in re.split(r"[\W_]+", term.text) if word)
        found |= {match.start(): which for match in re.finditer(pattern, where)}
    return found or {0: -1}


def _after_space(text: str, start: int) -> int:
    space = text.find(" ", start, start + 40)
    return space + 1 if space >= 0 else start
