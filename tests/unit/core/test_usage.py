"""What several calls consumed together."""

from hypothesis import given
from hypothesis import strategies as some

from palaver.core.usage import Usage

counts = some.integers(0, 10**9)
usages = some.builds(
    Usage,
    input_tokens=counts,
    output_tokens=counts,
    cached_tokens=counts,
    reasoning_tokens=counts,
    cost_usd=some.none() | some.integers(0, 1000).map(lambda eighths: eighths / 8),  # sums of these are exact
    estimated=some.booleans(),
)


@given(usages, usages, usages)
def test_it_does_not_matter_what_is_added_first(one: Usage, two: Usage, three: Usage) -> None:
    assert one.plus(two).plus(three) == three.plus(one.plus(two)) == two.plus(three).plus(one)


@given(usages)
def test_nothing_adds_nothing(usage: Usage) -> None:
    assert usage.plus(Usage()) == usage


def test_tokens_and_costs_add_up_and_one_estimate_makes_the_sum_one() -> None:
    whole = Usage(input_tokens=1, output_tokens=2, cached_tokens=3, reasoning_tokens=4, cost_usd=0.5).plus(
        Usage(input_tokens=10, output_tokens=20, cached_tokens=30, reasoning_tokens=40, cost_usd=0.25, estimated=True)
    )
    assert whole == Usage(
        input_tokens=11, output_tokens=22, cached_tokens=33, reasoning_tokens=44, cost_usd=0.75, estimated=True
    )


def test_a_cost_that_is_not_known_is_not_nothing() -> None:
    assert Usage().plus(Usage()).cost_usd is None
    assert Usage().plus(Usage(cost_usd=0.0)).cost_usd == 0.0
