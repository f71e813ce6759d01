"""Read: a file of the workspace as numbered lines, as an image, or as the text of a document; it changes nothing."""

import base64
import io
import os
from functools import partial
from typing import Any, BinaryIO

from palaver.core.messages import ImagePart
from palaver.tools.builtin.blocking import BlockingTool, Desk, schema
from palaver.tools.builtin.documents import is_document, text_of
from palaver.tools.port import Outcome, ToolSpec
from palaver.tools.settings import ToolSettings
from palaver.tools.texts import HEAD, encoding_of, image_type

LINES = 2_000
LONGEST_LINE = 2_000  # characters; the rest of a longer line is left out, and said to be

_LONGEST_SEARCH = 64 * 2**20  # characters that are skipped at most on the way to the first line that is wanted
_ROOM = 500  # characters of the output that are kept for what is said about it

SPEC = ToolSpec(
    name="Read",
    description="Read a file of the workspace: text with line numbers, an image, the text of a document (PDF, …).",
    parameters=schema(
        "path",
        path={"type": "string", "description": "Relative to the workspace."},
        offset={"type": "integer", "minimum": 1, "description": "First line."},
        limit={"type": "integer", "minimum": 1, "description": f"Lines; default {LINES}."},
    ),
    effect="reads",
    replay_safe=True,
)


def read_tool(settings: ToolSettings) -> BlockingTool:
    """The tool, with bounds on what it says."""
    return BlockingTool(SPEC, partial(_read, settings))


def _read(settings: ToolSettings, arguments: dict[str, Any], desk: Desk) -> Outcome:
    path: str = arguments["path"]
    with desk.workspace.open(path) as file:
        head = file.read(HEAD)
        file.seek(0)
        image = image_type(head)
        if image:
            return _image(file, image, path, settings.image_bytes)
        lines = Lines(arguments.get("offset", 1), arguments.get("limit", LINES), settings.output_characters - _ROOM)
        if is_document(path, head):
            return lines.told(io.StringIO(text_of(path, file, desk.stop)), f"Text of {path}.", desk)
        encoding = encoding_of(head)
        if encoding is None:
            size = os.fstat(file.fileno()).st_size
            return Outcome(f"{path} is a binary file of {size:,} bytes and cannot be read as text.", ok=False)
        note = f"{path} is not UTF-8; it was read as Latin-1." if encoding == "latin-1" else ""
        with io.TextIOWrapper(file, encoding, errors="replace") as text:
            return lines.told(text, note, desk)


def _image(file: BinaryIO, media_type: str, path: str, most: int) -> Outcome:
    content = file.read(most + 1)
    if len(content) > most:
        return Outcome(f"{path} is an image with more than {most:,} bytes: too large to be shown.", ok=False)
    url = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    return Outcome(f"{path}: {media_type}, {len(content):,} bytes.", parts=(ImagePart(url=url, media_type=media_type),))


class Lines:
    """A piece of a text: `limit` lines from line `offset`, in about `room` characters."""

    def __init__(self, offset: int, limit: int, room: int) -> None:
        self._offset = offset
        self._limit = limit
        self._room = room

    def told(self, text: io.TextIOBase, note: str, desk: Desk) -> Outcome:
        """The lines with their numbers, and where to go on."""
        skipped = self._skip(text, desk)
        if skipped is None:
            return Outcome("That line is too far into the file; use Grep to find what you need.", ok=False)
        if skipped < self._offset - 1:
            return Outcome(f"The file has only {skipped} lines.")
        lines, more = self._lines(text)
        if not lines:
            return Outcome(f"The file has only {skipped} lines." if skipped else "The file is empty.")
        last = self._offset + len(lines) - 1
        if more:
            lines.append(f"[Lines {self._offset} to {last}; there is more: go on with offset {last + 1}.]")
        return Outcome("\n".join([note, *lines] if note else lines))

    def _skip(self, text: io.TextIOBase, desk: Desk) -> int | None:
        """How many lines before the first one there really are; None where looking for it would take too long."""
        searched = count = 0
        line = "\n"
        while count < self._offset - 1 and not desk.stop.is_set():
            before, line = line, text.readline(LONGEST_LINE)
            if not line:
                return count + (not before.endswith("\n"))
            count += line.endswith("\n")
            searched += len(line)
            if searched > _LONGEST_SEARCH:
                return None
        return count

    def _lines(self, text: io.TextIOBase) -> tuple[list[str], bool]:
        lines: list[str] = []
        room = self._room
        while len(lines) < self._limit:
            line = _line(text)
            if line is None:
                return lines, False
            numbered = f"{self._offset + len(lines):6}\t{line}"
            room -= len(numbered) + 1
            if room < 0 and lines:
                return lines, True
            lines.append(numbered)
        return lines, bool(text.read(1))


def _line(text: io.TextIOBase) -> str | None:
    """One line, the rest of a very long one passed over."""
    line = text.readline(LONGEST_LINE)
    if not line:
        return None
    rest, passed = line, 0
    while len(rest) == LONGEST_LINE and not rest.endswith("\n") and passed < _LONGEST_SEARCH:
        rest = text.readline(LONGEST_LINE)
        passed += len(rest)
    return line.rstrip("\r\n") + (" […]" if passed else "")
