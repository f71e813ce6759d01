"""Patterns of words are found where they stand, with choices, beginnings and gaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.care.culture.words import Patterns, words_of


def found(patterns: dict[str, list[str]], text: str) -> list[tuple[str, str]]:
    words = words_of(text)
    matches = Patterns(patterns).find(words)
    return [(one.key, text[words[one.first].start : words[one.after - 1].end]) for one in matches]


@pytest.mark.parametrize(
    ("pattern", "text", "said"),
    [
        ("niko sawa", "Mimi, NIKO  sawa!", "NIKO  sawa"),
        ("nafikir* sana", "leo nafikiria sana", "nafikiria sana"),
        ("sina|sioni ... kuishi", "sioni sababu ya kuishi", "sioni sababu ya kuishi"),
        ("tunang'ang'ana", "bado tunang’ang’ana tu", "tunang’ang’ana"),
        ("cafe", "Café kesho", "Café"),
        ("call 911", "please call 911 now", "call 911"),
    ],
)
def test_a_pattern_is_found_in_what_people_write(pattern: str, text: str, said: str) -> None:
    assert found({"it": [pattern]}, text) == [("it", said)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("niko sawa", "niko sawasawa"), ("sina ... kuishi", "sina a b c d kuishi"), ("bet", "better between"), ("a", "")],
)
def test_it_is_not_found_in_other_words_or_over_a_wide_gap(pattern: str, text: str) -> None:
    assert found({"it": [pattern]}, text) == []


def test_a_longer_one_hides_what_stands_inside_it_and_equals_are_both_told() -> None:
    patterns = {"tired": ["nimechoka"], "of life": ["nimechoka na maisha"], "same": ["maisha"], "too": ["nimechoka"]}
    assert found(patterns, "nimechoka na maisha") == [("of life", "nimechoka na maisha")]
    assert found(patterns, "nimechoka leo") == [("tired", "nimechoka"), ("too", "nimechoka")]


@given(st.text(max_size=60))
def test_words_are_where_they_say(text: str) -> None:
    for word in words_of(text):
        assert 0 <= word.start < word.end <= len(text)
