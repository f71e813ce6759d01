from datetime import timedelta

import pytest

from palaver.identity.attempts import Attempts
from palaver.identity.refusals import TooManyAttempts
from palaver.identity.settings import IdentitySettings
from palaver.kit.clock import ManualClock

HERE, ADA = "192.0.2.1", "ada@example.org"


def attempts(clock: ManualClock) -> Attempts:
    return Attempts(IdentitySettings(login_attempts=3, login_window=timedelta(minutes=1)), clock)


def test_exactly_as_many_attempts_as_are_set_are_heard_and_then_the_window_slides(clock: ManualClock) -> None:
    counted = attempts(clock)
    for _ in range(3):
        counted.begin(HERE, ADA)
        clock.advance(timedelta(seconds=10))
    with pytest.raises(TooManyAttempts) as refused:
        counted.begin(HERE, ADA)
    assert refused.value.retry_after == 30
    clock.advance(timedelta(seconds=30))
    counted.begin(HERE, ADA)
    with pytest.raises(TooManyAttempts):
        counted.begin(HERE, ADA)


def test_others_are_not_hindered(clock: ManualClock) -> None:
    counted = attempts(clock)
    for _ in range(3):
        counted.begin(HERE, ADA)
    counted.begin("192.0.2.2", ADA)
    counted.begin(HERE, "bob@example.org")


def test_the_right_password_forgives(clock: ManualClock) -> None:
    counted = attempts(clock)
    for _ in range(10):
        counted.begin(HERE, ADA)
        counted.succeeded(HERE, ADA)


def test_what_is_remembered_is_bounded(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palaver.identity.attempts._REMEMBERED", 5)
    counted = attempts(clock)
    for number in range(50):
        counted.begin(f"192.0.2.{number}", ADA)
    assert len(counted._times) == 5
