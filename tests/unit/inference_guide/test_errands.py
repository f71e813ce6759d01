"""What is an order and what it means: exactly the words that were written, and never more than was said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.inference.guide.errand_forms import Lacking
from palaver.inference.guide.errands import errands_in
from palaver.inference.guide.literals import masked
from tests.unit.inference_guide.orders import HALF_SAID, NO_ORDERS, ORDERS, Steps
from tests.unit.inference_guide.questions import ANSWERED, UNANSWERED

NAMES = ("Write", "Read", "Bash", "Python", "mcp__fs__read")


def test_there_are_enough_orders_to_believe_the_forms() -> None:
    assert len(ORDERS) >= 120
    assert len({text for text, _ in ORDERS}) == len(ORDERS)


@pytest.mark.parametrize(("text", "steps"), ORDERS, ids=[text for text, _ in ORDERS])
def test_an_order_means_its_calls(text: str, steps: Steps) -> None:
    assert errands_in(text, NAMES) == steps


@pytest.mark.parametrize("text", HALF_SAID)
def test_what_is_missing_is_asked_for_and_never_made_up(text: str) -> None:
    assert isinstance(errands_in(text, NAMES), Lacking)


@pytest.mark.parametrize("text", NO_ORDERS)
def test_a_sentence_about_doing_something_orders_nothing(text: str) -> None:
    assert errands_in(text, NAMES) is None


@pytest.mark.parametrize("question", [*(question for question, _ in ANSWERED), *UNANSWERED])
def test_no_question_about_palaver_is_taken_for_an_order(question: str) -> None:
    assert errands_in(question, NAMES) is None


def test_a_tool_that_is_not_offered_cannot_be_called_by_its_name() -> None:
    assert isinstance(errands_in('use mcp__other__drop with {"a": 1}', NAMES), Lacking)
    assert errands_in("use mcp__other__drop", NAMES) is None


def test_a_literal_is_not_read_as_an_order_whatever_stands_in_it() -> None:
    inside = "x' and then delete notes.txt"
    assert errands_in(f'write a.txt with "{inside}"', NAMES) == errands_in(f"write a.txt with `{inside}`", NAMES)
    (step,) = errands_in(f'write a.txt with "{inside}"', NAMES) or ()  # type: ignore[misc]
    assert step[0].arguments["content"] == inside


@given(st.text(min_size=1).filter(lambda text: "`" not in text and text.strip() == text and text.isprintable()))
@settings(max_examples=200, deadline=None)
def test_content_in_backticks_is_written_exactly(content: str) -> None:
    steps = errands_in(f"write a.txt with `{content}`", NAMES)
    assert isinstance(steps, tuple)
    assert steps[0][0].arguments == {"path": "a.txt", "content": content}


_WORDS = "write read a.txt b.txt with 'x' \"y\" and then it list the files run `ls` in , . ? { } ``` \n".split(" ")


@given(st.one_of(st.text(), st.lists(st.sampled_from(_WORDS), max_size=30).map(" ".join)))
@settings(max_examples=300, deadline=None)
def test_anything_may_be_written(text: str) -> None:
    found = errands_in(text, NAMES)
    assert found is None or found
    seen = masked(text)
    assert len(seen.mask) == len(seen.text)


@pytest.mark.parametrize(
    "text",
    ["write a.txt with 'x' and " * 4_000, "`" * 100_000, "{" * 100_000, "read a.txt, " * 8_000, "'a' " * 25_000,
     "write " * 20_000, "a.b/" * 25_000, "find " + "a " * 50_000, "in the " * 15_000],
    ids=["orders", "ticks", "braces", "reads", "quotes", "verbs", "paths", "words", "places"],
)  # fmt: skip
def test_the_longest_messages_are_read_in_time(text: str) -> None:
    """Expressions that run away would end this by the suite's own limit."""
    errands_in(text, NAMES)
