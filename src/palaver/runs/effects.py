"""Which calls reach outside a session, how far, and what is said of them in the ledger; it writes and runs nothing."""

from collections.abc import Mapping
from typing import Any

import msgspec

from palaver.sessions.effects_store import Reached
from palaver.tools.port import ToolSpec

LONGEST = 300  # characters of a summary

_SHELL = frozenset({"Bash", "Python"})
_NETWORK = frozenset({"WebFetch", "WebSearch"})
_TELLING = ("command", "code", "url", "query")  # arguments that say by themselves what a call does


def reached(spec: ToolSpec) -> Reached | None:
    """How far a call of this tool reaches; None where it stays inside."""
    if spec.server is not None:
        return "mcp"
    if spec.effect != "acts":
        return None
    if spec.name in _SHELL:
        return "shell"
    return "network" if spec.name in _NETWORK else "other"


def lasting(spec: ToolSpec) -> bool:
    """Whether a call may have changed something that nobody here can take back."""
    return spec.effect == "acts"


def summary(arguments: Mapping[str, Any]) -> str:
    """What was asked for, in one line."""
    said = next((arguments[name] for name in _TELLING if isinstance(arguments.get(name), str)), None)
    words = said if said is not None else msgspec.json.encode(arguments).decode()
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
