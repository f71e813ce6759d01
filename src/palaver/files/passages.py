"""Texts cut into passages that can be found and cited, each with its place; what it is a text of, is not known here."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import msgspec

LONG = 1_200  # characters of a passage: some paragraphs, so that what is found is read at once
_LONGEST_LINE = 4 * LONG  # a longer line is cut into passages of its own
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.+?)[ \t#]*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_TITLE = 80  # characters of a heading that is told as a place


class Passage(msgspec.Struct, frozen=True, array_like=True):
    """A piece of a text; `place` says in words where it stands, such as "page 3" or "lines 10 to 42"."""

    place: str
    text: str


class _Line(NamedTuple):
    number: int
    text: str


def of_text(text: str) -> Iterator[Passage]:
    """The passages of a plain text, by lines."""
    return _passages(_numbered(text), "")


def of_markdown(text: str) -> Iterator[Passage]:
    """The passages of a Markdown text: none goes on beyond a heading, which is told in its place."""
    title, some, fenced = "", list[_Line](), False
    for line in _numbered(text):
        fenced ^= _FENCE.match(line.text) is not None
        heading = None if fenced else _HEADING.fullmatch(line.text)
        if heading:
            yield from _passages(some, title)
            title, some = f"“{heading[1][:_TITLE]}”, ", []
        some.append(line)
    yield from _passages(some, title)


def of_section(place: str, text: str) -> Iterator[Passage]:
    """The passages of one section of a document (a page, a slide), all with the same place."""
    return (Passage(place, one.text) for one in _passages(_numbered(text), ""))


def _numbered(text: str) -> Iterator[_Line]:
    return (_Line(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), 1))


def _passages(lines: Iterator[_Line] | list[_Line], title: str) -> Iterator[Passage]:
    some, length = list[_Line](), 0
    for line in chain.from_iterable(map(_cut, lines)):
        if some and length + len(line.text) > LONG:
            yield from _passage(some, title)
            some, length = [], 0
        some.append(line)
        length += len(line.text) + 1
    yield from _passage(some, title)


def _cut(line: _Line) -> Iterator[_Line]:
    """A line of which nobody can say where it ends, as pieces; others as they are."""
    if len(line.text) <= _LONGEST_LINE:
        yield line
        return
    for start in range(0, len(line.text), LONG):
        yield _Line(line.number, line.text[start : start + LONG])


def _passage(lines: list[_Line], title: str) -> Iterator[Passage]:
    while lines and not lines[-1].text.strip():
        lines.pop()
    first = next((at for at, line in enumerate(lines) if line.text.strip()), None)
    if first is None:
        return
    start, end = lines[first].number, lines[-1].number
    where = f"line {start}" if start == end else f"lines {start} to {end}"
    yield Passage(title + where, "\n".join(line.text for line in lines[first:]))
