"""Budgets: what is left, what fits, and that nothing is given twice."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from palaver.identity.budgets.budget import (
    Amount,
    Budget,
    Room,
    Standing,
    crosses,
    hour_of,
    in_the_way,
    month_of,
    next_month,
    room,
    said,
)
from palaver.inference.port import ResolvedModel
from palaver.inference.price import Price
from palaver.runs.spending.purse import Question, fitted
from palaver.runs.usage_table import harmless

PRICE = Price(input_usd_per_mtok=1.0, output_usd_per_mtok=4.0, source="test")
MODEL = ResolvedModel(id="a/b", provider="a", model="b", name="b", price=PRICE)
counts = st.integers(0, 100_000)
money = st.floats(0, 10, allow_nan=False)
amounts = st.builds(Amount, counts, money)
budgets = st.builds(
    lambda tokens, usd: Budget("bud_1", "user", "usr_1", tokens, usd), st.none() | counts, st.none() | money
)
standings = st.lists(st.builds(Standing, budgets, amounts, amounts), max_size=3)


@given(standings, amounts, counts, st.integers(1, 50_000))
def test_a_call_never_takes_more_than_all_budgets_leave(
    found: list[Standing], spent: Amount, asked: int, most: int
) -> None:
    fitting = fitted(found, spent, Question(MODEL, asked, most))
    if isinstance(fitting, tuple):
        tokens, amount = fitting
        assert 0 < tokens <= most
        assert in_the_way(found, Amount(spent.tokens + amount.tokens, spent.usd + amount.usd - 1e-9)) is None
    else:
        assert fitting.code == "budget_exceeded"
        assert found


@given(standings)
def test_what_is_left_is_what_the_tightest_leaves(found: list[Standing]) -> None:
    left = room(found)
    for one in found:
        assert one.left.tokens is None or (left.tokens is not None and 0 <= left.tokens <= one.left.tokens)
        assert one.left.usd is None or (left.usd is not None and 0 <= left.usd <= one.left.usd)
    assert Room() == room([])


def test_where_nothing_bounds_a_call_is_as_long_as_it_may_be() -> None:
    assert fitted([], Amount(), Question(MODEL, 10, 500)) == (500, Amount())


def test_one_call_leaves_half_for_others_unless_a_usual_answer_takes_more() -> None:
    standing = Standing(Budget("bud_1", "user", "usr_1", 100_000, None), Amount(), Amount())
    assert fitted([standing], Amount(), Question(MODEL, 0, 128_000)) == (50_000, Amount(50_000, 0.2))
    nearly = standing._replace(used=Amount(97_000))
    fitting = fitted([nearly], Amount(), Question(MODEL, 0, 128_000))
    assert isinstance(fitting, tuple)
    assert fitting[0] == 3_000


def test_a_price_that_nobody_knows_is_refused_where_money_counts() -> None:
    unknown = ResolvedModel(id="a/b", provider="a", model="b", name="b")
    of_money = Standing(Budget("bud_1", "user", "usr_1", None, 1.0), Amount(), Amount())
    fitting = fitted([of_money], Amount(), Question(unknown, 0, 10))
    assert not isinstance(fitting, tuple)
    assert "price of a/b is not known" in fitting.message
    of_tokens = Standing(Budget("bud_1", "user", "usr_1", 1_000, None), Amount(), Amount())
    assert fitted([of_tokens], Amount(), Question(unknown, 0, 100)) == (100, Amount(100))


def test_people_are_told_once_when_four_fifths_are_used() -> None:
    standing = Standing(Budget("bud_1", "key", "key_1", 1_000, 2.0), Amount(700, 0.1), Amount(250, 0.0))
    assert not crosses(standing, Amount(99, 0.0))
    assert crosses(standing, Amount(100, 0.0))
    assert crosses(standing, Amount(0, 1.5))
    assert not crosses(standing._replace(warned=True), Amount(300, 1.9))
    assert said(standing.budget) == "1,000 tokens and $2.00 that this API key may use in a month"


def test_months_are_those_of_utc() -> None:
    late = datetime.fromisoformat("2026-12-31T23:30:00-02:00")
    assert (month_of(late), hour_of(late)) == ("2027-01", "2027-01-01T01")
    assert next_month(late) == datetime(2027, 2, 1, tzinfo=UTC)
    assert next_month(datetime(2026, 12, 1, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month_of(late) <= hour_of(late), "text order is time order"


def test_no_name_is_a_formula_to_a_spreadsheet() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r=1", "＝1"):
        assert harmless(text) == f"'{text}"
    for text in ("", "fake/model", "a=b", "ada@example.org", "2026-11-21"):
        assert harmless(text) == text
