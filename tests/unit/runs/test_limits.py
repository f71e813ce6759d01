"""When a run has to stop, and what a model may answer so that nothing costs more than is left."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palaver.core.events import LimitReached
from palaver.core.messages import TextPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.inference.price import Price, Rate, Step
from palaver.runs.limits import LEAST_ANSWER, USUAL_ANSWER, Limits, Reserved, reached, reserve
from palaver.runs.steps import Steps
from tests.promises import keeps

LIMITS = Limits(max_turns=3, max_seconds=60, max_characters=100, repeats=3)
DOLLAR = Price(input_usd_per_mtok=1_000_000, output_usd_per_mtok=1_000_000, source="test")  # a dollar per token


def spent(usd: float | None) -> Usage:
    return Usage(input_tokens=1, output_tokens=1, cost_usd=usd)


def within(budget: float | None) -> Limits:
    return Limits(max_turns=3, max_seconds=60, max_characters=100, repeats=3, max_budget_usd=budget)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (Steps(), None),
        (Steps(count=2), None),
        (Steps(count=3), "max_turns"),
        (Steps(failing=(b"x", 2)), None),
        (Steps(failing=(b"x", 3)), "repeating"),
        (Steps(busy_ms=60_000), None),
        (Steps(busy_ms=60_001), "max_seconds"),
        (Steps(past=(TextPart(text="x" * 100),)), None),
        (Steps(past=(TextPart(text="x" * 60), ToolResultPart(call_id="1", ok=True, content="y" * 41))), "max_output"),
    ],
)
def test_a_run_stops_at_its_bounds_and_not_before(steps: Steps, code: str | None) -> None:
    limit = reached(steps, LIMITS)
    assert (limit.code if limit else None) == code
    assert limit is None or limit.message


def test_without_a_budget_or_a_price_an_answer_is_as_long_as_it_was_asked_for() -> None:
    for budget, price in ((None, DOLLAR), (5.0, None)):
        for wanted in (None, 7):
            reserved = reserve(Steps(), within(budget), price, asked_tokens=10**9, wanted=wanted, longest=None)
            assert reserved == Reserved(wanted)


def test_what_is_left_pays_for_the_question_first_and_then_bounds_the_answer() -> None:
    steps = Steps(spent=spent(100.0), delegated_usd=50.0)
    reserved = reserve(steps, within(1_000.0), DOLLAR, asked_tokens=50, wanted=None, longest=10_000)
    assert reserved == Reserved(800)


def test_an_answer_that_fits_is_not_cut_shorter_than_it_was_asked_for() -> None:
    assert reserve(Steps(), within(1_000.0), DOLLAR, asked_tokens=0, wanted=500, longest=10_000) == Reserved(500)
    assert reserve(Steps(), within(1_000.0), DOLLAR, asked_tokens=0, wanted=None, longest=900) == Reserved(None)


def test_an_answer_whose_length_nobody_knows_gets_room_for_a_usual_one() -> None:
    reserved = reserve(Steps(), within(1_000_000.0), DOLLAR, asked_tokens=0, wanted=None, longest=None)
    assert reserved == Reserved(USUAL_ANSWER)


def test_money_that_pays_for_no_answer_worth_its_name_ends_the_turn() -> None:
    def with_left(usd: float, wanted: int | None = None) -> Reserved | LimitReached:
        steps = Steps(spent=spent(10.0 - usd))
        return reserve(steps, within(10.0), DOLLAR, asked_tokens=0, wanted=wanted, longest=None)

    assert isinstance(with_left(0.0), LimitReached)
    assert isinstance(with_left(-5.0), LimitReached)
    ended = reserve(Steps(), within(LEAST_ANSWER - 1.0), DOLLAR, asked_tokens=0, wanted=None, longest=None)
    assert isinstance(ended, LimitReached)
    assert ended.code == "budget_exceeded"
    assert reserve(Steps(), within(LEAST_ANSWER + 0.5), DOLLAR, asked_tokens=0, wanted=None, longest=None) == Reserved(
        LEAST_ANSWER
    )
    assert with_left(3.0, wanted=3) == Reserved(3)


def test_answers_that_cost_nothing_are_bounded_by_the_question_alone() -> None:
    free = Price(input_usd_per_mtok=1_000_000, output_usd_per_mtok=0, source="test")
    assert reserve(Steps(), within(10.0), free, asked_tokens=10, wanted=9, longest=None) == Reserved(9)
    assert isinstance(reserve(Steps(), within(10.0), free, asked_tokens=11, wanted=9, longest=None), LimitReached)


rates = some.floats(0, 100)
maybe_tokens = some.none() | some.integers(1, 200_000)


@keeps("limits:budget")
@settings(max_examples=200)
@given(
    price=some.builds(
        Price,
        input_usd_per_mtok=rates,
        output_usd_per_mtok=rates,
        steps=some.lists(
            some.builds(Step, above=some.integers(0, 300_000), rate=some.builds(Rate, input=rates, output=rates)),
            max_size=1,
        ).map(tuple),
        source=some.just("test"),
    ),
    budget=some.floats(0.0001, 10),
    before=some.floats(0, 5),
    below=some.floats(0, 5),
    asked_tokens=some.integers(0, 500_000),
    wanted=maybe_tokens,
    longest=maybe_tokens,
)
def test_no_call_can_cost_more_than_is_left_however_long_its_answer_gets(
    price: Price,
    budget: float,
    before: float,
    below: float,
    asked_tokens: int,
    wanted: int | None,
    longest: int | None,
) -> None:
    steps = Steps(spent=spent(before), delegated_usd=below)
    reserved = reserve(steps, within(budget), price, asked_tokens=asked_tokens, wanted=wanted, longest=longest)
    if isinstance(reserved, LimitReached):
        return
    assert reserved.max_output_tokens != 0
    most = reserved.max_output_tokens or longest
    assert most is not None
    dearest = price.cost(Usage(input_tokens=asked_tokens, output_tokens=most))
    assert before + below + dearest <= budget * (1 + 1e-9) + 1e-9
