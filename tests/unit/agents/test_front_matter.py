from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.agents.front_matter import NotReadable, parse, words


@pytest.mark.parametrize(
    ("text", "fields", "below"),
    [
        ("Only text.", {}, "Only text."),
        ("---\nname: a\n---\nText.", {"name": "a"}, "Text."),
        ("\ufeff---\r\nname: a\r\n---\r\nText.", {"name": "a"}, "Text."),
        ("---\n---\nText.", {}, "Text."),
        ("---\nname: a\n---", {"name": "a"}, ""),
        ("---\nname: no\ntools: [Read, 'Grep']\n---\nx", {"name": "no", "tools": ["Read", "Grep"]}, "x"),
        ("---\ndescription: |\n  two\n  lines\n---\nx", {"description": "two\nlines"}, "x"),
        ("---\ndescription: Use it: always\n---\nx", {"description": "Use it: always"}, "x"),
        ("--- name: a\nText.", {}, "--- name: a\nText."),
        ("---\nname: a\nText without an end.", {}, "---\nname: a\nText without an end."),
    ],
)
def test_front_matter_is_read_as_texts(text: str, fields: dict[str, Any], below: str) -> None:
    assert parse(text) == (fields, below)


@pytest.mark.parametrize(
    ("front", "why"),
    [
        ("a: &x [1]\nb: *x", "aliases"),
        ("- a\n- b", "not a list of fields"),
        ("!!python/object/apply:os.system ['true']", "not a list of fields"),
        ("name: [a\n  b: {", "not YAML"),
        ("x: " + "y" * 20_000, "characters"),
    ],
)
def test_what_is_no_front_matter_is_refused_with_a_reason(front: str, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        parse(f"---\n{front}\n---\nText.")


def test_what_is_nested_too_deep_to_be_read_is_a_text() -> None:
    deep = "[" * 10_000
    assert parse(f"---\nname: {deep}\n---\nText.") == ({"name": deep}, "Text.")


def test_a_tag_that_would_make_an_object_makes_a_text() -> None:
    assert parse("---\nname: !!python/name:os.system x\n---\nText.")[0] == {"name": "x"}


@pytest.mark.parametrize(
    ("value", "listed"),
    [
        (None, None),
        ("", None),
        ("*", None),
        ("Read, Grep", ["Read", "Grep"]),
        ("Bash(git add:*), Read", ["Bash(git add:*)", "Read"]),
        ("Bash(a, b)", ["Bash(a, b)"]),
        (["Read", " Grep "], ["Read", "Grep"]),
    ],
)
def test_lists_are_read_however_they_are_written(value: Any, listed: list[str] | None) -> None:
    assert words(value) == listed


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        fields, _ = parse(f"---\n{text}\n---\nBelow.")
    except NotReadable:
        return
    assert isinstance(fields, dict)
