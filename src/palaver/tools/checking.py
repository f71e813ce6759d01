"""Whether arguments follow a tool's JSON Schema, and what exactly is wrong where not; it makes no call.

Schemas come from MCP servers too, which may be anybody's: nothing in them is fetched, and their patterns have a time
limit. What the standard calls `unevaluatedProperties` is not looked at, which would have none.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import msgspec
import regex

from palaver.core.errors import Invalid
from palaver.kit.lazily import Lazily

if TYPE_CHECKING:
    import jsonschema.validators
    import referencing.exceptions
else:  # 2 MB that are not needed before somebody's tool is called
    jsonschema, referencing = Lazily("jsonschema"), Lazily("referencing")

Problems = Iterator["jsonschema.ValidationError"]

_TOLD = 5  # problems told at once: a model mends a few, and the next call shows the rest
_LONGEST = 300  # characters of one problem: it repeats the value, which may be a whole file
_PATTERN_SECONDS = 0.05  # the whole server waits meanwhile


def problem(parameters: dict[str, Any], arguments: dict[str, Any]) -> str | None:
    """A sentence a model can mend its call by; None when all is well. An unusable schema is `Invalid`."""
    checker = _checker(msgspec.json.encode(parameters))
    try:
        told = [_sentence(error) for error in islice(checker.iter_errors(arguments), _TOLD)]
    except TimeoutError:
        return "A pattern of the tool's schema takes too long on these arguments."
    except (referencing.exceptions.Unresolvable, RecursionError):
        raise Invalid("The tool's schema refers to something that is not in it.") from None
    return "; ".join(told) or None


def check_schema(parameters: dict[str, Any]) -> None:
    """Raise `Invalid` where this is not a JSON Schema that arguments could be checked with."""
    if parameters.get("type", "object") != "object":
        raise Invalid("The schema of a tool's arguments must be of type object.")
    _checker(msgspec.json.encode(parameters))


@lru_cache(maxsize=512)
def _checker(encoded: bytes) -> Any:
    schema = msgspec.json.decode(encoded)
    try:
        _kind().check_schema(schema)
    except jsonschema.SchemaError as error:
        raise Invalid(f"The tool's schema is not a JSON Schema: {_sentence(error)}") from None
    return _kind()(schema, registry=_nothing_else())


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Problems:
    if isinstance(value, str) and not _fits(pattern, value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: dict[str, Any], value: Any, schema: Any) -> Problems:
    for name, one in _members(value).items():
        for pattern, wanted in patterns.items():
            if _fits(pattern, name):
                yield from validator.descend(one, wanted, path=name, schema_path=pattern)


def _additional_properties(validator: Any, wanted: Any, value: Any, schema: Any) -> Problems:
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, one in _members(value).items():
        if name in known or any(_fits(pattern, name) for pattern in patterns):
            continue
        if wanted is False:
            yield jsonschema.ValidationError(f"{name!r} is not taken")
        else:
            yield from validator.descend(one, wanted, path=name)


def _not_looked_at(validator: Any, wanted: Any, value: Any, schema: Any) -> Problems:
    return iter(())


def _members(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _fits(pattern: str, text: str) -> bool:
    try:
        return regex.search(pattern, text, timeout=_PATTERN_SECONDS) is not None
    except regex.error:
        raise Invalid(f"The tool's schema has a pattern in it that cannot be read: {pattern[:100]}") from None


@cache
def _kind() -> Any:
    """Draft 2020-12, with patterns that end."""
    extend: Any = jsonschema.validators.extend  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    made: Any = extend(
        jsonschema.Draft202012Validator,
        {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
            "unevaluatedProperties": _not_looked_at,
        },
    )
    return made


@cache
def _nothing_else() -> Any:
    """Without a registry of our own the library would fetch what `$ref` names."""
    return referencing.Registry[Any]()


def _sentence(error: Any) -> str:
    where = ".".join(str(step) for step in error.absolute_path)
    said = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    return f"{where}: {said}" if where else said
