"""The three wire formats side by side: their providers on one fake vendor, and what a house makes of their pieces."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from yarl import URL

from palaver.context.window import told
from palaver.core.errors import PalaverError
from palaver.core.ids import MessageId, SessionId
from palaver.core.messages import Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart, text_of
from palaver.inference.port import (
    Ask,
    Finished,
    Piece,
    Provider,
    ReasoningPiece,
    ReasoningSealPiece,
    TextPiece,
    ToolCallPiece,
    ToolSpec,
)
from palaver.inference.profiles import PLAIN
from palaver.inference.providers.anthropic_messages import AnthropicMessages
from palaver.inference.providers.openai_chat import OpenAIChat
from palaver.inference.providers.openai_responses import OpenAIResponses
from palaver.inference.providers.upstream import Server
from palaver.inference.settings import Timeouts
from palaver.kit.clock import SystemClock
from tests.vendor import FakeVendor

KINDS = ("openai_chat", "anthropic_messages", "openai_responses")
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}
WEATHER = ToolSpec("weather", "Tells the weather.", SCHEMA)
# of each vendor one that thinks
THINKERS = {"openai_chat": "deepseek-r1", "anthropic_messages": "claude-sonnet-4-5", "openai_responses": "gpt-5.4"}


def provider_of(kind: str, vendor: FakeVendor, **timeouts: float) -> Provider:
    waits = Timeouts(**{"connect": 2, "first_token": 5, "idle": 5, **timeouts})
    headers = {"content-type": "application/json", "authorization": "Bearer sk-secret"}
    server = Server(name=kind, base=URL(vendor.url), timeouts=waits, clock=SystemClock(), headers=headers)
    if kind == "anthropic_messages":
        return AnthropicMessages(server)
    return OpenAIResponses(server, PLAIN) if kind == "openai_responses" else OpenAIChat(server, PLAIN)


@asynccontextmanager
async def asking(kind: str, **timeouts: float) -> AsyncIterator[tuple[Provider, FakeVendor]]:
    async with FakeVendor() as vendor:
        provider = provider_of(kind, vendor, **timeouts)
        yield provider, vendor
        await provider.close()


def said(*parts: Part | str, role: Any = "user", **more: Any) -> Message:
    whole = tuple(TextPart(text=part) if isinstance(part, str) else part for part in parts)
    return Message(
        id=MessageId("msg_1"), session_id=SessionId("ses_1"), role=role, parts=whole, text=text_of(whole),
        created_at="now", **more,
    )  # fmt: skip


def ask(model: str, *path: Message, going_on: Message | None = None, **more: Any) -> Ask:
    view = told(path or [said("hello")], model=model, system=None, window=1_000_000, going_on=going_on)
    return Ask(model=model, messages=view.turns, system="Be brief.", **more)


async def pieces_of(provider: Provider, question: Ask) -> list[Piece]:
    async with asyncio.timeout(5), aclosing(provider.stream(question)) as batches:
        return [piece async for batch in batches for piece in batch]


async def failing(provider: Provider, question: Ask) -> tuple[list[Piece], PalaverError]:
    """The pieces that came before the failure, and the failure, which repeats nothing of the vendor's."""
    pieces: list[Piece] = []
    with pytest.raises(PalaverError) as raised:
        await _read_into(pieces, provider, question)
    assert "sk-secret" not in str(raised.value)
    return pieces, raised.value


async def _read_into(pieces: list[Piece], provider: Provider, question: Ask) -> None:
    async with asyncio.timeout(5), aclosing(provider.stream(question)) as batches:
        async for batch in batches:
            pieces += batch


def text_in(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


def finish_of(pieces: Sequence[Piece]) -> Finished:
    assert isinstance(pieces[-1], Finished)
    assert sum(isinstance(piece, Finished) for piece in pieces) == 1
    return pieces[-1]


def parts_of(pieces: Sequence[Piece], results: Mapping[str, ToolResultPart] | None = None) -> list[Part]:
    """What a house keeps of an answer, and of what came of its calls."""
    parts: list[Part] = []
    calls: dict[str, tuple[str, str]] = {}
    thought = ""
    for piece in pieces:
        if isinstance(piece, ReasoningPiece):
            thought += piece.text
            continue
        seal = piece.signature if isinstance(piece, ReasoningSealPiece) else None
        if thought or seal:
            parts.append(ReasoningPart(text=thought, signature=seal))
            thought = ""
        if isinstance(piece, TextPiece):
            parts.append(TextPart(text=piece.text))
        elif isinstance(piece, ToolCallPiece):
            name, arguments = calls.get(piece.call_id, ("", ""))
            calls[piece.call_id] = (piece.name or name, arguments + piece.arguments_delta)
    made = [
        ToolCallPart(call_id=call_id, name=name, arguments=json.loads(arguments or "{}"))
        for call_id, (name, arguments) in calls.items()
    ]
    came = [(results or {}).get(call.call_id) or result(call.call_id) for call in made]
    return [*parts, *made, *came]


def result(call_id: str, content: str = "sunny", **more: Any) -> ToolResultPart:
    return ToolResultPart(call_id=call_id, ok=more.pop("ok", True), content=content, **more)
