"""♥ Filters of SCIM (RFC 7644, section 3.4.2.2): read once, and asked of resources; it fetches none.

Attribute names, operators and texts are compared without regard to case; only ids and externalId are exact.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeGuard, cast

import msgspec

from palaver.identity.scim.refusals import FilterRefused

Test = Callable[[Mapping[str, Any]], bool]

LONGEST = 2_000
DEEPEST = 20
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([()\[\]])|([A-Za-z$][\w:.$/-]*)|(-?\d+(?:\.\d+)?))')
_EXACT = frozenset({"id", "externalid", "value", "$ref"})
_OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})


class Equals(NamedTuple):
    """The filter that directories send most: one attribute is one text."""

    attribute: str
    value: str


def plain(text: str) -> Equals | None:
    """The filter, where it is that simple."""
    tokens = _tokens(text)
    if len(tokens) == 3 and tokens[1].lower() == "eq" and tokens[2].startswith('"'):
        value = _value(tokens[2])
        return Equals(tokens[0].rpartition(":")[2].lower(), value) if isinstance(value, str) else None
    return None


def read(text: str) -> Test:
    """Whether a resource fits; raises FilterRefused."""
    reader = _Reader(_tokens(text))
    test = reader.either(0)
    if reader.left:
        raise FilterRefused
    return test


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether something is a JSON object."""
    return isinstance(value, Mapping)


def value_of(resource: Mapping[str, Any], name: str) -> Any:
    """An attribute by its name in any case."""
    found = next((value for key, value in resource.items() if key.lower() == name.lower()), None)
    return cast("Any", found)


class _Reader:
    """Reads by recursive descent, at most so deep."""

    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens

    def either(self, depth: int) -> Test:
        test = self._both(depth)
        while self._next("or"):
            test = _or(test, self._both(depth))
        return test

    def _both(self, depth: int) -> Test:
        test = self._one(depth)
        while self._next("and"):
            test = _and(test, self._one(depth))
        return test

    def _one(self, depth: int) -> Test:
        if depth > DEEPEST:
            raise FilterRefused
        if self._next("not"):
            test = self._one(depth + 1)
            return lambda resource: not test(resource)
        if self._next("("):
            test = self.either(depth + 1)
            self._take(")")
            return test
        return self._compared(self._word(), depth)

    def _compared(self, path: str, depth: int) -> Test:
        if self._next("["):
            inner = self.either(depth + 1)
            self._take("]")
            return lambda resource: any(inner(one) for one in _listed(resource, path) if is_object(one))
        operator = self._word().lower()
        if operator == "pr":
            return lambda resource: any(one not in (None, "", [], {}) for one in _reached(resource, path))
        if operator not in _OPERATORS or not self.left:
            raise FilterRefused
        wanted = _value(self.left.pop(0))
        exact = path.rpartition(".")[2].lower() in _EXACT
        if operator == "ne":
            return lambda resource: not any(_fits(one, "eq", wanted, exact=exact) for one in _reached(resource, path))
        return lambda resource: any(_fits(one, operator, wanted, exact=exact) for one in _reached(resource, path))

    def _word(self) -> str:
        if not self.left or self.left[0][0] in '"()[]' or self.left[0][0].isdigit():
            raise FilterRefused
        return self.left.pop(0)

    def _next(self, word: str) -> bool:
        if self.left and self.left[0].lower() == word:
            self.left.pop(0)
            return True
        return False

    def _take(self, word: str) -> None:
        if not self._next(word):
            raise FilterRefused


def _tokens(text: str) -> list[str]:
    if len(text) > LONGEST:
        raise FilterRefused
    found: list[str] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise FilterRefused
        found.append(match[0].strip())
        at = match.end()
    if not found:
        raise FilterRefused
    return found


def _value(token: str) -> Any:
    if token.lower() in {"true", "false", "null"}:
        return {"true": True, "false": False, "null": None}[token.lower()]
    try:
        return msgspec.json.decode(token)
    except msgspec.DecodeError:
        raise FilterRefused from None


def _listed(resource: Mapping[str, Any], name: str) -> list[Any]:
    found = value_of(resource, name)
    return cast("list[Any]", found) if isinstance(found, list) else [] if found is None else [found]


def _reached(resource: Mapping[str, Any], path: str) -> list[Any]:
    """What stands at a path; of what has several values each, and of what is an object its value."""
    urn, _, rest = path.rpartition(":")
    start = value_of(resource, urn) if urn else None
    inside = start if is_object(start) else resource
    first, _, more = rest.partition(".")
    found = _listed(inside, first)
    wanted = more or "value"
    return [value_of(one, wanted) if is_object(one) else one for one in found if is_object(one) or not more]


def _fits(found: Any, operator: str, wanted: Any, *, exact: bool) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool) or found is None or wanted is None:
        return operator == "eq" and found is wanted
    if isinstance(found, str) and isinstance(wanted, str):
        return _texts(*((found, wanted) if exact else (found.casefold(), wanted.casefold())), operator)
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return _ordered((found > wanted) - (found < wanted), operator)
    return False


def _texts(found: str, wanted: str, operator: str) -> bool:
    match operator:
        case "co":
            return wanted in found
        case "sw":
            return found.startswith(wanted)
        case "ew":
            return found.endswith(wanted)
        case _:
            return _ordered((found > wanted) - (found < wanted), operator)


def _ordered(order: int, operator: str) -> bool:
    fits = {"eq": order == 0, "gt": order > 0, "ge": order >= 0, "lt": order < 0, "le": order <= 0}
    return fits.get(operator, False)


def _or(one: Test, other: Test) -> Test:
    return lambda resource: one(resource) or other(resource)


def _and(one: Test, other: Test) -> Test:
    return lambda resource: one(resource) and other(resource)
