"""Finished messages as chunks of the AI SDK's UI message stream, for who comes back to an answer that follows them."""

from collections.abc import Sequence

from palaver.core.messages import Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.surfaces.ai_sdk.told import chunk


def retold(messages: Sequence[Message]) -> bytes:
    """One step for each answer, with what the client brought for its calls, which is the message after it."""
    made = b""
    for at, message in enumerate(messages):
        if message.role == "assistant":
            brought = messages[at + 1].parts if at + 1 < len(messages) else ()
            made += _step(message, [part for part in brought if isinstance(part, ToolResultPart)])
    return made


def _step(message: Message, brought: Sequence[ToolResultPart]) -> bytes:
    ours = {part.call_id for part in message.parts if isinstance(part, ToolResultPart)}
    made = chunk(type="start-step")
    for n, part in enumerate(message.parts):
        match part:
            case TextPart(text=text):
                made += _grown("text", f"{message.id}-{n}", text)
            case ReasoningPart(text=text):
                made += _grown("reasoning", f"{message.id}-{n}", text)
            case ToolCallPart():
                made += _call(part, ours=part.call_id in ours)
            case ToolResultPart():
                made += _result(part)
            case _:
                pass
    return made + b"".join(map(_result, brought)) + chunk(type="finish-step")


def _grown(name: str, number: str, text: str) -> bytes:
    begin, end = chunk(type=f"{name}-start", id=number), chunk(type=f"{name}-end", id=number)
    return begin + chunk(type=f"{name}-delta", id=number, delta=text) + end


def _call(part: ToolCallPart, *, ours: bool) -> bytes:
    more = {"providerExecuted": True, "dynamic": True} if ours else {}
    return chunk(type="tool-input-available", toolCallId=part.call_id, toolName=part.name, input=part.arguments, **more)


def _result(part: ToolResultPart) -> bytes:
    if part.ok:
        return chunk(type="tool-output-available", toolCallId=part.call_id, output=part.content)
    return chunk(type="tool-output-error", toolCallId=part.call_id, errorText=part.content)
