"""Reads what ships, and an operator's packs over it, each a file; it chooses nothing.

Everything wrong is said at once, with the file and the entry, so that nobody starts with half of a pack.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from palaver.care.culture.knowledge import Caution, Entry, Phrase
from palaver.care.culture.spoken import Letters

T = TypeVar("T")
One = TypeVar("One", Entry, Phrase, Caution)

_DATA = ("care", "culture", "data")
_LETTERS = "letters.json"
_KINDS = (".json", ".toml")


class PacksRefused(Exception):
    """Packs cannot be used; `problems` says why, a line each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: what it knows, and ids of what it takes away."""

    version: str
    entries: list[Any] = []
    phrases: list[Any] = []
    cautions: list[Any] = []
    remove: list[str] = []


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known, by id, and of which versions it is."""

    entries: Mapping[str, Entry] = field(default_factory=dict[str, Entry])
    phrases: Mapping[str, Phrase] = field(default_factory=dict[str, Phrase])
    cautions: Mapping[str, Caution] = field(default_factory=dict[str, Caution])
    versions: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def version(self) -> str:
        """What ships, and each pack over it."""
        return "+".join(f"{name}-{version}" for name, version in self.versions.items())


@cache
def letters() -> Letters:
    """How letters follow each other in the languages that are told apart."""
    return msgspec.json.decode(files("palaver").joinpath(*_DATA, _LETTERS).read_bytes(), type=Letters)


@cache
def shipped() -> Known:
    """All that comes with Palaver. Raises PacksRefused."""
    folder = files("palaver").joinpath(*_DATA)
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json") and one.name != _LETTERS)
    known = Known()
    for name in names:
        known = _over(known, name, folder.joinpath(name).read_bytes())
    versions = sorted(set(known.versions.values()))
    return Known(known.entries, known.phrases, known.cautions, {"palaver": versions[-1]})


def with_own(folder: Path | None) -> Known:
    """What ships, changed by the packs of a folder where there is one. Raises PacksRefused."""
    if folder is None:
        return shipped()
    try:
        packs = [(one.name, one.read_bytes()) for one in sorted(folder.iterdir()) if one.suffix in _KINDS]
    except OSError as error:
        raise PacksRefused([f"{error.filename or folder} cannot be read: {error.strerror}."]) from error
    known = shipped()
    for name, content in packs:
        known = _over(known, name, content)
    return known


def problems_of(folder: Path | None) -> tuple[str, ...]:
    """What is wrong with an operator's packs, a line each; nothing is read where there are none."""
    try:
        if folder is not None:
            with_own(folder)
    except PacksRefused as error:
        return error.problems
    return ()


def _over(known: Known, name: str, content: bytes) -> Known:
    """What is known, with one more file over it."""
    try:
        pack = _pack(name, content)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PacksRefused([f"{name} cannot be read: {error}."]) from error
    problems: list[str] = []
    entries = _read(pack.entries, Entry, f"{name}: entry", problems)
    phrases = _read(pack.phrases, Phrase, f"{name}: phrase", problems)
    cautions = _read(pack.cautions, Caution, f"{name}: caution", problems)
    there = known.entries.keys() | known.phrases.keys() | known.cautions.keys()
    problems += [f"{name}: remove: there is no {one}" for one in pack.remove if one not in there]
    if problems:
        raise PacksRefused(problems)
    return Known(
        _without(known.entries, pack.remove) | entries,
        _without(known.phrases, pack.remove) | phrases,
        _without(known.cautions, pack.remove) | cautions,
        {**known.versions, Path(name).stem: pack.version},
    )


def _pack(name: str, content: bytes) -> Pack:
    if name.endswith(".json"):
        return msgspec.json.decode(content, type=Pack)
    return msgspec.convert(tomllib.loads(content.decode("utf-8")), Pack)


def _without(those: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    return {name: one for name, one in those.items() if name not in set(names)}


def _read(raw: Iterable[Any], kind: type[One], at: str, problems: list[str]) -> dict[str, One]:
    found: dict[str, One] = {}
    for number, fields in enumerate(raw, 1):
        try:
            one = msgspec.convert(fields, kind)
        except msgspec.ValidationError as error:
            problems.append(f"{at} {number}: {error}.")
            continue
        if one.id in found:
            problems.append(f"{at} {number} ({one.id}): the id stands there twice.")
        found[one.id] = one
    return found
