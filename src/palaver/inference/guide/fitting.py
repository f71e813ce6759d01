"""Fits an errand's arguments to the schema of the tool that is offered, whose names for them may differ. Pure.

It neither validates (the server does) nor invents a value that nobody said.
"""

from collections.abc import Mapping
from typing import Any, cast

# What the errands call an argument, and what tools call it; the first that a schema knows is taken.
_NAMES: dict[str, tuple[str, ...]] = {
    "path": ("path", "file_path", "file", "filename", "directory", "folder"),
    "content": ("content", "contents", "text"),
    "old": ("old_string", "old_text", "old", "find"),
    "new": ("new_string", "new_text", "new", "replace"),
    "all": ("replace_all", "all"),
    "pattern": ("pattern", "query", "regex"),
    "glob": ("glob", "include", "files"),
    "mode": ("output_mode",),
    "command": ("command", "cmd"),
    "code": ("code", "source", "script"),
    "url": ("url", "uri"),
    "query": ("query", "q"),
    "items": ("todos", "items", "todo", "tasks"),
    "questions": ("questions",),
    "prompt": ("prompt", "task", "instructions"),
    "description": ("description", "title"),
    "agent": ("agent", "subagent_type", "subagent", "name"),
    "name": ("name", "skill", "command"),
    "arguments": ("arguments", "args", "input"),
}


def properties_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that a schema knows, by name."""
    found = schema.get("properties")
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def required_of(schema: Mapping[str, Any]) -> list[str]:
    """The arguments without which a call is refused."""
    found = schema.get("required")
    return [str(name) for name in cast("list[Any]", found)] if isinstance(found, list) else []


def fitted(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments under the schema's names; those that it does not know are left out."""
    known = properties_of(schema)
    if not known:
        return dict(arguments)
    fit: dict[str, Any] = {}
    for said, value in arguments.items():
        name = next((name for name in _NAMES.get(said, (said,)) if name in known and name not in fit), None)
        if name is not None:
            fit[name] = _shaped(value, cast("dict[str, Any]", known[name]), _definitions(schema))
    return {**fit, **_demanded(fit, arguments, schema)}


def _demanded(fit: Mapping[str, Any], arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a tool demands and nobody says in a sentence: a description of itself, and which page's text is wanted."""
    stock = {
        "path": ".",
        "agent": "general",
        "subagent_type": "general",
        "description": "What the person asked for",
        "prompt": "What does this page say?",
    }
    return {name: stock[name] for name in required_of(schema) if name not in fit and name in stock and arguments}


def missing(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """The arguments that a tool demands and that were not said."""
    return [name for name in required_of(schema) if name not in arguments]


def _definitions(schema: Mapping[str, Any]) -> dict[str, Any]:
    found = schema.get("$defs")
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return cast("dict[str, Any]", definitions.get(name, {})) if name else schema


def _shaped(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """A list of texts as the list of objects that a schema wants; anything else as it is."""
    items = _resolved(schema, definitions).get("items")
    if not isinstance(value, list) or not isinstance(items, dict):
        return cast("Any", value)
    item = _resolved(cast("dict[str, Any]", items), definitions)
    return [_item(one, item, definitions) for one in cast("list[Any]", value)]


# What an item of a list is, besides its text.
_STOCK: dict[str, Any] = {
    "status": "pending",
    "priority": "medium",
    "header": "Question",
    "multi": False,
    "multiSelect": False,
}
_TEXTS = ("content", "label", "text", "title", "task", "activeForm", "active_form")


def _item(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    known, needed = properties_of(schema), required_of(schema)
    if not known:
        return value
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {
            name: _shaped(one, cast("dict[str, Any]", known[name]), definitions)
            for name, one in given.items()
            if name in known
        }
    text = next((name for name in _TEXTS if name in known), None)
    item = {text: value} if text else {}
    for number, name in enumerate(name for name in needed if name not in item):
        item[name] = _STOCK.get(name, value if name in _TEXTS or name == "description" else str(number + 1))
    return item
