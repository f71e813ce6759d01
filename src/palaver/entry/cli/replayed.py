"""Reads examples, policies and rules from files for `palaver care dry-run`; what comes of them is decided elsewhere.

What is read is what rules find, and what the trained readers that are installed say, under a policy.
"""

import asyncio
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from palaver.care.crisis.detector import Detector
from palaver.care.crisis.finding import Finding
from palaver.care.crisis.rules import BadRule
from palaver.care.models.raising import about_oneself, raised
from palaver.care.models.readers import Told
from palaver.care.policy.policy import SHIPS, Policy, Shipped, faults, judged
from palaver.care.policy.replaying import Example, Reads, Replayed, replay
from palaver.care.policy.service import Policies
from palaver.care.service import BOOKS, levels_of
from palaver.core.care import Urgency
from palaver.core.errors import Invalid
from palaver.entry.caring import readers_of
from palaver.entry.database import open_database
from palaver.entry.settings import Settings
from palaver.kit.clock import SystemClock

READERS = ("small", "statements", "encoder")  # a policy that names one is read, though it is not installed here


class Other(NamedTuple):
    """Files of what is to be tried; None is what holds, or ships."""

    policy: Path | None
    rules: Path | None
    words: Path | None


class _Line(msgspec.Struct, frozen=True):
    """One example as a file has it; what else stands in the line is left alone."""

    text: str
    label: Urgency | None = None
    id: str | None = None


def replayed(settings: Settings, examples: Path, other: Other) -> Replayed:
    """What would become of the examples in a file."""
    rules, words = _toml(BOOKS / "rules.toml"), _toml(BOOKS / "words.toml")
    holds = asyncio.run(_in_force(settings, rules))
    tried = _toml(other.rules) if other.rules else rules
    policy = _policy(other.policy, tried) if other.policy else holds
    hears = lru_cache(maxsize=1)(readers_of(settings.care).told)  # each text is read in both ways, one after the other
    now = _reads(words, rules, holds, hears)
    if other == Other(None, None, None):
        return replay(_examples(examples), now, now)
    then = _reads(_toml(other.words) if other.words else words, tried, policy, hears)
    return replay(_examples(examples), now, then)


async def _in_force(settings: Settings, rules: Mapping[str, Any]) -> Policy:
    """The policy of this home, where there is a database."""
    if not settings.database_path.exists():
        return SHIPS
    async with open_database(settings) as database:
        return (await Policies(database, lambda: _shipped(rules), SystemClock()).current()).policy


def _reads(words: Mapping[str, Any], rules: Mapping[str, Any], policy: Policy, hears: Callable[[str], Told]) -> Reads:
    try:
        detector = Detector(words, rules)
    except (BadRule, KeyError, TypeError, AttributeError, ValueError, re.error) as error:
        raise Invalid(f"These words or rules cannot be read: {type(error).__name__}: {error}") from error

    def read(text: str) -> Finding:
        found = detector.read(text)
        return judged(raised(found, hears(text).signals_where(policy.sure, about_oneself(found))), policy)

    return read


def _policy(file: Path, rules: Mapping[str, Any]) -> Policy:
    try:
        policy = msgspec.json.decode(_bytes(file), type=Policy)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} is no policy: {error}") from error
    if wrong := faults(policy, _shipped(rules)):
        raise Invalid(f"{file}: {'.'.join(wrong[0].loc)}: {wrong[0].says}")
    return policy


def _shipped(rules: Mapping[str, Any]) -> Shipped:
    try:
        return Shipped(levels_of(rules), READERS)
    except (KeyError, TypeError) as error:
        raise Invalid(f"These rules cannot be read: {type(error).__name__}: {error}") from error


def _examples(file: Path) -> Iterator[Example]:
    for number, line in enumerate(_bytes(file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"Line {number} of {file} is no example: {error}") from error
        yield Example(number, one.text, one.label, one.id)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_bytes(file).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} is no TOML: {error}") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from error
