import warnings
from typing import Any

import pytest

from palaver.core.errors import Invalid
from palaver.tools.checking import check_schema, problem

EVIL = "^(a|aa)+$"
SLOW = "a" * 5_000 + "b"


@pytest.mark.parametrize(
    ("schema", "arguments", "wrong"),
    [
        ({"properties": {"a": {"type": "integer"}}}, {"a": 1, "b": 2}, None),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, "'b' is not taken"),
        (
            {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
            {"b": 1},
            "b: 1 is not of type 'string'",
        ),
        ({"patternProperties": {"^x": {}}, "additionalProperties": False}, {"xa": 1}, None),
        ({"patternProperties": {"^x": {"type": "string"}}}, {"xa": 1, "ya": 1}, "xa: 1 is not of type 'string'"),
        ({"$defs": {"n": {"minimum": 3}}, "properties": {"a": {"$ref": "#/$defs/n"}}}, {"a": 1}, "a: 1 is less than"),
        ({"properties": {"a": {"items": {"enum": [1]}}}}, {"a": [1, 2]}, "a.1: 2 is not one of [1]"),
        ({"properties": {"a": {"pattern": "^ü$"}}}, {"a": "ü"}, None),
    ],
)
def test_what_is_wrong_is_named_with_its_place(schema: dict[str, Any], arguments: Any, wrong: str | None) -> None:
    found = problem({"type": "object", **schema}, arguments)
    assert (found is None) if wrong is None else found is not None and wrong in found


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ({"properties": {"a": {"pattern": EVIL}}}, {"a": SLOW}),
        ({"patternProperties": {EVIL: {}}}, {SLOW: 1}),
        ({"patternProperties": {EVIL: {}}, "additionalProperties": False}, {SLOW: 1}),
    ],
)
def test_no_pattern_of_a_schema_takes_for_ever(schema: dict[str, Any], arguments: Any) -> None:
    assert problem(schema, arguments) == "A pattern of the tool's schema takes too long on these arguments."


def test_evil_patterns_are_not_looked_at_where_they_have_no_limit() -> None:
    schema = {
        "patternProperties": {"x": {}},
        "allOf": [{"patternProperties": {EVIL: {}}}],
        "unevaluatedProperties": False,
    }
    assert problem(schema, {"b": 1}) is None


def test_nothing_that_a_schema_refers_to_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[object] = []
    monkeypatch.setattr("urllib.request.urlopen", fetched.append)
    with warnings.catch_warnings(action="ignore"), pytest.raises(Invalid):
        problem({"properties": {"a": {"$ref": "http://127.0.0.1:9/schema"}}}, {"a": 1})
    assert fetched == []


def test_only_so_many_problems_are_told() -> None:
    found = problem({"additionalProperties": False}, {str(number): 1 for number in range(50)})
    assert found is not None
    assert found.count("is not taken") == 5


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array"},
        {"type": "object", "properties": []},
        {"type": "nothing"},
        {"properties": {"a": {"type": 3}}},
        {"required": "a"},
    ],
)
def test_what_is_no_schema_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [{"properties": {"a": {"pattern": "("}}}, {"$ref": "#"}, {"properties": {"a": {"$ref": "file:///etc/passwd"}}}],
)
def test_a_schema_that_turns_out_unusable_is_refused_when_it_is_used(schema: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        problem(schema, {"a": "x"})
