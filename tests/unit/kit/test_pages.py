"""Cursors: a position survives being a word, and a word from elsewhere is no position."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.kit.pages import BadCursor, cursor, position

characters = some.text(some.characters(exclude_categories=("Cs",)))


@given(characters, some.integers(-(2**63), 2**63))
def test_a_position_survives_being_a_word_that_is_safe_in_urls(text: str, number: int) -> None:
    word = cursor(text, number)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", word)
    assert position(word, tuple[str, int]) == (text, number)


@given(some.text())
def test_any_other_word_is_a_bad_cursor_or_really_such_a_position(word: str) -> None:
    try:
        found = position(word, tuple[str, int])
    except BadCursor:
        return
    assert isinstance(found[0], str)
    assert isinstance(found[1], int)


@pytest.mark.parametrize(
    "word",
    ["", "!", "é", "\ud800", "A", cursor(1), cursor("a"), cursor("a", "b"), cursor("a", 1, 2)],
)
def test_a_cursor_of_another_list_is_refused(word: str) -> None:
    with pytest.raises(BadCursor):
        position(word, tuple[str, int])
