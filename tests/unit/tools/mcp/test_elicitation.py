"""What servers ask people: questions they can answer, and answers of the kind the server wants."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.questions import Answers
from palaver.tools.mcp.elicitation import AnswerUnfit, agreed, content, questions, visit

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "colour": {"type": "string", "enum": ["r", "g"], "enumNames": ["Red", "Green"], "title": "Colour"},
        "count": {"type": "integer", "description": "How many?"},
        "share": {"type": "number"},
        "sure": {"type": "boolean"},
        "tags": {"type": "array", "items": {"anyOf": [{"const": "x", "title": "Ex"}, {"const": "y"}]}},
        "note": {"type": "string"},
    },
    "required": ["colour", "count"],
}
ALL = (("Green",), ("3",), ("1,5",), ("Yes",), ("Ex", "y"), ("hello",))


def test_each_field_is_a_question_and_choices_are_options() -> None:
    asked = questions("shop", "Your order", SCHEMA)
    assert [one.header for one in asked] == ["Colour", "count", "share", "sure", "tags", "note"]
    assert asked[0].question.startswith("Your order")
    assert [option.label for option in asked[0].options] == ["Red", "Green"]
    assert [option.label for option in asked[3].options] == ["Yes", "No"]
    assert asked[4].multi
    assert "may be left empty" in asked[5].question


def test_answers_are_of_the_kinds_that_were_asked_for() -> None:
    assert content(SCHEMA, Answers(ALL)) == {
        "colour": "g",
        "count": 3,
        "share": 1.5,
        "sure": True,
        "tags": ["x", "y"],
        "note": "hello",
    }


def test_what_is_optional_and_left_empty_is_left_out() -> None:
    assert content(SCHEMA, Answers((("Red",), ("3",), ("",), (), (), ()))) == {"colour": "r", "count": 3}


@pytest.mark.parametrize(
    ("place", "said", "complaint"),
    [(0, "", "needed"), (0, "Blue", "choose"), (1, "three", "whole number"), (1, "1.5", "whole"), (2, "x", "number")],
)
def test_an_answer_that_does_not_fit_is_told(place: int, said: str, complaint: str) -> None:
    given_ = list(ALL)
    given_[place] = (said,)
    with pytest.raises(AnswerUnfit, match=complaint):
        content(SCHEMA, Answers(tuple(given_)))


def test_without_fields_it_is_a_yes_or_no() -> None:
    (asked,) = questions("shop", "Sure?", {"type": "object", "properties": {}})
    assert [option.label for option in asked.options] == ["Yes", "No"]
    assert agreed(Answers((("Yes",),)))
    assert not agreed(Answers((("No",),)))
    assert not agreed(Answers(None))


def test_an_address_to_visit_is_shown_as_it_is() -> None:
    (asked,) = visit("shop", "Pay here", "https://pay.example/?a=b")
    assert "https://pay.example/?a=b" in asked.question


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(json_like, st.lists(st.lists(st.text(max_size=5), max_size=2), max_size=4))
def test_no_schema_of_a_server_breaks_us(properties: Any, said: list[list[str]]) -> None:
    schema = {"type": "object", "properties": properties, "required": properties}
    questions("shop", "?", schema)
    with suppress(AnswerUnfit):
        content(schema, Answers(tuple(tuple(one) for one in said)))
