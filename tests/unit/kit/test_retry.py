"""How long to wait before trying again."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.kit.retry import Backoff

chances = some.floats(0, 1, exclude_max=True)


@given(some.integers(1, 20), chances)
def test_a_wait_is_never_longer_than_the_longest(failures: int, chance: float) -> None:
    wait = Backoff(tries=30, first=0.5, longest=8).wait(failures, chance)
    assert wait is not None
    assert 0 <= wait <= min(8, 0.5 * 2 ** (failures - 1))


def test_waits_grow_and_then_end() -> None:
    backoff = Backoff(tries=4, first=1, longest=3)
    assert [backoff.wait(failures, 0.5) for failures in (1, 2, 3, 4)] == [0.5, 1, 1.5, None]


@given(some.floats(0, 20), chances)
def test_the_wait_that_was_asked_for_is_the_least(asked: float, chance: float) -> None:
    wait = Backoff(patience=20).wait(1, chance, asked)
    assert wait is not None
    assert asked <= wait <= asked + 0.5


def test_a_connection_that_was_stale_is_tried_again_at_once() -> None:
    assert Backoff().wait(1, 0.9, asked=0.0) == 0.0


@pytest.mark.parametrize("asked", [20.1, 3600.0])
def test_a_wait_beyond_patience_is_no_wait(asked: float) -> None:
    assert Backoff(patience=20).wait(1, 0.5, asked) is None
