import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.errors import Invalid
from palaver.tools.edits import Replacement, applied


def test_a_text_that_stands_there_once_is_replaced() -> None:
    assert applied("a b c", [Replacement("b", "ü")]) == ("a ü c", 1)


def test_one_that_stands_there_more_often_is_refused_with_the_count_unless_all_are_meant() -> None:
    with pytest.raises(Invalid, match="stands there 3 times"):
        applied("b b b", [Replacement("b", "x")])
    assert applied("b b b", [Replacement("b", "x", everywhere=True)]) == ("x x x", 3)


@pytest.mark.parametrize(
    ("old", "new", "says"), [("", "x", "is empty"), ("b", "b", "is the same"), ("x", "y", "was not found")]
)
def test_what_would_change_nothing_is_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(Invalid, match=f"^The text to replace {says}"):
        applied("a b c", [Replacement(old, new)])


def test_edits_follow_each_other_and_the_one_that_fails_is_named() -> None:
    assert applied("a", [Replacement("a", "bb"), Replacement("bb", "c")]) == ("c", 2)
    with pytest.raises(Invalid, match=r"\(edit 2\) was not found"):
        applied("a", [Replacement("a", "b"), Replacement("a", "c")])


def test_the_line_ends_of_windows_are_kept() -> None:
    assert applied("a\r\nb\r\n", [Replacement("a\nb", "a\nnew\nb")])[0] == "a\r\nnew\r\nb\r\n"
    assert applied("a\r\nb\r\n", [Replacement("a\r\nb", "c")])[0] == "c\r\n"


def test_mixed_line_ends_are_matched_as_they_are() -> None:
    assert applied("a\r\nb\nc", [Replacement("b\nc", "d\ne")])[0] == "a\r\nd\ne"
    with pytest.raises(Invalid, match="not found"):
        applied("a\r\nb\nc", [Replacement("a\nb", "x")])


def test_letters_that_look_alike_are_not_the_same() -> None:
    with pytest.raises(Invalid, match="not found"):
        applied("é", [Replacement("e\u0301", "x")])


@given(st.text(), st.text(min_size=1), st.text(), st.text())
def test_an_edit_touches_nothing_but_its_place(before: str, old: str, new: str, after: str) -> None:
    text = before + old + after
    try:
        changed, count = applied(text, [Replacement(old, new)])
    except Invalid:
        return
    assert count == 1
    assert changed.replace("\r\n", "\n") == text.replace("\r\n", "\n").replace(
        old.replace("\r\n", "\n"), new.replace("\r\n", "\n"), 1
    )
