"""Reads the services that ship, one file a country, and an operator's file over them; it chooses nothing.

Everything wrong is said at once, with the file and the entry, so that nobody starts with half of a list.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import msgspec

from palaver.care.resources.resource import Resource

_FOLDER = ("care", "resources", "data")
_WORLD = "world"  # instead of a country

Known = dict[str, Resource]


class ResourcesRefused(Exception):
    """A list of services cannot be used; `problems` says why, a line each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator's file holds: services that replace those of the same id or are new, and ids to take away."""

    resources: list[Any] = []
    remove: list[str] = []


class _Named(msgspec.Struct):
    id: str


class _OfCountry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    resources: list[Any]


@cache
def shipped() -> Mapping[str, Resource]:
    """Every service that comes with Palaver, by id. Raises ResourcesRefused."""
    known: Known = {}
    folder = files("palaver").joinpath(*_FOLDER)
    for file in sorted((one for one in folder.iterdir() if one.name.endswith(".json")), key=lambda one: one.name):
        known |= of_country(file.name.removesuffix(".json"), file.read_bytes())
    _check(known, "The services that ship")
    return known


def of_country(name: str, content: bytes) -> Known:
    """The services of one file that ships, whose name says for which country they are. Raises ResourcesRefused."""
    at = f"{name}.json"
    country = None if name == _WORLD else name.upper()
    entries = _entries(msgspec.json.decode(content, type=_OfCountry).resources, at)
    astray = [f"{at}: {one.id} is of {one.country}" for one in entries if one.country != country]
    if astray:
        raise ResourcesRefused(astray)
    return {one.id: one for one in entries}


def with_own(file: Path | None) -> Mapping[str, Resource]:
    """What ships, changed by an operator's file where there is one. Raises ResourcesRefused."""
    if file is None:
        return shipped()
    own = _own(file)
    unknown = [f"{file}: remove: there is no {name}" for name in own.remove if name not in shipped()]
    if unknown:
        raise ResourcesRefused(unknown)
    kept = {name: one for name, one in shipped().items() if name not in own.remove}
    known = kept | {one.id: one for one in _entries(own.resources, str(file))}
    _check(known, str(file))
    return known


def _own(file: Path) -> Own:
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Own)
    except OSError as error:
        raise ResourcesRefused([f"{file} cannot be read: {error.strerror}."]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ResourcesRefused([f"{file} is not TOML: {error}."]) from error
    except msgspec.ValidationError as error:
        raise ResourcesRefused([f"{file}: {error}."]) from error


def _entries(raw: Iterable[Any], at: str) -> list[Resource]:
    found: list[Resource] = []
    problems: list[str] = []
    for number, entry in enumerate(raw, 1):
        where = f"{at}: resource {number} ({_name(entry)})"
        try:
            found.append(msgspec.convert(_anywhere(entry), Resource))
        except msgspec.ValidationError as error:
            problems.append(f"{where}: {error}.")
            continue
        if local := [way.to for way in found[-1].channels if way.local]:
            problems.append(f"{where}: {local[0]!r} is not a number: a short code, or + and the digits.")
        if found[-1].id in [one.id for one in found[:-1]]:
            problems.append(f"{where}: the id stands there twice.")
    if problems:
        raise ResourcesRefused(problems)
    return found


def _anywhere(entry: Any) -> Any:
    """The entry, with what TOML cannot say: null for a service of the whole world."""
    if not isinstance(entry, dict):
        return entry
    fields = cast(dict[str, Any], entry)
    return {**fields, "country": None} if fields.get("country") == _WORLD else fields


def _name(entry: Any) -> str:
    try:
        return msgspec.convert(entry, _Named).id
    except msgspec.ValidationError:
        return "without an id"


def _check(known: Mapping[str, Resource], at: str) -> None:
    """What one entry alone cannot show: each pair is whole and within one country, and every answer has its end."""
    problems = [
        f"{at}: {one.id} is paired with {name}, which is not there, not paired with it, or of another country."
        for one in known.values()
        for name in one.paired_with
        if not (other := known.get(name)) or one.id not in other.paired_with or other.country != one.country
    ]
    problems += [
        f"{at}: there is no resource of kind {kind} for the whole world."
        for kind in ("emergency", "directory")
        if not any(one.kind == kind and one.country is None for one in known.values())
    ]
    if problems:
        raise ResourcesRefused(problems)


def problems_of(file: Path | None) -> tuple[str, ...]:
    """What is wrong with an operator's file, a line each; nothing is read where there is none."""
    try:
        if file is not None:
            with_own(file)
    except ResourcesRefused as error:
        return error.problems
    return ()
