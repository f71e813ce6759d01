"""All settings as a list for people: value, source and sentence; as text for a terminal or Markdown for the docs."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from palaver.entry.layers import ANY_NAME, Path, Setting, listed_in, settings_of
from palaver.entry.settings import Loaded, Settings
from palaver.observability.redact import HIDDEN, redact

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))

_OPENING = """# Settings

Written by `make docs` from the code. Each setting can stand in the environment, as `PALAVER_` and its name in capitals
with two underscores for every dot, or in the TOML file `palaver.toml` in Palaver's home. The environment wins. `NAME`
stands for a name of your own, `[]` for an entry of a list (`[[identity.issuers]]`). Lengths of
time are written `90s`, `15m`, `12h` or `30d`. Names that are not in this list are refused. `palaver config` prints what
is in force on your machine, and where it comes from.
"""


def as_text(loaded: Loaded) -> str:
    """Every setting with its value, where that came from and what it means; secrets hidden."""
    lines: list[str] = []
    for setting, value in _in_force(loaded):
        shown = HIDDEN if setting.secret and value else redact(show(value))
        lines += [f"{setting.name} = {shown}  ({loaded.source(setting.path)})", f"    {setting.field.description}"]
    return "\n".join(lines)


def as_markdown() -> str:
    """The reference page: what there is, with its defaults."""
    return _OPENING + "".join(_sections(settings_of(Settings)))


def as_short_table() -> str:
    """The settings outside of groups, by their variables: what a first page shows."""
    rows = (setting for setting in settings_of(Settings) if len(setting.path) == 1)
    head = "| variable | default | what it does |\n|---|---|---|\n"
    return head + "".join(_row(setting, setting.variable) for setting in rows)


def _sections(settings: Iterable[Setting]) -> Iterator[str]:
    lists: list[Setting] = []
    for group, members in groupby(settings, key=lambda setting: setting.path[:-1]):
        yield f"\n## {'.'.join(group) or 'The server'}\n\n| name | default | what it does |\n|---|---|---|\n"
        for setting in members:
            yield _row(setting, setting.name)
            lists += [setting] if listed_in(setting.field) else []
    for setting in lists:
        if entry := listed_in(setting.field):
            yield from _sections(settings_of(entry, (*setting.path[:-1], f"{setting.path[-1]}[]")))


# What follows the host of a hook's URL may be all that keeps others from calling it.
_PATH = re.compile(r"(https?://[^/\"\s]+/)[^\"\s]+")


def show(value: Any) -> str:
    """A value as one would write it."""
    if isinstance(value, timedelta):
        return _show_span(value)
    if isinstance(value, BaseModel):
        return _PATH.sub(r"\1…", redact(value.model_dump_json(exclude_defaults=True)))
    if isinstance(value, (list, tuple)) and not all(isinstance(part, str) for part in _items(value)):
        return "[" + ", ".join(show(part) for part in _items(value)) + "]"
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, default=str)
    if value is None:
        return "not set"
    if isinstance(value, str):
        return redact(value) if "://" in value else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value)


def _show_span(value: timedelta) -> str:
    seconds = value.total_seconds()
    for unit, size in _UNITS:
        if seconds and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds * 1000)}ms" if seconds else "0s"


def _in_force(loaded: Loaded) -> Iterator[tuple[Setting, Any]]:
    for setting in settings_of(Settings):
        yield from _at(loaded.settings, setting, setting.path, ())


def _at(here: Any, setting: Setting, rest: Path, gone: Path) -> Iterator[tuple[Setting, Any]]:
    """The value below `here`; one for every name where the tree has names of its own."""
    if not rest:
        yield Setting(gone, setting.field), here
    elif rest[0] == ANY_NAME:
        names: Mapping[str, Any] = here
        for name, below in names.items():
            yield from _at(below, setting, rest[1:], (*gone, name))
    else:
        yield from _at(getattr(here, rest[0]), setting, rest[1:], (*gone, rest[0]))


def _row(setting: Setting, name: str) -> str:
    default = setting.field.get_default(call_default_factory=True)
    says = f"{setting.field.description}{_choices(setting.field)}"
    return f"| `{name}` | {_cell(setting.field, default)} | {says} |\n"


def _cell(field: FieldInfo, default: Any) -> str:
    if field.is_required():
        return "required"
    return "" if default is None or default in ((), {}) else f"`{show(default)}`"


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal:
        return ""
    return " One of " + ", ".join(f"`{choice}`" for choice in get_args(field.annotation)) + "."
