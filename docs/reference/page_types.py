"""Writes the page's types from the schema of the API: what of it the page reads as it comes; it types no event.

`make docs` at the root writes them anew; nothing is fetched.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

# What the page takes as the API has it; what these refer to comes with them.
ROOTS = (
    "CareConversation",
    "CareResource",
    "Consent",
    "Escalation",
    "EscalationWhole",
    "HelpShown",
    "Human",
    "Message",
    "Session",
    "SessionCare",
)

HEAD = "// What the API gives, written by `make docs` from schema/openapi.json: change it there.\n"
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_REF = re.compile(r"/([A-Za-z_0-9.]+)$")


def page_types(openapi: str) -> str:
    """The module."""
    known: dict[str, Any] = json.loads(openapi)["components"]["schemas"]
    return HEAD + "".join(f"\n{_interface(name, known[name])}" for name in sorted(_reached(known)))


def _reached(known: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    left = list(ROOTS)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += list(_refs(known[name]))
    return found


def _refs(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield _named(schema["$ref"])
        for value in schema.values():
            yield from _refs(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _refs(value)


def _interface(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", []))
    fields = [
        f"  {field}{'' if field in required else '?'}: {_type(of)};" for field, of in schema["properties"].items()
    ]
    says = " ".join(schema.get("description", "").split())
    head = [f"/** {says} */"] if says else []
    return "\n".join([*head, f"export interface {name} {{", *fields, "}", ""])


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _named(schema["$ref"])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join("null" if value is None else f"'{value}'" for value in values)
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return " | ".join(dict.fromkeys(_type(one) for one in several))
    return _of_kind(schema)


def _of_kind(schema: dict[str, Any]) -> str:
    match schema.get("type"):
        case "array":
            items = schema.get("items")
            inner = _type(items) if isinstance(items, dict) else "unknown"
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case "object":
            values = schema.get("additionalProperties", {})
            return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
        case str(kind):
            return _PLAIN[kind]
        case _:
            return "unknown"


def _named(ref: str) -> str:
    found = _REF.search(ref)
    assert found, ref
    return found[1]
