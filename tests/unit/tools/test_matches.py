import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.errors import Invalid
from palaver.tools import matches
from palaver.tools.matches import compiled, hits, shown


def lines_with(pattern: str, text: str) -> list[int]:
    return [text.count("\n", 0, start) + 1 for start in hits(compiled(pattern), text)]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("b", "a\nb\nbb\n", [2, 3]),
        ("^b$", "a\nb\nbb", [2]),
        ("x", "", []),
        ("^", "a\n\nb\n", [1, 2, 3]),
        ("^$", "a\n\nb\n", [2]),
        ("$", "a", [1]),
        ("a\nb", "a\nb\na\nb", [1, 3]),
        ("", "", []),
        ("ü", "Ü\nü", [2]),
    ],
)
def test_each_line_with_something_in_it_is_found_once(pattern: str, text: str, found: list[int]) -> None:
    assert lines_with(pattern, text) == found


@given(st.text("ab\n", max_size=30), st.sampled_from(["a", "^a", "b$", "a*b", "ab?", "^$"]))
def test_lines_are_found_as_one_by_one(text: str, pattern: str) -> None:
    lines = text.removesuffix("\n").split("\n") if text else []
    assert lines_with(pattern, text) == [number for number, line in enumerate(lines, 1) if re.search(pattern, line)]


@pytest.mark.parametrize("pattern", ["(", "[", "*", "x" * 2_000, "(?P<a>x)(?P=b)"])
def test_what_is_no_regular_expression_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid):
        compiled(pattern)


async def test_a_pattern_that_would_take_for_ever_is_given_up_and_others_go_on_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matches, "SECONDS", 0.3)
    bad = asyncio.to_thread(lambda: list(hits(compiled("(a|aa)+$"), "a" * 5_000 + "b")))
    turns = 0
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        search = tasks.create_task(_refused(bad))
        while not search.done():
            turns += 1
            await asyncio.to_thread(int)
    assert turns > 20


async def _refused(search: "asyncio.Future[list[int]] | object") -> None:
    with pytest.raises(TimeoutError):
        await search  # type: ignore[misc]


def test_lines_around_are_shown_once_and_gaps_are_marked() -> None:
    text = "".join(f"{number}\n" for number in range(1, 11))
    found = list(hits(compiled("^(2|3|9)$"), text))
    result = [(line.number, line.hit) if line else None for line in shown(text, found, 1)]
    assert result == [(1, False), (2, True), (3, True), (4, False), None, (8, False), (9, True), (10, False)]
    assert [line.number for line in shown(text, found, 0) if line] == [2, 3, 9]


def test_long_lines_are_cut() -> None:
    (line,) = shown("x" * 1_000 + "\r\n", [0], 0)
    assert line
    assert line.text == "x" * 500 + " […]"
