"""LS and Glob: which files there are in the workspace; what stands in them is read elsewhere."""

import heapq
from collections.abc import Iterator
from typing import Any

from palaver.files.paths import folder_inside
from palaver.files.workspace import OWN, Entry
from palaver.tools.builtin.blocking import BlockingTool, Desk, schema
from palaver.tools.globs import glob
from palaver.tools.port import Outcome, ToolSpec

# Folders that searches stay out of, unless they are named: what Palaver keeps, and what git does.
ASIDE = frozenset({OWN, ".git"})

_LISTED = 500
_FOUND = 200
_SAY_EVERY = 5_000  # entries

LS = ToolSpec(
    name="LS",
    description="List a folder of the workspace.",
    parameters=schema("", path={"type": "string", "description": "Folder; default: the workspace."}),
    effect="reads",
    replay_safe=True,
)
GLOB = ToolSpec(
    name="Glob",
    description="Find files by name, newest first. Without “/” a pattern holds at any depth.",
    parameters=schema(
        "pattern",
        pattern={"type": "string", "description": "Like **/*.py or src/*.{ts,tsx}"},
        path={"type": "string", "description": "Folder to look in."},
    ),
    effect="reads",
    replay_safe=True,
)


def ls(arguments: dict[str, Any], desk: Desk) -> Outcome:
    """The names in a folder."""
    path = folder_inside(arguments.get("path", ""))
    entries = desk.workspace.entries(path)
    if not entries:
        return Outcome(f"{path or 'The workspace'} is empty.")
    lines = [_line(entry) for entry in entries[:_LISTED]]
    if len(entries) > _LISTED:
        lines.append(f"[{len(entries) - _LISTED:,} more; use Glob.]")
    return Outcome("\n".join(lines))


def find(arguments: dict[str, Any], desk: Desk) -> Outcome:
    """The files that a glob means."""
    fits = glob(arguments["pattern"])
    found = [entry for entry in files(desk, arguments.get("path", ""), "looked at") if fits(entry[0])]
    if not found:
        return Outcome("No file found.")
    newest = heapq.nlargest(_FOUND, (entry for _, entry in found), key=lambda entry: (entry.modified, entry.path))
    lines = [entry.path for entry in newest]
    if len(found) > _FOUND:
        lines.append(f"[{len(found) - _FOUND:,} older ones are left out.]")
    return Outcome("\n".join(lines))


LISTING = (BlockingTool(LS, ls), BlockingTool(GLOB, find))


def files(desk: Desk, path: str, done: str) -> Iterator[tuple[str, Entry]]:
    """Every file below a folder, with its path from there; the person is told how many, and being cancelled ends it."""
    top = folder_inside(path)
    start = len(top) + 1 if top else 0
    leave_out = ASIDE - set(top.split("/"))
    for count, entry in enumerate(desk.workspace.walk(top, leave_out), 1):
        if desk.stop.is_set():
            return
        if count % _SAY_EVERY == 0:
            desk.tell(f"{count:,} files and folders {done}")
        if entry.kind == "file":
            yield entry.path[start:], entry


def _line(entry: Entry) -> str:
    name = entry.path.rpartition("/")[2]
    match entry.kind:
        case "folder":
            return f"{name}/"
        case "link":
            return f"{name} (a link; not followed)"
        case "other":
            return f"{name} (not a file)"
        case "file":
            return f"{name}  {entry.size:,} bytes"
