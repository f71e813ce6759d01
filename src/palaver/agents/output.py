"""Whether answers can be asked to follow a JSON Schema: it is one, bounded, and refers to nothing outside itself."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

LONGEST_SCHEMA = 65_536  # bytes of JSON: vendors take less, and every step of a run carries it
DEEPEST_SCHEMA = 32


class SchemaRefused(ValueError):
    """A schema that no answer could be checked by; the message says why."""


def check(schema: dict[str, Any]) -> None:
    """Return where answers can be checked by it; raise `SchemaRefused` where not."""
    if len(msgspec.json.encode(schema)) > LONGEST_SCHEMA:
        raise SchemaRefused(f"the schema has more than {LONGEST_SCHEMA} bytes of JSON")
    for depth, node in _nodes(schema):
        if depth > DEEPEST_SCHEMA:
            raise SchemaRefused(f"the schema is nested more than {DEEPEST_SCHEMA} levels deep")
        _check_references(node, schema)
    # here, because it takes 30 ms to import and most servers are never asked for it
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        where = "/".join(str(part) for part in error.absolute_path)
        raise SchemaRefused(
            f"this is not a JSON Schema: {error.message[:300]}{f' (at {where})' if where else ''}"
        ) from None


def _nodes(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every object in it, with its depth; without recursion, so that depth costs nothing."""
    pending: list[tuple[int, Any]] = [(1, value)]
    while pending:
        depth, node = pending.pop()
        if isinstance(node, dict):
            found = cast("dict[str, Any]", node)
            yield depth, found
            pending += [(depth + 1, child) for child in found.values()]
        elif isinstance(node, list):
            pending += [(depth + 1, child) for child in cast("list[Any]", node)]


def _check_references(node: dict[str, Any], schema: dict[str, Any]) -> None:
    for word in ("$ref", "$dynamicRef"):
        reference = node.get(word)
        if isinstance(reference, str) and not _is_there(reference, schema):
            raise SchemaRefused(f"`{word}` must lead to a place in the schema itself, and {reference[:200]!r} does not")
    if "$id" in node and node is not schema and isinstance(node["$id"], str):
        raise SchemaRefused("`$id` may only stand at the top of the schema")


def _is_there(reference: str, schema: dict[str, Any]) -> bool:
    if reference == "#":
        return True
    if not reference.startswith("#/"):
        return False
    found: Any = schema
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        found = _below(found, name)
    return isinstance(found, (dict, bool))


def _below(value: Any, name: str) -> Any:
    """What stands under a name, or at a number; None where there is nothing."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).get(name)
    if isinstance(value, list) and name.isascii() and name.isdigit():
        items = cast("list[Any]", value)
        return items[int(name)] if int(name) < len(items) else None
    return None
