"""Matchers mean whole names, and none of them can hold anything up."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.tools.hooks.matching import Matcher


@pytest.mark.parametrize(
    ("text", "name", "matches"),
    [
        ("", "Bash", True), ("*", "Bash", True), (".*", "Bash", True), ("Bash", "Bash", True),
        ("Bash", "BashOutput", False), ("Bash", "MyBash", False), ("Edit|Write", "Write", True),
        ("Edit|Write", "Writer", False), ("mcp__.*", "mcp__files__read", True), ("mcp__.*", "amcp__", False),
        ("^Bash$", "Bash", True), ("(?!Bash).*", "Write", True), ("(?!Bash).*", "Bash", False),
        ("bash", "Bash", False), (r"a\.b", "a.b", True), (r"a\.b", "axb", False),
    ],
)  # fmt: skip
def test_a_matcher_means_whole_names(text: str, name: str, matches: bool) -> None:
    assert Matcher.read(text).matches(name) is matches


BAD = ["(", "[a", "a**", "a{3}", "(a{1000}){1000}", "(?R)", r"\1", r"(?P<x>a)", "a" * 201, "\n", "é", "(?i)bash"]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_safe_expression_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        Matcher.read(text)


RUNAWAY = r"(.*.*)*\.(.*.*)*\.(.*.*)*x"


def test_an_expression_that_runs_away_is_stopped_and_counts_as_a_match() -> None:
    began = time.monotonic()
    assert Matcher(RUNAWAY).matches("." * 2_000 + "!") is True
    assert time.monotonic() - began < 1


def test_one_that_runs_away_in_a_trial_is_refused_when_it_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palaver.tools.hooks.matching._TRIALS", ("." * 2_000 + "!",))
    with pytest.raises(ValueError, match="takes too long"):
        Matcher.read(RUNAWAY)


@given(st.text("Aa_.*+?|()[]^$\\-!:={}2", max_size=60))
def test_any_text_is_read_or_refused_soon(text: str) -> None:
    began = time.monotonic()
    with suppress(ValueError):
        Matcher.read(text).matches("A" * 128)
    assert time.monotonic() - began < 2
