"""♥ `${VAR}` and `${VAR:-default}` in definitions, from the variables that an operator allows; it reads none itself."""

import re
from collections.abc import Mapping
from typing import Any

from palaver.kit.sealed import Sealed
from palaver.tools.mcp.definition import ServerDefinition

_NAMED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class VariableMissing(Exception):
    """A definition names a variable that is not set, or that it may not have, and gives no default."""


def expanded(definition: ServerDefinition, allowed: Mapping[str, str]) -> ServerDefinition:
    """The definition with every variable filled in; what comes out is checked like what was written."""
    if not _names_any(definition):
        return definition
    said: dict[str, Any] = {
        "type": definition.type,
        "command": _text(definition.command, allowed),
        "args": [fill(arg, allowed) for arg in definition.args],
        "env": {name: Sealed(fill(value.reveal(), allowed)) for name, value in definition.env.items()},
        "cwd": _text(definition.cwd, allowed),
        "url": _text(definition.url, allowed),
        "headers": {name: Sealed(fill(value.reveal(), allowed)) for name, value in definition.headers.items()},
        "oauth": definition.oauth,
    }
    return ServerDefinition.model_validate(said)


def fill(text: str, allowed: Mapping[str, str]) -> str:
    """The text with each variable's value, or its default where it has none; values are not looked through again."""

    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if said := allowed.get(name):
            return said
        if default is None:
            raise VariableMissing(f"The variable {name} is not set, or not on the operator's list.")
        return default

    return _NAMED.sub(value, text)


def _text(text: str | None, allowed: Mapping[str, str]) -> str | None:
    return None if text is None else fill(text, allowed)


def _names_any(definition: ServerDefinition) -> bool:
    secrets = (value.reveal() for group in (definition.env, definition.headers) for value in group.values())
    said = (definition.command, definition.cwd, definition.url, *definition.args, *secrets)
    return any(text is not None and "${" in text for text in said)
