"""Where a regular expression is found in one text, and those lines as they are shown; it opens no file."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from palaver.core.errors import Invalid

LONGEST_PATTERN = 1_000
LONGEST_LINE = 500  # characters of a line that are shown
SECONDS = 2.0  # for one file: patterns can be written that would take for ever


def compiled(pattern: str, *, ignore_case: bool = False) -> "regex.Pattern[str]":
    """The expression, `^` and `$` meaning lines; `Invalid` where it cannot be read."""
    if len(pattern) > LONGEST_PATTERN:
        raise Invalid(f"The pattern is too long: at most {LONGEST_PATTERN} characters are taken.")
    try:
        return regex.compile(pattern, regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0))
    except (regex.error, RecursionError, OverflowError) as error:
        raise Invalid(f"The pattern is not a regular expression: {error}.") from None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text, from 1; `hit` where the pattern was found in it, else it stands around one."""

    number: int
    text: str
    hit: bool


def hits(pattern: "regex.Pattern[str]", text: str) -> Iterator[int]:
    """Where the lines begin in which something is found, each once; `TimeoutError` where that takes too long.

    The interpreter is let go meanwhile: other threads go on while a bad pattern runs into its time limit.
    """
    position = 0
    while position <= len(text):
        found = pattern.search(text, position, timeout=SECONDS)
        if found is None:
            return
        start = text.rfind("\n", 0, found.start()) + 1
        if start < len(text):  # after the last line end stands no line
            yield start
        end = text.find("\n", max(found.start(), start))
        if end < 0:
            return
        position = end + 1


def shown(text: str, starts: list[int], context: int) -> list[Line | None]:
    """The lines at `starts` and `context` lines around each; None stands between pieces that do not touch."""
    lines = text.removesuffix("\n").split("\n")
    numbers = _numbers(text, starts)
    wanted = sorted({near for number in numbers for near in range(number - context, number + context + 1)})
    result: list[Line | None] = []
    for number in wanted:
        if not 0 < number <= len(lines):
            continue
        last = result[-1] if result else None
        if context and last is not None and last.number != number - 1:
            result.append(None)
        result.append(Line(number, _cut(lines[number - 1]), number in numbers))
    return result


def _numbers(text: str, starts: list[int]) -> set[int]:
    numbers: set[int] = set()
    number, position = 1, 0
    for start in starts:
        number += text.count("\n", position, start)
        position = start
        numbers.add(number)
    return numbers


def _cut(line: str) -> str:
    line = line.rstrip("\r")
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} […]"
