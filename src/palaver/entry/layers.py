"""♥ Defaults, file and environment laid over each other for any tree of settings; it reads neither of them itself.

The tree is a pydantic model: nested models are groups, a `dict[str, Model]` is a group with names of its own.
"""

import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from palaver.kit.sealed import Sealed

Path = tuple[str, ...]
Source = Literal["default", "file", "environment"]
Values = dict[str, Any]

PREFIX = "PALAVER_"
ANY_NAME = "NAME"

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d|w)?\s*")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set: where it stands in the tree, and what it takes."""

    path: Path
    field: FieldInfo

    @property
    def name(self) -> str:
        """As it stands in the file: `runs.max_steps`."""
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        """As it stands in the environment: `PALAVER_RUNS__MAX_STEPS`."""
        return variable_of(self.path)

    @property
    def secret(self) -> bool:
        """Whether its value may never be shown."""
        return _hides(self.field.annotation)


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says, as values of the tree, and what is wrong with it, one sentence each."""

    values: Values
    problems: tuple[str, ...] = ()


def variable_of(path: Path) -> str:
    """The environment variable for a place in the tree."""
    return PREFIX + "__".join(path).upper()


def settings_of(tree: type[BaseModel], path: Path = ()) -> Iterator[Setting]:
    """Every setting of the tree, a group's own before those of the groups in it; a name of one's own is `NAME`."""
    groups: list[tuple[type[BaseModel], Path]] = []
    for name, field in tree.model_fields.items():
        here = (*path, name)
        if inner := _group(field):
            groups.append((inner, here))
        elif inner := _named_group(field):
            groups.append((inner, (*here, ANY_NAME)))
        else:
            yield Setting(here, field)
    for group, here in groups:
        yield from settings_of(group, here)


def listed_in(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a list's entries, for a setting that is a list of tables: `[[identity.issuers]]`."""
    inner = get_args(field.annotation)[:1] if get_origin(field.annotation) in (tuple, list) else ()
    return inner[0] if inner and _is_model(inner[0]) else None


def from_environment(tree: type[BaseModel], environment: Mapping[str, str]) -> Layer:
    """What the `PALAVER_*` variables say; an empty one counts as not set."""
    values: Values = {}
    problems: list[str] = []
    for variable in sorted(name for name in environment if name.startswith(PREFIX)):
        path = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        setting = _find(tree, path)
        if setting is None:
            problems.append(f"{variable} is not a setting.{_meant(variable, _variables(tree, path))}")
        elif text := environment[variable]:
            try:
                put(values, path, _from_text(setting.field, text))
            except ValueError as error:
                problems.append(f"{variable}: {error}")
    return Layer(values, tuple(problems))


def from_file(tree: type[BaseModel], content: Mapping[str, Any], where: str) -> Layer:
    """What a parsed TOML file says; `where` names the file in what is told about it."""
    values: Values = {}
    problems: list[str] = []
    known = {setting.name for setting in settings_of(tree)}
    for path, value in _flat(tree, content):
        setting = _find(tree, path)
        if setting is None:
            problems.append(f"{where}: {'.'.join(path)} is not a setting.{_meant('.'.join(path), known)}")
            continue
        try:
            put(values, path, _span(value) if _takes(setting.field, timedelta) else value)
        except ValueError as error:
            problems.append(f"{where}: {setting.name}: {error}")
    return Layer(values, tuple(problems))


def overlay(below: Values, above: Values) -> Values:
    """Both, the upper one winning; groups are merged, lists are not."""
    merged = dict(below)
    for name, value in above.items():
        lower = merged.get(name)
        merged[name] = overlay(lower, value) if _is_values(lower) and _is_values(value) else value
    return merged


def put(values: Values, path: Path, value: Any) -> None:
    """Write a value at its place, making the groups on the way."""
    for name in path[:-1]:
        values = values.setdefault(name, {})
    values[path[-1]] = value


def holds(values: Values, path: Sequence[object]) -> bool:
    """Whether something stands at this place."""
    here: Any = values
    for name in path:
        if not _is_values(here) or name not in here:
            return False
        here = here[str(name)]
    return True


def span(text: str) -> timedelta:
    """A length of time as people write it: `90s`, `15m`, `1.5h`, `30d`; a bare number is seconds."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a length of time; write for example 90s, 15m, 12h or 30d.")
    return timedelta(seconds=float(match[1]) * _UNITS[match[2] or "s"])


def _find(tree: type[BaseModel], path: Path) -> Setting | None:
    group: type[BaseModel] | None = tree
    for place, name in enumerate(path):
        field = group.model_fields.get(name) if group else None
        if field is None:
            return None
        if inner := _group(field):
            group = inner
        elif inner := _named_group(field):
            return _find_named(inner, path, place + 2)
        else:
            return Setting(path, field) if place == len(path) - 1 else None
    return None


def _find_named(group: type[BaseModel], path: Path, place: int) -> Setting | None:
    found = _find(group, path[place:]) if all(path[:place]) else None
    return Setting(path, found.field) if found else None


def _flat(tree: type[BaseModel], content: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for name, value in content.items():
        here = (*path, name)
        if isinstance(value, dict) and _find(tree, here) is None:
            yield from _flat(tree, value, here) if value else ()  # pyright: ignore[reportUnknownArgumentType]
        else:
            yield here, value


def _variables(tree: type[BaseModel], path: Path) -> set[str]:
    """What may have been meant, with the same name where a group has names of its own."""
    name = path[1] if len(path) > 1 else ANY_NAME
    return {variable_of(tuple(name if part == ANY_NAME else part for part in s.path)) for s in settings_of(tree)}


def _meant(wrong: str, known: set[str]) -> str:
    close = get_close_matches(wrong, known, n=1, cutoff=0.75)
    return f" Did you mean {close[0]}?" if close else " `palaver config` lists what there is."


def _from_text(field: FieldInfo, text: str) -> Any:
    if _takes(field, timedelta):
        return span(text)
    if _takes(field, dict) or any(_is_model(part) for part in _alternatives(field.annotation)):
        return _from_json(text)
    if _takes(field, tuple, list, set, frozenset):
        return text if text in _words(field) else _list(text)
    return text


def _list(text: str) -> Any:
    return _from_json(text) if text.lstrip().startswith("[") else [part.strip() for part in text.split(",")]


def _words(field: FieldInfo) -> tuple[Any, ...]:
    """The words that a field takes beside other kinds of value, such as `discover` beside a list."""
    literals = (part for part in _alternatives(field.annotation) if get_origin(part) is Literal)
    return tuple(word for literal in literals for word in get_args(literal))


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("This takes JSON, and what it has is not JSON.") from None


def _span(value: Any) -> Any:
    if isinstance(value, str):
        return span(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return timedelta(seconds=value) if is_number else value


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types a field takes, unions and annotations unfolded."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return tuple(part for each in get_args(annotation) for part in _alternatives(each))
    return (annotation,)


def _hides(annotation: Any) -> bool:
    if annotation is SecretStr or annotation is Sealed or get_origin(annotation) is Sealed:
        return True
    return any(_hides(part) for part in get_args(annotation))


def _takes(field: FieldInfo, *kinds: type) -> bool:
    return any(part in kinds or get_origin(part) in kinds for part in _alternatives(field.annotation))


def _group(field: FieldInfo) -> type[BaseModel] | None:
    return field.annotation if _is_model(field.annotation) else None


def _named_group(field: FieldInfo) -> type[BaseModel] | None:
    if get_origin(field.annotation) not in (dict, Mapping):
        return None
    inner = get_args(field.annotation)[1]
    return inner if _is_model(inner) else None


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_values(value: Any) -> TypeGuard[Values]:
    return isinstance(value, dict)
