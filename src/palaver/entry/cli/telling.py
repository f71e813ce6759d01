"""Prints the events of a run: the answer on standard output, all about it on standard error; it asks nothing."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from palaver.entry.cli.waiting import one_line, safe, safe_text

DIM, PLAIN = "\x1b[2m", "\x1b[0m"
_WHOLE = 10_000  # characters of a line about who helps: a number that is cut short is a wrong one

_STOPPED = {"interrupted": "stopped", "length": "the answer reached its longest"}
_SETTLED = {"approve": "approved", "reject": "rejected"}


class Telling:
    """Prints the events of one run, and keeps what the next turn needs."""

    def __init__(self, people: bool) -> None:
        self._people = people
        self._screen = sys.stdout.isatty()  # a file gets every byte as it came
        self._line_is_open = False
        self.run: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.session: str | None = None
        self.message: Mapping[str, Any] = {}  # the one that the run ended with
        self.well = True
        self._helped: set[str] = set()

    def tell(self, event: Mapping[str, Any]) -> None:
        """Print one event."""
        if not self.run.done():
            self.run.set_result(event["run_id"])
            self.session = event["session_id"]
        match event["type"]:
            case "content":
                print(safe_text(event["content"]) if self._screen else event["content"], end="", flush=True)
                self._line_is_open = not event["content"].endswith("\n")
            case "reasoning" if self._people:
                print(self._dim(safe_text(event["content"])), end="", file=sys.stderr, flush=True)
            case "step_restarted":
                print("\n(the answer begins again)", file=sys.stderr)
            case "error":
                self.well = False
                print(f"\n{safe(event['message'])}", file=sys.stderr)
            case "care":
                self._care(event)
            case "message":
                self.message = event["message"]
            case "done":
                self._end(event["finish_reason"])
            case "subagent":
                self._about(event["event"], "  ")
            case _:
                self._about(event, "")

    def line(self, text: str) -> None:
        """A line about the answer, which is not of it."""
        if self._line_is_open:
            print(flush=True)
            self._line_is_open = False
        print(self._dim(text), file=sys.stderr, flush=True)

    def _about(self, event: Mapping[str, Any], indent: str) -> None:
        told = _told(event) if self._people or event["type"] != "tool_progress" else None
        if told:
            self.line(f"{indent}{told}")

    def _care(self, event: Mapping[str, Any]) -> None:
        """Who helps, as it is to be read: not dimmed, nothing about the person, each line once."""
        says = [one_line(event["message"], _WHOLE)] if event.get("message") else []
        for line in (*says, *map(_helper, event["resources"])):
            if line not in self._helped:
                print(line, file=sys.stderr, flush=True)
            self._helped.add(line)

    def _dim(self, text: str) -> str:
        return f"{DIM}{text}{PLAIN}" if self._people else text

    def _end(self, finish_reason: str) -> None:
        if self._line_is_open:
            print(flush=True)
        if finish_reason in _STOPPED:
            print(f"({_STOPPED[finish_reason]})", file=sys.stderr)


def _helper(one: Mapping[str, Any]) -> str:
    """A service in one line; `confirmed` says whether a person has looked whether it is right."""
    ways = ", ".join(f"{way['kind']} {_shown(way)}" for way in one["channels"])
    doubt = "" if one["confirmed"] else " (not yet confirmed by a person)"
    return f"  {one_line(one['name'], _WHOLE)}: {one_line(ways, _WHOLE)}{doubt}"


def _shown(way: Mapping[str, Any]) -> str:
    to = way.get("shown") or way["to"]
    return f"{to} (say {way['say']})" if way.get("say") else to


def _told(event: Mapping[str, Any]) -> str | None:
    """One line on what goes on beside the answer; None where it need not be told."""
    match event["type"]:
        case "tool_call":
            return f"> {one_line(event['name'])} {one_line(event['arguments'])}"
        case "tool_progress":
            return f"  {one_line(event['content'])}"
        case "tool_result":
            how = "done" if event["ok"] else "failed"
            return f"< {how} in {event['duration_ms'] / 1000:.1f} s: {one_line(event['content'])}"
        case "approval_resolved":
            said = f": {one_line(event['message'])}" if event.get("message") else ""
            by = "" if event["by"] == "person" else f" by {event['by']}"
            return f"({_SETTLED[event['decision']]}{by}{said})"
        case "question_answered" if event["answers"] is None:
            return "(not answered)"
        case "notice" | "limit":
            return f"({one_line(event['message'])})"
        case "hook" if not event["ok"] or event.get("decision") == "deny":
            return f"(hook {one_line(event['name'])}: {one_line(event.get('reason') or 'it failed')})"
        case _:
            return None
