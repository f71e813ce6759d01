"""Says plainly what came of calls: done, refused, failed, answered; it takes nothing in a result for an order. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from palaver.core.messages import FilePart, ToolCallPart, ToolResultPart

# Of one result about two screens are shown, of all together what a reader still scrolls through.
_SHOWN = 4_000
_SHOWN_TOGETHER = 12_000
_SHORT = 300

# What a call is about, in the order in which it is looked for among the arguments.
_ABOUT = ("path", "file_path", "pattern", "command", "url", "query", "name", "skill", "agent", "description")
# Their results are what was asked for, and are shown; those of others only say that it is done.
_QUIET = {"Write", "Edit", "MultiEdit", "TodoWrite"}
_DATA = re.compile(r"^<tool_output>\n(.*)\n</tool_output>$", re.DOTALL)
_REFUSED = re.compile(
    r"\b(?:reject|refus|declin|den(?:y|ied)|forbid|not allowed|not permit|said no|no answer|expired)", re.IGNORECASE
)
_INTERRUPTED = re.compile(r"interrupted; nobody knows", re.IGNORECASE)


def content_of(result: ToolResultPart) -> str:
    """What a result says, without the marks that set it apart for language models."""
    found = _DATA.match(result.content)
    return found[1] if found else result.content


def fenced(text: str) -> str:
    """As a code block that nothing inside can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def _bounded(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return f"{text[:room].rstrip()}\n[… {len(text) - room:,} more characters are not shown here]"


def _line(text: str, most: int = 80) -> str:
    line = " ".join(text.split()).replace("`", "'")
    return line if len(line) <= most else f"{line[: most - 1]}…"


def titled(call: ToolCallPart) -> str:
    """The call in a few words."""
    about = next((call.arguments[name] for name in _ABOUT if isinstance(call.arguments.get(name), str)), "")
    return f"**{call.name}** `{_line(about)}`" if about else f"**{call.name}**"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def _failed(call: ToolCallPart, content: str) -> str:
    if _INTERRUPTED.search(content):
        return f"{titled(call)} was interrupted; I do not know what came of it."
    said = _bounded(content, _SHOWN).strip() or "No reason was given."
    if _REFUSED.search(content[:_SHORT]):
        return f"{titled(call)} was not allowed, so I did not do it:\n\n{_quoted(said)}"
    return f"{titled(call)} did not work:\n\n{_quoted(said)}"


def _files(result: ToolResultPart) -> str:
    names = [part.path or part.name for part in result.parts if isinstance(part, FilePart)]
    known = [f"`{name}`" for name in names if name]
    return f"\n\nFiles: {', '.join(known)}" if known else ""


def _done(call: ToolCallPart, result: ToolResultPart, content: str, room: int) -> str:
    if call.name == "AskUserQuestion":
        return f"Your answer:\n\n{_quoted(_bounded(content, room))}" if content.strip() else "You gave no answer."
    if call.name in _QUIET and len(content) <= _SHORT:
        return f"{titled(call)}: done. {_line(content, _SHORT)}".rstrip()
    if not content.strip():
        return f"{titled(call)}: done; it said nothing.{_files(result)}"
    told = f"{titled(call)}:\n\n{fenced(_bounded(content, room))}{_files(result)}"
    return (
        f"{told}\n\nI can open a skill, but not follow it: that takes a language model."
        if call.name == "Skill"
        else told
    )


def reported(call: ToolCallPart, result: ToolResultPart, room: int = _SHOWN) -> str:
    """What came of one call."""
    content = content_of(result)
    return _done(call, result, content, min(room, _SHOWN)) if result.ok else _failed(call, content)


def report(calls: Sequence[ToolCallPart], results: Mapping[str, ToolResultPart]) -> str:
    """What came of all calls, in their order."""
    return "\n\n".join(_reports(calls, results))


def _reports(calls: Sequence[ToolCallPart], results: Mapping[str, ToolResultPart]) -> Iterator[str]:
    room = _SHOWN_TOGETHER
    for call in calls:
        result = results.get(call.call_id)
        told = reported(call, result, max(room, _SHORT)) if result else f"{titled(call)}: nothing came back."
        room -= len(told)
        yield told


def listed(calls: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Calls that were not made, by their names."""
    return ", ".join(dict.fromkeys(f"`{name}`" for name, _ in calls))
