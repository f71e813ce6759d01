"""Grep: which files of the workspace have something in them, and where; how a text is searched is `matches.py`'s."""

from collections.abc import Iterator
from typing import Any

from palaver.core.errors import Invalid, NotFound, PalaverError
from palaver.files.paths import folder_inside
from palaver.files.workspace import Entry
from palaver.tools.builtin.blocking import BlockingTool, Desk, schema
from palaver.tools.builtin.listing import files
from palaver.tools.globs import glob
from palaver.tools.matches import compiled, hits, shown
from palaver.tools.port import Outcome, ToolSpec
from palaver.tools.texts import HEAD, decoded, encoding_of

LARGEST = 16 * 2**20  # bytes; larger files are not searched, and said not to be

_LINES = 250
_CONTEXT = 20

SPEC = ToolSpec(
    name="Grep",
    description="Search files of the workspace by a regular expression.",
    parameters=schema(
        "pattern",
        pattern={"type": "string"},
        path={"type": "string", "description": "File or folder to search."},
        glob={"type": "string", "description": "Only files like *.py"},
        output_mode={"enum": ["files", "content", "count"], "description": "Default: files."},
        context={"type": "integer", "minimum": 0, "maximum": _CONTEXT, "description": "Lines around each, for content"},
        ignore_case={"type": "boolean"},
        limit={"type": "integer", "minimum": 1, "maximum": 2_000, "description": f"Lines told; default {_LINES}."},
    ),
    effect="reads",
    replay_safe=True,
)


def grep(arguments: dict[str, Any], desk: Desk) -> Outcome:
    """Search."""
    search = Search(arguments, desk)
    lines = search.lines()
    told = lines[: search.limit]
    if len(lines) > search.limit:
        told.append(f"[There is more: only the first {search.limit} lines are told.]")
    if not lines:
        told.append("Nothing found.")
    if search.passed_over:
        told.append(f"[{search.passed_over} files were not searched: larger than {LARGEST:,} bytes.]")
    return Outcome("\n".join(told))


GREP = BlockingTool(SPEC, grep)


class Search:
    """One search; `passed_over` counts files that were too large."""

    def __init__(self, arguments: dict[str, Any], desk: Desk) -> None:
        self.limit: int = arguments.get("limit", _LINES)
        self.passed_over = 0
        self._desk = desk
        self._path = folder_inside(arguments.get("path", ""))
        self._pattern = compiled(arguments["pattern"], ignore_case=arguments.get("ignore_case", False))
        self._fits = glob(arguments["glob"]) if "glob" in arguments else None
        self._mode: str = arguments.get("output_mode", "files")
        self._context: int = arguments.get("context", 0)

    def lines(self) -> list[str]:
        """What was found, as it is told; ends soon after there are more than `limit`."""
        lines: list[str] = []
        for entry in self._files():
            lines += self._found(entry)
            if len(lines) > self.limit:
                break
        return lines

    def _files(self) -> Iterator[Entry]:
        """The files to search: the one that was named, or those below a folder."""
        try:
            named = self._desk.workspace.stat(self._path)
        except NotFound:
            if self._path:
                raise
            return
        if named.kind != "folder":
            yield named
            return
        for path, entry in files(self._desk, self._path, "searched"):
            if self._fits is None or self._fits(path):
                yield entry

    def _found(self, entry: Entry) -> list[str]:
        if entry.size > LARGEST:
            self.passed_over += 1
            return []
        text = self._text(entry)
        if text is None:
            return []
        starts: list[int] = []
        most = {"files": 0, "content": self.limit}.get(self._mode, len(text))
        try:
            for start in hits(self._pattern, text):
                starts.append(start)
                if self._desk.stop.is_set() or len(starts) > most:
                    break
        except TimeoutError:
            raise Invalid(f"The pattern takes too long on {entry.path}; write one that is less ambiguous.") from None
        return self._told(entry.path, text, starts)

    def _told(self, path: str, text: str, starts: list[int]) -> list[str]:
        if not starts:
            return []
        if self._mode == "files":
            return [path]
        if self._mode == "count":
            return [f"{path}:{len(starts)}"]
        lines = shown(text, starts, self._context)
        return [f"{path}:{line.number}{':' if line.hit else '-'}{line.text}" if line else "--" for line in lines]

    def _text(self, entry: Entry) -> str | None:
        """What is to be searched; None for what is not text, or cannot be reached any more."""
        try:
            with self._desk.workspace.open(entry.path) as file:
                head = file.read(HEAD)
                if encoding_of(head) is None:
                    return None
                return decoded(head + file.read(LARGEST))[0]
        except PalaverError:
            if entry.path == self._path:
                raise  # this very file was asked for
            return None
        except ValueError:
            return None
