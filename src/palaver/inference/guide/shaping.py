"""Puts an answer into the form that a JSON Schema asks for, where that can be done without inventing a value. Pure."""

import json
from collections.abc import Mapping
from typing import Any, cast

from palaver.inference.guide.fitting import properties_of, required_of

# What limits a text in a way that only its author could answer to.
_NARROW = frozenset({"enum", "const", "pattern", "format", "maxLength"})

CANNOT = (
    "I cannot answer in this format: it asks for values that I would have to invent, and I am not a language model. "
    "I can only put my answer into one text."
)


def shaped(text: str, schema: Mapping[str, Any]) -> str | None:
    """The answer as JSON that follows the schema, or None where that would take invention."""
    value = _valued(text, schema)
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else [str(one) for one in cast("list[Any]", kind)]


def _takes_text(schema: Mapping[str, Any], text: str) -> bool:
    narrow = _NARROW & schema.keys()
    fits = narrow <= {"maxLength"} and len(text) <= int(schema.get("maxLength", len(text)))
    return "string" in _kinds(schema) and fits and len(text) >= int(schema.get("minLength", 0))


def _valued(text: str, schema: Mapping[str, Any]) -> Any:
    if _takes_text(schema, text):
        return text
    if "array" in _kinds(schema):
        items = schema.get("items")
        return [text] if isinstance(items, dict) and _takes_text(cast("dict[str, Any]", items), text) else None
    return _object(text, schema) if "object" in _kinds(schema) else None


def _object(text: str, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The text in the first property that takes it; others only where they are not demanded, or may be null."""
    known = {name: cast("dict[str, Any]", one) for name, one in properties_of(schema).items() if isinstance(one, dict)}
    required = required_of(schema)
    fits = [name for name in (*required, *known) if name in known and _takes_text(known[name], text)]
    if not fits:
        return None
    value: dict[str, Any] = {fits[0]: text}
    for name in required:
        if name in value:
            continue
        if "null" not in _kinds(known.get(name, {})):
            return None
        value[name] = None
    return value
