"""When a failing server is left alone, and when it may try again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from palaver.inference.breaker import Breaker

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(seconds=31)


def broken() -> Breaker:
    breaker = Breaker(after=3)
    for _ in range(3):
        breaker = breaker.asked().failed(NOW)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row_and_no_sooner() -> None:
    breaker = Breaker(after=3).failed(NOW).failed(NOW)
    assert breaker.admits(NOW)
    assert breaker.succeeded().failed(NOW).failed(NOW).state(NOW) == "closed"
    assert breaker.failed(NOW).state(NOW) == "open"
    assert not breaker.failed(NOW).admits(NOW)
    assert breaker.failed(NOW).remaining(NOW) == 30


def test_after_its_rest_one_request_may_try_and_no_second() -> None:
    assert broken().state(LATER) == "half_open"
    assert broken().admits(LATER)
    assert not broken().asked().admits(LATER)


def test_an_answer_that_only_begins_lets_others_ask_but_forgets_nothing() -> None:
    begun = broken().asked().answered()
    assert begun.state(NOW) == "closed"
    assert begun.failed(NOW).state(NOW) == "open"
    assert Breaker(after=3).answered() == Breaker(after=3)


def test_a_trial_decides() -> None:
    assert broken().asked().succeeded() == Breaker(after=3)
    again = broken().asked().failed(LATER)
    assert again.state(LATER) == "open"
    assert not again.admits(LATER + timedelta(seconds=29))
    assert broken().asked().abandoned().admits(LATER)


def test_abandoning_without_a_trial_changes_nothing() -> None:
    assert broken().abandoned() == broken()
    assert Breaker().abandoned() == Breaker()


steps = some.lists(some.sampled_from(["fail", "succeed", "abandon", "wait"]), max_size=40)


@given(steps)
def test_it_never_stays_shut_for_good(story: list[str]) -> None:
    breaker, now = Breaker(after=2), NOW
    for step in story:
        if step == "wait":
            now += timedelta(seconds=31)
        elif breaker.admits(now):
            asked = breaker.asked()
            breaker = {"fail": asked.failed(now), "succeed": asked.succeeded(), "abandon": asked.abandoned()}[step]
    assert breaker.admits(now + timedelta(seconds=31))
    assert breaker.remaining(now) <= 30
