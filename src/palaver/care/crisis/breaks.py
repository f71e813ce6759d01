"""♥ Closes breaks of lines, so that what they cut in two is read as one; it knows no word and judges nothing."""

import re
from collections.abc import Iterable, Iterator

from palaver.care.crisis.spelling import Folded

# An empty line, and the end of a line between letters of which each has a line of its own.
_BREAK = re.compile(r"\n\s*\n|(?<!\S)\S[^\S\n]*\n\s*(?=\S(?!\S))")
_LINES = re.compile(r"\n\s*")


def breaks_in(folded: Folded) -> list[int]:
    """Where what is said may break off and go on below, in order."""
    text = folded.text
    if "\n" not in text:
        return []
    return [folded.origin(found.end() - 1) for found in _BREAK.finditer(text) if not _closed(text, found.start())]


def _closed(text: str, at: int) -> bool:
    """Whether nothing before this place is left to go on with: nothing is there, or a stop closed it."""
    at += text[at] != "\n"  # a letter on a line of its own
    while at and text[at - 1].isspace():
        at -= 1
    return not at or (text[at - 1] in "!?;" or (text[at - 1] == "." and text[at - 2 : at] != ".."))


def closed(folded: Folded, left_out: Iterable[tuple[int, int]]) -> Folded:
    """The text in one line, without the parts between these places."""
    origins = range(len(folded.text)) if folded.origins is None else folded.origins
    pieces, places = list[str](), list[int]()
    for start, end in _lines(folded.text, left_out):
        pieces.append(folded.text[start:end])
        places += origins[start:end]
        if end < len(folded.text):
            pieces.append(" ")
            places.append(origins[end])
    return Folded("".join(pieces), places)


def _lines(text: str, left_out: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end in [*left_out, (len(text), len(text))]:
        for found in _LINES.finditer(text, at, start):
            yield at, found.start()
            at = found.end()
        yield at, start
        at = end
