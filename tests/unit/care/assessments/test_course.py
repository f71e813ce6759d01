"""The slow average over days, whatever the clock does."""

import pytest

from palaver.care.assessments.course import over_days, urgency
from palaver.care.crisis.finding import Level


def test_days_weigh_less_the_longer_ago_they_were_and_silent_ones_nothing() -> None:
    assert over_days({}) == 0.0
    assert over_days({9: Level.medium}) == pytest.approx(over_days({0: Level.medium}))
    assert over_days({0: Level.none, 9: Level.high}) < over_days({0: Level.high, 9: Level.none})


def test_days_that_are_to_come_because_a_clock_was_put_back_count_as_today() -> None:
    assert over_days({-20_000: Level.high}) == over_days({0: Level.high})
    assert urgency(0.0, Level.none, over_days({-20_000: Level.high, 0: Level.high})) == Level.medium
