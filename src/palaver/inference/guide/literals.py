"""Finds what a message says word for word: quotations, code, file names, addresses; it decides nothing. Pure.

A mask is a text of the same length in which every literal is a run of one sign of its kind and all else is folded
letter by letter. So forms are matched against the mask, and what they found is cut out of the text, as it is written.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

# Signs of the private use area, which nobody types; forms name them by these letters.
QUOTE, CODE, FENCE, FILE, URL, JSON = "\ue001", "\ue002", "\ue003", "\ue004", "\ue005", "\ue006"
_SIGNS = re.compile("[\ue000-\ue0ff]")

_OPENING = re.compile(r"(?<![`~])(`{3,}|~{3,})[^\n`]*$", re.MULTILINE)
_TICKS = re.compile("`+")
_QUOTES = re.compile(
    (
        r"\"([^\"]*)\"|“([^”]*)”|„([^“”\"]*)[“”\"]|«\s?([^»]*?)\s?»|‘([^’]*)’|(?<![\w'])'((?:[^'\n]|"
        r"(?<=\w)'(?=\w))*)'(?!\w)"
    ),
    re.DOTALL,
)
_URL = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]]", re.IGNORECASE)
_NAME = r"[\w.*+@~-]*"
_FILE = re.compile(
    rf"(?<![\w/.@~*:-])(?:(?:~|\.{{1,2}})?/)?(?:{_NAME}/)*(?:{_NAME}\w\.[a-z][a-z0-9]{{0,7}}"
    rf"|{_NAME}\*{_NAME}|\.[a-z]\w{{2,20}}"
    rf"|makefile|dockerfile|license|(?<=/){_NAME}\w)(?![\w/])|(?<![\w/.@~*:-])(?:{_NAME}\w/)+(?!\w)",
    re.IGNORECASE,
)
# "e.g." is no file, nor is what only ends a sentence and begins another.
_NO_FILE = re.compile(
    r"^(?:[\d./*+-]+|\w/\w|e\.g|i\.e|z\.b|p\.ej|a\.m|p\.m|and/or|\*+|node\.js|next\.js|vue\.js)$", re.IGNORECASE
)
# As much as one message may hold is searched for code. Besides code an order is short: what is longer carries a text
# along, of which nothing is an order, and forms take longer the more there is.
READABLE = 100_000
_LONGEST_BESIDES_CODE = 12_000
LONGEST_ORDER = 4_000
# So many braces are tried as the beginning of JSON.
_BRACES = 100


@dataclass(frozen=True, slots=True)
class Masked:
    """A message and its mask; `inner` gives for the beginning of each literal what it says, without its marks."""

    text: str
    mask: str
    inner: dict[int, str]

    def said(self, start: int, end: int) -> str:
        """What stands there: a literal alone without its marks, anything else as it is."""
        start, end = self._trimmed(start, end)
        literal = self.mask[start : start + 1]
        if start in self.inner and set(self.mask[start:end]) == {literal}:
            return self.inner[start]
        return self.text[start:end]

    def fence_language(self, start: int) -> str:
        """What the opening line of a code fence says its code is."""
        return self.text[start:].partition("\n")[0].strip().lstrip("`~").strip().lower()

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return start, end


def _letter(sign: str) -> str:
    """One sign for one sign: lower case, without its accent."""
    if sign.isspace():
        return " "
    plain = unicodedata.normalize("NFD", "'" if sign in "’`´ʼ" else sign)[:1].lower()
    return plain if len(plain) == 1 else sign


Found = Iterator[tuple[str, int, int, int, int]]


def _fences(mask: str) -> Found:
    """Code between fences; read line by line, so that many fences that nothing closes take no time."""
    at = inner = 0
    opening: re.Match[str] | None = None
    for line in mask.splitlines(keepends=True):
        end = at + len(line)
        if opening is None:
            opening = _OPENING.search(mask, at, end)
            inner = end
        elif line.strip() == opening[1]:
            yield FENCE, opening.start(), end - (len(line) - len(line.rstrip())), inner, at
            opening = None
        at = end


def _objects(mask: str) -> Found:
    at, tries = mask.find("{"), _BRACES
    while at >= 0 and tries:
        tries -= 1
        try:
            _, end = json.JSONDecoder().raw_decode(mask, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield JSON, at, end, at, end
        at = mask.find("{", end)


def _codes(mask: str) -> Found:
    """Code between equally many ticks."""
    opened: dict[int, int] = {}
    for run in _TICKS.finditer(mask):
        many = len(run[0])
        if opened.get(many, -1) >= 0 and run.start() > opened[many]:
            yield CODE, opened[many] - many, run.end(), opened[many], run.start()
            opened = {}
        else:
            opened[many] = run.end()


def _quotes(mask: str) -> Found:
    for found in _QUOTES.finditer(mask):
        group = next(at for at, said in enumerate(found.groups(), 1) if said is not None)
        yield QUOTE, *found.span(), *found.span(group)


def _urls(mask: str) -> Found:
    for found in _URL.finditer(mask):
        yield URL, *found.span(), *found.span()


def _names(mask: str) -> Found:
    for found in _FILE.finditer(mask):
        if not _NO_FILE.match(found[0]):
            yield FILE, *found.span(), *found.span()


def besides(mask: str) -> int:
    """How many signs of a mask are no literal's."""
    return len(_SIGNS.sub("", mask))


def masked(text: str) -> Masked:
    """The message with its literals found; what stands inside one is never looked at again."""
    text = _SIGNS.sub(" ", text[:READABLE])
    mask, inner = text, dict[int, str]()
    for find in (_fences, _objects, _codes, _quotes, _urls, _names):
        if find is _quotes and besides(mask) > _LONGEST_BESIDES_CODE:
            break
        for sign, start, end, first, last in list(find(mask)):
            inner = {at: said for at, said in inner.items() if not start <= at < end}
            inner[start] = text[first:last]
            mask = mask[:start] + sign * (end - start) + mask[end:]
    return Masked(text, "".join(sign if _SIGNS.match(sign) else _letter(sign) for sign in mask), inner)


def object_of(text: str) -> dict[str, Any] | None:
    """A JSON object, or None where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
