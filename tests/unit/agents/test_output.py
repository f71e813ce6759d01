from typing import Any

import pytest

from palaver.agents.output import SchemaRefused, check


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"$defs": {"a": {"type": "string"}}, "properties": {"x": {"$ref": "#/$defs/a"}, "$ref": {"type": "string"}}},
        {"$id": "https://example.org/x", "$ref": "#"},
        {"$defs": {"a/b": {"const": None}}, "$ref": "#/$defs/a~1b"},
        {"anyOf": [{"type": "string"}], "$ref": "#/anyOf/0"},
        nested(20),
    ],
)
def test_a_schema_that_answers_can_be_checked_by_is_taken(schema: dict[str, Any]) -> None:
    check(schema)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "objekt"}, "not a JSON Schema"),
        ({"properties": []}, "not a JSON Schema"),
        ({"$ref": "https://example.org/x"}, "in the schema itself"),
        ({"$ref": "file:///etc/passwd"}, "in the schema itself"),
        ({"$ref": "#/$defs/none"}, "in the schema itself"),
        ({"items": {"$dynamicRef": "#x"}}, "in the schema itself"),
        ({"items": {"$id": "https://example.org/"}}, "at the top"),
        (nested(40), "levels deep"),
        ({"description": "x" * 70_000}, "bytes"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_with_a_reason(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(SchemaRefused, match=why):
        check(schema)
