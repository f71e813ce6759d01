"""Agents, skills and commands from the operator's folders, in the formats people have; nothing is written there.

Read again when something changed; what cannot be read is left out and said. Links are not followed.
"""

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from palaver.agents.front_matter import NotReadable, parse, words
from palaver.agents.kinds import AGENT, COMMAND, SKILL, Kind, Values, read
from palaver.core.errors import Invalid, NotFound, PalaverError
from palaver.files.workspace import Entry, Workspace
from palaver.kit.clock import Clock, stamp

LONGEST_FILE = 262_144  # bytes
MOST_FILES = 1_000  # of all folders together
LOOK_EVERY = timedelta(seconds=1)  # files are asked for changes no more often

# Names that other programs know for their own models; here they mean: whatever answers already.
_THEIR_MODELS = frozenset({"", "inherit", "default", "sonnet", "opus", "haiku"})

_PLACES = ("agents", "skills", "commands")  # in each folder

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskEntry:
    """One definition; of a skill, without its text, which stays on the disk until it is opened."""

    id: str
    kind: str
    name: str
    body: Values
    folder: Path
    path: str
    modified: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the folders hold, and a sentence for each file that was left out."""

    entries: tuple[DiskEntry, ...] = ()
    problems: tuple[str, ...] = ()
    by_id: dict[str, DiskEntry] = field(default_factory=dict)

    def of(self, kind: str) -> list[DiskEntry]:
        """Those of one kind, by name."""
        return sorted((one for one in self.entries if one.kind == kind), key=lambda one: one.name)


NONE = Found()


def disk_id(kind: str, name: str) -> str:
    """The same for the same name, so that it can be asked for again."""
    return f"disk_{hashlib.sha256(f'{kind}/{name}'.encode()).hexdigest()[:32]}"


class Disk:
    """The folders, and what else an operator has written down (`fixed`). `look` is cheap where nothing changed."""

    def __init__(self, folders: Sequence[Path], clock: Clock, fixed: Sequence[DiskEntry] = ()) -> None:
        self._folders = tuple(folders)
        self._places = [str(folder / kind) for folder in folders for kind in _PLACES]
        self._clock = clock
        self._fixed = tuple(fixed)
        self._found = _all(NONE, self._fixed)
        self._seen: tuple[object, ...] = ()
        self._looked: datetime | None = None

    async def look(self) -> Found:
        """What is there now, as of a second ago at most."""
        now = self._clock.now()
        if self._looked is None or now - self._looked >= LOOK_EVERY:
            self._looked = now
            if self._seen or any(map(os.path.isdir, self._places)):  # else a thread would find nothing to do
                await asyncio.to_thread(self._look)
        return self._found

    async def text(self, entry: DiskEntry, file: str = "SKILL.md") -> str:
        """A file of a skill's folder; `SKILL.md` without its front matter."""
        return await asyncio.to_thread(_text, entry, file)

    async def files(self, entry: DiskEntry) -> list[str]:
        """Everything else in a skill's folder."""
        return await asyncio.to_thread(_files, entry)

    def _look(self) -> None:
        candidates = [one for folder in self._folders for one in _candidates(folder)][:MOST_FILES]
        seen = tuple((one.folder, one.entry) for one in candidates)
        if seen == self._seen:
            return
        self._seen, self._found = seen, _all(_read(candidates), self._fixed)
        for problem in self._found.problems:
            log.warning("A definition on the disk was left out: %s", problem)


def _all(found: Found, fixed: Sequence[DiskEntry]) -> Found:
    return Found((*found.entries, *fixed), found.problems, found.by_id | {one.id: one for one in fixed})


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: Kind
    folder: Path
    entry: Entry
    name: str


def _candidates(folder: Path) -> Iterator[_Candidate]:
    """Every file that has the name and the place of a definition."""
    for entry in _listed(folder / "agents"):
        if entry.kind == "file" and entry.path.endswith(".md"):
            yield _Candidate(AGENT, folder / "agents", entry, entry.path.removesuffix(".md"))
    for entry in _listed(folder / "skills"):
        if entry.kind == "folder":
            for inner in _listed(folder / "skills" / entry.path):
                if inner.kind == "file" and inner.path == "SKILL.md":
                    yield _Candidate(SKILL, folder / "skills" / entry.path, inner, entry.path)
    for entry in _listed(folder / "commands", deep=True):
        if entry.kind == "file" and entry.path.endswith(".md"):
            name = entry.path.removesuffix(".md").replace("/", ":")
            yield _Candidate(COMMAND, folder / "commands", entry, name)


def _listed(folder: Path, *, deep: bool = False) -> list[Entry]:
    workspace = Workspace(folder)
    try:
        return list(workspace.walk()) if deep else workspace.entries()
    except PalaverError:
        return []  # a file, or a folder that may not be opened, where a folder could be


def _read(candidates: Sequence[_Candidate]) -> Found:
    entries: dict[str, DiskEntry] = {}
    problems: list[str] = []
    for one in candidates:
        try:
            entry = _definition(one)
        except (NotReadable, PalaverError, UnicodeDecodeError) as error:
            says = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            problems.append(f"{one.folder / one.entry.path}: {says}")
            continue
        if entry.id in entries:
            problems.append(f"{one.folder / one.entry.path}: a {one.kind.said} `{entry.name}` was found before")
        else:
            entries[entry.id] = entry
    return Found(tuple(entries.values()), tuple(problems), entries)


def _definition(one: _Candidate) -> DiskEntry:
    text = Workspace(one.folder).read(one.entry.path, LONGEST_FILE).decode()
    fields, below = parse(text)
    if not below:
        raise NotReadable("there is no text below the front matter")
    said = _FIELDS[one.kind.name](fields, below, one.name)
    body = read(one.kind.body, {name: value for name, value in said.items() if value is not None})
    name = body["name"]
    if one.kind is SKILL:
        del body["body"]
    return DiskEntry(
        id=disk_id(one.kind.name, name),
        kind=one.kind.name,
        name=name,
        body=body,
        folder=one.folder,
        path=one.entry.path,
        modified=stamp(datetime.fromtimestamp(one.entry.modified, UTC)),
    )


def _agent(fields: Values, below: str, name: str) -> Values:
    return {
        "name": fields.get("name", name),
        "description": fields.get("description"),
        "instructions": below,
        "model": _model(fields),
        "tools": words(fields.get("tools")),
        "disallowed_tools": words(fields.get("disallowedTools", fields.get("disallowed-tools"))),
        "skills": words(fields.get("skills")),
    }


def _skill(fields: Values, below: str, name: str) -> Values:
    return {"name": fields.get("name", name), "description": fields.get("description"), "body": below}


def _command(fields: Values, below: str, name: str) -> Values:
    first_line = below.splitlines()[0].lstrip("# ").strip()[:200] or name
    return {
        "name": name,
        "description": fields.get("description") or first_line,
        "body": below,
        "argument_hint": _shown(fields.get("argument-hint")),
        "model": _model(fields),
        "allowed_tools": words(fields.get("allowed-tools")),
    }


_FIELDS = {AGENT.name: _agent, SKILL.name: _skill, COMMAND.name: _command}


def _shown(value: Any) -> str | None:
    """`argument-hint: [file]` is a list to YAML, and a text to those who write it."""
    if not isinstance(value, list):
        return value
    parts = cast("list[Any]", value)
    return f"[{', '.join(map(str, parts))}]"


def _model(fields: Values) -> str | None:
    model = fields.get("model")
    return None if model is None or model in _THEIR_MODELS else model


def _text(entry: DiskEntry, file: str) -> str:
    try:
        text = Workspace(entry.folder).read(file, LONGEST_FILE).decode()
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not text.") from None
    return parse(text)[1] if file == "SKILL.md" else text


def _files(entry: DiskEntry) -> list[str]:
    try:
        found = Workspace(entry.folder).walk()
        return [one.path for one in found if one.kind == "file" and one.path != entry.path][:MOST_FILES]
    except NotFound:
        return []
