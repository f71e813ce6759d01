"""How an escalation may go, and what follows from how an alarm went."""

from datetime import timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from palaver.care.escalations.machine import LIVE, OPEN, URGENCY, Act, State, after, higher
from palaver.care.escalations.timing import Climb, GiveUp, Patience, Retry, Wait, climb, judge

ACTS: tuple[Act, ...] = get_args(Act)
STATES: tuple[State, ...] = get_args(State)


def patience(steps: int = 4, tries: int = 3) -> Patience:
    return Patience(retry=timedelta(seconds=15), answer=timedelta(minutes=5), tries=tries, steps=steps)


@given(st.lists(st.sampled_from(ACTS)))
def test_what_is_closed_stays_closed_and_what_is_not_can_always_be_taken_up_and_closed(acts: list[Act]) -> None:
    state: State = "created"
    for act in acts:
        state = after(state, act) or state
        assert (state == "closed") == (after(state, "close") is None)
        assert state in {"closed", "acknowledged"} or after(state, "acknowledge") == "acknowledged"
        assert (state in LIVE) <= (state in OPEN)


def test_time_alone_ends_nothing_that_somebody_came_to() -> None:
    assert {act for act in ("route", "fail", "expire") if after("acknowledged", act)} == set()
    assert {state for state in STATES if after(state, "decline")} == set(OPEN)


@given(st.sampled_from(list(URGENCY)), st.sampled_from(list(URGENCY)))
def test_another_assessment_never_lowers_a_level(one: str, other: str) -> None:
    assert URGENCY[higher(one, other)] == max(URGENCY[one], URGENCY[other])


def test_who_could_be_told_is_waited_for_and_who_could_not_is_tried_again_as_often_as_is_said() -> None:
    def said(tries: int, *, reached: bool, missing: bool) -> object:
        return judge(patience(), reached=reached, missing=missing, tries=tries, step=0, ever=False)

    assert said(1, reached=True, missing=False) == Wait(None)
    assert said(1, reached=True, missing=True) == Wait(timedelta(seconds=15))
    assert said(3, reached=True, missing=True) == Wait(None)
    assert [said(tries, reached=False, missing=True) for tries in (1, 2, 3)] == [
        Retry(timedelta(seconds=15)), Retry(timedelta(seconds=30)), Climb(),
    ]  # fmt: skip


@given(st.integers(1, 1_000), st.integers(1, 10_000), st.booleans(), st.booleans())
def test_every_ladder_ends_and_says_truly_whether_anybody_was_told(
    steps: int, tries: int, reached: bool, ever: bool
) -> None:
    count, step = patience(steps, tries=3), 0
    while isinstance(climb(count, step=step, ever=ever), Climb):
        step += 1
    assert step == steps - 1
    assert climb(count, step=step, ever=ever) == GiveUp("expire" if ever else "fail")
    found = judge(count, reached=reached, missing=True, tries=tries, step=step, ever=ever)
    assert not (isinstance(found, GiveUp) and reached)
    assert not isinstance(found, Retry) or found.after <= timedelta(minutes=10)
