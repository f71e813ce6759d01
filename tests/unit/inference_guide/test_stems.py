"""Words and their roots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.inference.guide.stems import stem
from palaver.inference.guide.words import fold, terms


@pytest.mark.parametrize(
    "family",
    [
        "connect connecting connected connection connections connector",
        "configure configuring configuration configured",
        "delete deleting deleted deletion deletes",
        "install installing installation installed",
        "run running runs",
        "provide provider providers",
        "monitor monitoring monitors",
        "summarise summarize summary",
        "reply replies",
        "stop stopped stopping",
    ],
)
def test_relatives_share_a_root(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


def test_words_that_only_look_alike_keep_apart() -> None:
    assert stem("coding") != stem("code")
    assert stem("string") != stem("stream")
    assert stem("us") == "us"
    assert stem("gpt4") == "gpt4"


def test_names_are_found_whole_and_by_their_parts() -> None:
    assert terms("`PALAVER_HOME`") == ["palaver_home", stem("palaver"), stem("home")]


def test_phrases_stop_words_and_endings_are_taken_care_of() -> None:
    assert terms("How do I log in?") == terms("sign-in") == terms("signing in")
    assert terms("the model's") == terms("models")
    assert terms("what is it that you do") == []


def test_accents_and_typographic_signs_do_not_matter() -> None:
    assert fold("Résumé’s") == "resume's"
    assert terms("Café") == terms("CAFE")


def test_scripts_without_spaces_are_read_sign_by_sign() -> None:
    assert terms("谈话") == ["谈", "话"]


@given(st.text())
def test_any_text_has_terms_without_empty_ones(text: str) -> None:
    assert all(terms(text))
