"""A conversation with tools for a model that calls none: what was called and returned becomes text; pure."""

import msgspec

from palaver.core.messages import Part, TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Ask, Turn

_json = msgspec.json.Encoder().encode


def holds_calls(ask: Ask) -> bool:
    """Whether tools were called in the conversation."""
    return any(turn.role == "tool" for turn in ask.messages)


def without_tools(ask: Ask) -> Ask:
    """The same question with no tool in it."""
    turns = tuple(_spoken(turn) for turn in ask.messages)
    return msgspec.structs.replace(ask, messages=turns, tools=(), tool_choice="auto", parallel_tool_calls=None)


def _spoken(turn: Turn) -> Turn:
    if turn.role == "tool":
        return Turn("user", tuple(_words(part) for part in turn.parts))
    if turn.role == "assistant" and any(isinstance(part, ToolCallPart) for part in turn.parts):
        return Turn("assistant", tuple(_words(part) for part in turn.parts))
    return turn


def _words(part: Part) -> Part:
    match part:
        case ToolCallPart(name=name, arguments=arguments):
            return TextPart(text=f"\n[The tool {name} was called with {_json(arguments).decode()}]\n")
        case ToolResultPart(content=content):
            return TextPart(text=f"[What the tool returned]\n{content}\n")
        case _:
            return part
