"""A Markdown file with YAML front matter, as people keep agents, skills and commands: read into values, never trusted.

Every scalar stays text (`no` is no boolean here), anchors are refused, and nothing in the text is ever run.
"""

import re
from typing import Any, cast

DEEPEST = 32  # lists in lists; far more than anybody writes, and the parser takes the square of it
LONGEST_FRONT = 16_384  # characters; descriptions of thousands of characters exist, more is no front matter

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)(?:^|\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):[ \t]*(.*)")


class NotReadable(ValueError):
    """A file that is not in the format; the message says why, for the operator."""


def parse(text: str) -> tuple[dict[str, Any], str]:
    """The fields of the front matter (none where there is none), and the text below it."""
    found = _FENCE.match(text)
    if found is None:
        return {}, text.strip()
    if len(found[1]) > LONGEST_FRONT:
        raise NotReadable(f"the front matter has more than {LONGEST_FRONT} characters")
    return _fields(found[1]), text[found.end() :].strip()


def words(value: Any) -> list[str] | None:
    """A list, however it is written: as YAML has it, or with commas; `*` and nothing are None: everything.

    A comma within parentheses belongs to a rule: `Bash(git add:*), Read` are two.
    """
    if value is None or value in ("", "*", []):
        return None
    parts = cast("list[Any]", value) if isinstance(value, list) else re.split(r",(?![^(]*\))", str(value))
    return [str(part).strip() for part in parts if str(part).strip()]


def _fields(front: str) -> dict[str, Any]:
    # here, because most homes have no such files, and it takes memory
    import yaml  # noqa: PLC0415

    library: Any = yaml  # it has no types of its own
    try:
        depth = 0
        for event in library.parse(front, Loader=yaml.BaseLoader):
            if isinstance(event, yaml.AliasEvent):
                raise NotReadable("the front matter has YAML aliases, which are not taken")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return _line_by_line(front, RecursionError("it is nested too deep"))
        # makes texts, lists and mappings only: narrower than the library's own safe loader
        values = library.load(front, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        return _line_by_line(front, error)
    if values is None or values == "":
        return {}
    if not isinstance(values, dict):
        raise NotReadable("the front matter is not a list of fields")
    return {str(name): value for name, value in cast("dict[Any, Any]", values).items()}


def _line_by_line(front: str, error: Exception) -> dict[str, Any]:
    """Descriptions with a colon in them are no YAML, and are everywhere: then a line is a field."""
    fields: dict[str, Any] = {}
    for line in front.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise NotReadable(f"the front matter is not YAML: {str(error).splitlines()[0]}") from None
        fields[found[1]] = found[2].strip()
    return fields
