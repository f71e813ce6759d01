"""Reads single fields of decoded JSON whose shape nobody vouches for; which fields there are is not said here."""

from typing import Any, cast


def group(fields: object, name: str) -> dict[str, Any]:
    """The object in a field, empty where there is none."""
    if not isinstance(fields, dict):
        return {}
    inner = cast("dict[str, Any]", fields).get(name)
    return cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}


def rows(fields: object, *names: str) -> list[dict[str, Any]] | None:
    """The objects of the first of these fields that holds a list, or of the list itself; None where there is none."""
    found: Any = fields
    if isinstance(fields, dict):
        held = cast("dict[str, Any]", fields)
        found = next((held[name] for name in names if isinstance(held.get(name), list)), None)
    if not isinstance(found, list):
        return None
    return [cast("dict[str, Any]", row) for row in cast("list[Any]", found) if isinstance(row, dict)]


def positive(fields: dict[str, Any], *names: str) -> int | None:
    """The first of these fields that holds a whole number above zero."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


def text(fields: dict[str, Any], name: str) -> str | None:
    """A text that is not empty."""
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def count(value: object) -> int | None:
    """A number of tokens, or None where it cannot be one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**53:
        return None
    return int(value)
