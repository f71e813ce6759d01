"""The calls of one step while they are heard: pieces become whole calls whose ids are the run's own; it makes none."""

from typing import Any, cast

import msgspec

from palaver.core.events import ToolCalled, ToolCallGrew
from palaver.core.messages import ToolCallPart
from palaver.inference.port import ToolCallPiece
from palaver.kit.ids import new_id
from palaver.runs.machine import Run

NO_OBJECT = "The arguments are not a JSON object."

_decode = msgspec.json.Decoder().decode


class CallsHeard:
    """Gathers what one step asks for. Some servers give every step's calls the same ids: then ours are others."""

    def __init__(self, run: Run) -> None:
        self._taken = {"", *(part.call_id for part in run.steps.past if isinstance(part, ToolCallPart))}
        self._calls: dict[int, tuple[str, str, list[str]]] = {}

    def heard(self, piece: ToolCallPiece) -> ToolCallGrew:
        """One more piece, as it is told."""
        known = self._calls.get(piece.index)
        if known is None:
            call_id = piece.call_id if piece.call_id not in self._taken else new_id("call")
            self._taken.add(call_id)
            known = self._calls[piece.index] = (call_id, piece.name, [])
        known[2].append(piece.arguments_delta)
        return ToolCallGrew(call_id=known[0], name=known[1], arguments_delta=piece.arguments_delta)

    def whole(self) -> list[ToolCalled]:
        """Every call, in the order in which they began."""
        return [_called(call_id, name, "".join(pieces)) for call_id, name, pieces in self._calls.values()]


def server_of(name: str) -> str | None:
    """The MCP server whose tool this is, by its name."""
    parts = name.split("__", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "mcp" else None


def _called(call_id: str, name: str, text: str) -> ToolCalled:
    arguments, flaw = _arguments(text)
    return ToolCalled(call_id=call_id, name=name, arguments=arguments, server=server_of(name), flaw=flaw)


def _arguments(text: str) -> tuple[dict[str, Any], str | None]:
    try:
        value: Any = _decode(text.encode()) if text.strip() else {}
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        return {}, f"The arguments are not JSON: {error}."
    return (cast("dict[str, Any]", value), None) if isinstance(value, dict) else ({}, NO_OBJECT)
