"""♥ Changes of SCIM (RFC 7644, section 3.5.2) to a resource, as Okta and Entra send them too; it stores nothing.

Entra writes `Add` and `Replace`, sends texts for booleans, and names attributes with dots inside a value. Okta leaves
the path out.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from palaver.identity.scim import filters
from palaver.identity.scim.filters import is_object
from palaver.identity.scim.refusals import NoTarget, PathRefused

MOST_CHANGES = 1_000
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

Resource = dict[str, Any]

_PATH = re.compile(r"(?:(urn:[\w:.-]+?):)?([A-Za-z$][\w$-]*)(?:\[(.+)\])?(?:\.([A-Za-z$][\w$-]*))?", re.DOTALL)
_NAMES = {
    name.lower(): name
    for name in (
        "userName", "externalId", "displayName", "nickName", "profileUrl", "userType", "preferredLanguage",
        "phoneNumbers", "givenName", "familyName", "middleName", "honorificPrefix", "honorificSuffix",
        "employeeNumber", "costCenter", "postalCode", "streetAddress", "x509Certificates",
    )
}  # fmt: skip
_EQUALS = re.compile(r'\s*([A-Za-z$][\w$]*)\s+eq\s+"((?:[^"\\]|\\.)*)"\s*', re.IGNORECASE)


class _Path(NamedTuple):
    urn: str | None
    name: str
    test: str | None
    sub: str | None


def patched(resource: Mapping[str, Any], changes: Sequence[object]) -> Resource:
    """The resource after these changes, in their order; raises where one cannot be made."""
    if not 0 < len(changes) <= MOST_CHANGES:
        raise PathRefused(f"1 to {MOST_CHANGES} operations are made at once.")
    made = copy.deepcopy(dict(resource))
    for change in changes:
        if not is_object(change):
            raise PathRefused("An operation is an object.")
        _apply(made, (change))
    return made


def _apply(made: Resource, change: Mapping[str, Any]) -> None:
    act, path, value = str(change.get("op", "")).lower(), change.get("path"), change.get("value")
    if act not in {"add", "replace", "remove"}:
        raise PathRefused("An operation adds, replaces or removes.")
    if path is None or path == "":
        if act == "remove" or not is_object(value):
            raise NoTarget("Without a path an operation has an object of attributes as its value.")
        for name, inner in (value).items():
            if name == ENTERPRISE and is_object(inner):
                for below, one in (inner).items():
                    _at(made, _Path(ENTERPRISE, below, None, None), act, one)
            else:
                _at(made, _read(name), act, inner)
        return
    if not isinstance(path, str):
        raise PathRefused
    _at(made, _read(path), act, value)


def _read(path: str) -> _Path:
    match = _PATH.fullmatch(path.strip())
    if match is None:
        raise PathRefused(f"{path[:100]} is not a path.")
    urn = match[1]
    if urn is not None and urn.lower() != ENTERPRISE.lower():
        urn = None  # the resource's own schema
    return _Path(ENTERPRISE if urn else None, match[2], match[3], match[4])


def _at(made: Resource, path: _Path, act: str, value: Any) -> None:
    where = made
    if path.urn is not None:
        where = made.setdefault(path.urn, {})
    name = _key(where, path.name)
    if path.test is not None:
        _among(where, name, path, act=act, value=value)
    elif path.sub is not None:
        _below(where, name, path.sub, act=act, value=value)
    elif act == "remove":
        _removed(where, name, value)
    else:
        where[name] = _joined(where.get(name), value) if act == "add" else value


def _below(where: Resource, name: str, sub: str, *, act: str, value: Any) -> None:
    inner = where.get(name)
    if isinstance(inner, list):
        for one in cast("list[object]", inner):
            if isinstance(one, dict):
                _set(cast("Resource", one), sub, act, value)
        return
    if not isinstance(inner, dict):
        if act == "remove":
            return
        inner = where[name] = {}
    _set(cast("Resource", inner), sub, act, value)


def _among(where: Resource, name: str, path: _Path, *, act: str, value: Any) -> None:
    """Those of several values that fit a filter; where none does, one is made of what the filter asks for."""
    assert path.test is not None  # the caller looked
    test = filters.read(path.test)
    held = where.get(name)
    entries = cast("list[Any]", held) if isinstance(held, list) else []
    fitting = [one for one in entries if is_object(one) and test(one)]
    if act == "remove" and path.sub is None:
        where[name] = [one for one in entries if not any(one is other for other in fitting)]
        return
    if not fitting:
        asked = _EQUALS.fullmatch(path.test)
        if act == "remove":
            return
        if asked is None:
            raise NoTarget
        fitting = [{asked[1]: asked[2]}]
        where[name] = [*entries, *fitting]
    for one in cast("list[Resource]", fitting):
        if path.sub is not None:
            _set(one, path.sub, act, value)
        elif is_object(value):
            one.update(value)
        else:
            one["value"] = value


def _removed(where: Resource, name: str, value: Any) -> None:
    """All of it, or, as Entra asks, those of several values that are named."""
    held = where.get(name)
    if not isinstance(held, list) or not value:
        where.pop(name, None)
        return
    named = cast("list[object]", value if isinstance(value, list) else [value])
    gone = {_value(one) for one in named}
    where[name] = [one for one in cast("list[object]", held) if _value(one) not in gone]


def _joined(held: Any, value: Any) -> Any:
    """What is added to: several values become more, an object gets more attributes, else the new one counts."""
    if isinstance(held, list) or isinstance(value, list):
        old = cast("list[Any]", held) if isinstance(held, list) else [] if held is None else [held]
        new = cast("list[Any]", value) if isinstance(value, list) else [value]
        known = [_value(one) for one in old]
        return old + [one for one in new if _value(one) not in known]
    if isinstance(held, dict) and is_object(value):
        return {**cast("Resource", held), **(value)}
    return value


def _value(one: object) -> object:
    if is_object(one):
        found = (one).get("value")
        return found if isinstance(found, str) else repr(one)
    return one if isinstance(one, str) else repr(one)


def _set(inner: Resource, sub: str, act: str, value: Any) -> None:
    name = _key(inner, sub)
    if act == "remove":
        inner.pop(name, None)
    else:
        inner[name] = value


def _key(where: Mapping[str, Any], name: str) -> str:
    """How an attribute is written: as it stands there, or as the schema writes it."""
    known = next((one for one in where if one.lower() == name.lower()), None)
    return known or _NAMES.get(name.lower(), name)
