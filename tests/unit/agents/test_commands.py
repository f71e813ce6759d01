import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.agents.commands import Command, called, expand, filled, words
from palaver.core.errors import Invalid

COMMANDS = {"explain": Command(name="explain", body="Explain $1 to $2.", model="a/b", allowed_tools=("Read",))}


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("/explain", ("explain", "")),
        ("  /explain me ", ("explain", "me")),
        ("/git:commit all of it", ("git:commit", "all of it")),
        ("/explain\nline one\nline two", ("explain", "line one\nline two")),
        ("explain", None),
        ("/", None),
        ("/ explain", None),
        ("//explain", None),
        ("/etc/passwd is a file", None),
        ("see /explain", None),
    ],
)
def test_a_prompt_that_begins_with_a_slash_and_a_name_is_a_call(text: str, call: tuple[str, str] | None) -> None:
    assert called(text) == call


def test_a_command_brings_its_model_and_its_rules() -> None:
    expanded = expand('/explain "the house" me', COMMANDS)
    assert expanded is not None
    assert (expanded.text, expanded.model, expanded.allowed_tools) == ("Explain the house to me.", "a/b", ("Read",))


def test_a_name_that_is_not_known_is_plain_text() -> None:
    assert expand("/unknown x", COMMANDS) is None
    assert expand("explain x", COMMANDS) is None


@pytest.mark.parametrize(
    ("body", "arguments", "text"),
    [
        ("Do $ARGUMENTS now", "this and that", "Do this and that now"),
        ("$2 then $1", "a b", "b then a"),
        ("$1-$3-$9", "a b", "a--"),
        ("costs $10 and $100", "a", "costs $10 and $100\n\na"),
        ("$ARGUMENTSX", "a", "$ARGUMENTSX\n\na"),
        ("No place", "more", "No place\n\nmore"),
        ("No place", "", "No place"),
        ("$1", "$2 b", "$2"),
        ("$ARGUMENTS", "$1 $ARGUMENTS", "$1 $ARGUMENTS"),
        ("$1", r"\1 \g<0>", "1"),
    ],
)
def test_places_are_filled_once(body: str, arguments: str, text: str) -> None:
    assert filled(body, arguments) == text


@pytest.mark.parametrize(
    ("line", "split"),
    [
        ("", []),
        (" a  b\tc\n", ["a", "b", "c"]),
        ('"a b" c', ["a b", "c"]),
        ("'a b' c", ["a b", "c"]),
        ("a\\ b c", ["a b", "c"]),
        ("don't do it", ["don't", "do", "it"]),
        ('say "hi', ["say", '"hi']),
        ('--x="a b"', ["--x=a b"]),
        ('""', [""]),
        ("\\", ["\\"]),
    ],
)
def test_words_are_parted_as_people_expect(line: str, split: list[str]) -> None:
    assert words(line) == split


@given(st.lists(st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs"]), max_size=8), max_size=5))
def test_words_in_quotation_marks_stay_whole(texts: list[str]) -> None:
    assert words(" ".join(f'"{text}"' for text in texts)) == texts


def test_what_would_be_too_long_is_refused_before_it_is_made() -> None:
    with pytest.raises(Invalid, match="100,000"):
        filled("$ARGUMENTS" * 10_000, "x" * 100_000)
