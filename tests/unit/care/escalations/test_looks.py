"""Which looks at the queue are written down."""

from datetime import UTC, datetime, timedelta

import pytest

from palaver.care.escalations import looks
from palaver.care.escalations.looks import ONE_LOOK, Looks

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_who_is_shown_the_same_again_looked_once_an_hour_and_each_new_one_counts() -> None:
    seen = Looks()
    assert seen.new("bob", ("a", "b"), NOW) == ["a", "b"]
    assert seen.new("bob", ("a", "b"), NOW) == ["a", "b"], "what could not be written down is not forgotten"
    seen.written("bob", ("a", "b"), NOW)
    assert seen.new("bob", ("a", "b", "c"), NOW + timedelta(minutes=1)) == ["c"]
    assert seen.new("cleo", ("a",), NOW) == ["a"]
    assert seen.new("bob", ("a",), NOW + ONE_LOOK - timedelta(seconds=1)) == []
    assert seen.new("bob", ("a",), NOW + ONE_LOOK) == ["a"]


def test_what_is_remembered_is_bounded_and_what_is_forgotten_is_written_down_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looks, "MOST", 2)
    seen = Looks()
    seen.written("bob", ("a", "b", "c"), NOW)
    assert seen.new("bob", ("a", "b", "c"), NOW) == ["a"]
    seen.written("cleo", ("d",), NOW + ONE_LOOK)
    assert len(seen) == 1
