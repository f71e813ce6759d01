"""Whether a JSON schema is within what vendors take for an answer that must follow it; pure.

It does not check values, and it changes no schema: one that is not within is told to the model in words instead.
"""

from collections.abc import Iterator
from typing import Any, cast

# OpenAI refuses these in strict schemas; Anthropic the ones in `_NOT_ANTHROPIC` as well.
_NOT_STRICT = frozenset(
    {
        "allOf", "not", "if", "then", "else", "oneOf", "dependentRequired", "dependentSchemas", "patternProperties",
        "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "unevaluatedItems", "contains",
        "prefixItems", "uniqueItems", "$dynamicRef",
    }
)  # fmt: skip
_NOT_ANTHROPIC = _NOT_STRICT | {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems",
}  # fmt: skip
_HOLDING_MANY = ("properties", "$defs", "definitions")
DEEPEST = 10


def strict_for_openai(schema: dict[str, Any]) -> bool:
    """Whether `strict` may be asked for: closed objects, every property required, no keyword it does not know."""
    if schema.get("type") != "object" or "anyOf" in schema:
        return False
    return all(_closed(inner) and _all_required(inner) and not inner.keys() & _NOT_STRICT for inner in _inside(schema))


def within_anthropic(schema: dict[str, Any]) -> bool:
    """Whether `output_config.format` takes it: closed objects, no limits on numbers and texts, nothing recursive."""
    found = list(_inside(schema))
    if any("$ref" in inner and inner["$ref"] == "#" for inner in found):
        return False
    return all(
        _closed(inner) and inner.get("minItems", 0) in (0, 1) and not inner.keys() & _NOT_ANTHROPIC for inner in found
    )


def _closed(schema: dict[str, Any]) -> bool:
    told = schema.get("type")
    is_object = told == "object" or (isinstance(told, list) and "object" in told) or "properties" in schema
    return not is_object or schema.get("additionalProperties") is False


def _all_required(schema: dict[str, Any]) -> bool:
    properties, required = schema.get("properties"), schema.get("required", [])
    return not isinstance(properties, dict) or set(cast("dict[str, Any]", properties)) <= set(required)


def _inside(schema: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The schema and all that stand in it; one nested too deeply holds itself to be outside of what is taken."""
    yield schema if depth <= DEEPEST else {"not": {}}
    if depth > DEEPEST:
        return
    for name in _HOLDING_MANY:
        held = schema.get(name)
        if isinstance(held, dict):
            yield from _all_inside(list(cast("dict[str, Any]", held).values()), depth)
    items, choices = schema.get("items"), schema.get("anyOf")
    yield from _all_inside([items], depth)
    yield from _all_inside(cast("list[Any]", choices) if isinstance(choices, list) else [], depth)


def _all_inside(schemas: list[Any], depth: int) -> Iterator[dict[str, Any]]:
    for inner in schemas:
        if isinstance(inner, dict):
            yield from _inside(cast("dict[str, Any]", inner), depth + 1)
