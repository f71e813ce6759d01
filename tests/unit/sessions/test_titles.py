"""A session is called by the first thirty characters of its first message, as people count characters."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as some

from palaver.sessions.titles import LONGEST, title_of

FAMILY = "👩\u200d👩\u200d👧\u200d👦"
FLAG = "🇰🇪"
ACCENT = "e\u0301"
SKIN = "👍🏽"
KEY = "7\ufe0f\u20e3"
HINDI = "नि"
KOREAN = "각"


@pytest.mark.parametrize("cluster", [FAMILY, FLAG, ACCENT, SKIN, KEY, HINDI, KOREAN, "你", "x"])
def test_what_people_take_for_one_character_counts_as_one_and_is_never_cut(cluster: str) -> None:
    assert title_of(cluster * 31) == cluster * 30


def test_white_space_is_folded_and_none_stands_at_the_ends() -> None:
    assert title_of("  How \t is\r\n\n your\u00a0\u2003day? ") == "How is your day?"
    assert title_of("a" * 29 + " and more") == "a" * 29
    assert title_of("é" * 29 + " and more") == "é" * 29


@pytest.mark.parametrize("blank", ["", " ", "\n\t \u00a0\u2028"])
def test_nothing_but_white_space_gives_no_title(blank: str) -> None:
    assert title_of(blank) is None


def test_a_short_text_is_its_own_title() -> None:
    assert title_of("Habari?") == "Habari?"


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert title_of("a\u0301" * 1_000_000) == "a\u0301" * 30


def test_white_space_before_the_first_word_does_not_hide_it() -> None:
    assert title_of("\n" * 50_000 + "Hello") == "Hello"


@given(
    some.lists(some.sampled_from(["a", " ", "\n", FAMILY, FLAG, ACCENT, HINDI, "\u200d", "\u0301"])).map("".join)
    | some.text()
)
def test_a_title_is_the_beginning_of_the_folded_text_and_at_most_thirty_clusters(text: str) -> None:
    folded = " ".join(text.split())
    title = title_of(text)
    assert (title is None) == (not folded)
    assert folded.startswith(title or "")
    assert title is None or len(regex.findall(r"\X", title)) <= LONGEST
