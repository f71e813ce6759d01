"""Write, Edit and MultiEdit: files of the workspace are changed whole or not at all; nothing is read out here."""

from collections.abc import Sequence
from typing import Any

from palaver.core.errors import Invalid, NotFound
from palaver.core.messages import FilePart
from palaver.files.media import media_type_of
from palaver.files.workspace import Entry
from palaver.tools.builtin.blocking import BlockingTool, Desk, schema
from palaver.tools.edits import Replacement, applied
from palaver.tools.port import Outcome, ToolSpec
from palaver.tools.texts import decoded, encoded

_PATH = {"type": "string", "description": "Relative to the workspace."}
_EDIT: dict[str, dict[str, Any]] = {
    "old_string": {"type": "string", "description": "Exact text; must stand there once."},
    "new_string": {"type": "string"},
    "replace_all": {"type": "boolean", "description": "Replace it wherever it stands."},
}

WRITE = ToolSpec(
    name="Write",
    description="Write a text file of the workspace, replacing what was there. Folders on the way are made.",
    parameters=schema("path content", path=_PATH, content={"type": "string"}),
    effect="edits",
    replay_safe=True,
)
EDIT = ToolSpec(
    name="Edit",
    description="Replace an exact piece of text in a file of the workspace.",
    parameters=schema("path old_string new_string", path=_PATH, **_EDIT),
    effect="edits",
)
MULTI_EDIT = ToolSpec(
    name="MultiEdit",
    description="Make several edits of one file, in order: all or none.",
    parameters=schema(
        "path edits",
        path=_PATH,
        edits={
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": schema("old_string new_string", **_EDIT),
        },
    ),
    effect="edits",
)


def write(arguments: dict[str, Any], desk: Desk) -> Outcome:
    """Put the text there."""
    content = _bytes(arguments["content"])
    _check(desk)
    entry = desk.workspace.write(arguments["path"], content)
    return Outcome(f"Wrote {entry.path} ({_lines(arguments['content'])}, {entry.size:,} bytes).", parts=_shown(entry))


def edit(arguments: dict[str, Any], desk: Desk) -> Outcome:
    """Make one edit."""
    return _edit(arguments["path"], [_replacement(arguments)], desk)


def multi_edit(arguments: dict[str, Any], desk: Desk) -> Outcome:
    """Make all edits, or none."""
    return _edit(arguments["path"], [_replacement(one) for one in arguments["edits"]], desk)


CHANGING = (BlockingTool(WRITE, write), BlockingTool(EDIT, edit), BlockingTool(MULTI_EDIT, multi_edit))


def _edit(path: str, replacements: Sequence[Replacement], desk: Desk) -> Outcome:
    places: list[int] = []

    def change(before: bytes | None) -> bytes:
        if before is None:
            raise NotFound(f"There is no {path}.")
        text, encoding = _text(before, path)
        text, count = applied(text, replacements)
        places.append(count)
        _check(desk)
        try:
            return encoded(text, before, encoding)
        except UnicodeEncodeError as error:
            raise Invalid(f"{path} is {encoding}, which has no “{error.object[error.start]}”.") from None

    entry = desk.workspace.change(path, change)
    return Outcome(f"Changed {entry.path} in {_counted(sum(places), 'place')}.", parts=_shown(entry))


def _text(before: bytes, path: str) -> Any:
    try:
        return decoded(before)
    except ValueError:
        raise Invalid(f"{path} is a binary file and cannot be edited as text.") from None


def _replacement(said: dict[str, Any]) -> Replacement:
    return Replacement(said["old_string"], said["new_string"], said.get("replace_all", False))


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Invalid("The content is not valid Unicode: it has half of a surrogate pair in it.") from None


def _check(desk: Desk) -> None:
    """A call that was cancelled changes nothing any more."""
    if desk.stop.is_set():
        raise Invalid("The call was cancelled before anything was written.")


def _lines(text: str) -> str:
    count = text.count("\n") + (not text.endswith("\n") and bool(text))
    return _counted(count, "line")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _shown(entry: Entry) -> tuple[FilePart, ...]:
    name = entry.path.rpartition("/")[2]
    return (FilePart(path=entry.path, name=name, media_type=media_type_of(name), size=entry.size),)
