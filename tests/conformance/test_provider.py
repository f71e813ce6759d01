"""What every provider keeps, whatever stands behind it: pieces in batches, an end, and silence once it is closed."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from yarl import URL

from palaver.core.messages import TextPart
from palaver.inference.port import Ask, Finished, Piece, Provider, TextPiece, Turn
from palaver.inference.profiles import PLAIN
from palaver.inference.providers.anthropic_messages import AnthropicMessages
from palaver.inference.providers.guide import Guide
from palaver.inference.providers.openai_chat import OpenAIChat
from palaver.inference.providers.openai_responses import OpenAIResponses
from palaver.inference.providers.upstream import Server
from palaver.inference.settings import Timeouts
from palaver.kit.clock import SystemClock
from tests.vendor import FakeVendor


def ask(model: str, text: str = "What is a session in Palaver?", **more: Any) -> Ask:
    return Ask(model=model, messages=(Turn("user", (TextPart(text=text),)),), **more)


async def whole(provider: Provider, question: Ask) -> list[list[Piece]]:
    async with aclosing(provider.stream(question)) as pieces:
        return [list(batch) async for batch in pieces]


def _server(vendor: FakeVendor) -> Server:
    return Server(name="fake", base=URL(vendor.url), timeouts=Timeouts(), clock=SystemClock(), headers={})


@asynccontextmanager
async def openai_chat() -> AsyncIterator[tuple[Provider, str]]:
    async with FakeVendor() as vendor:
        provider = OpenAIChat(_server(vendor), PLAIN)
        yield provider, "fake-n5-d1"
        await provider.close()


@asynccontextmanager
async def anthropic_messages() -> AsyncIterator[tuple[Provider, str]]:
    async with FakeVendor() as vendor:
        provider = AnthropicMessages(_server(vendor))
        yield provider, "fake-n5-d1"
        await provider.close()


@asynccontextmanager
async def openai_responses() -> AsyncIterator[tuple[Provider, str]]:
    async with FakeVendor() as vendor:
        provider = OpenAIResponses(_server(vendor), PLAIN)
        yield provider, "fake-n5-d1"
        await provider.close()


@asynccontextmanager
async def guide() -> AsyncIterator[tuple[Provider, str]]:
    provider = Guide(SystemClock())
    yield provider, "guide"
    await provider.close()


@pytest.fixture(params=[openai_chat, anthropic_messages, openai_responses, guide], ids=lambda made: made.__name__)
async def at_hand(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Provider, str]]:
    async with request.param() as made:
        yield made


async def test_an_answer_is_text_and_then_exactly_one_end(at_hand: tuple[Provider, str]) -> None:
    provider, model = at_hand
    batches = await whole(provider, ask(model))
    pieces = [piece for batch in batches for piece in batch]
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))
    assert [piece for piece in pieces if isinstance(piece, Finished)] == [pieces[-1]]
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].reason == "stop"


async def test_no_batch_is_empty_and_adjacent_text_is_one_piece(at_hand: tuple[Provider, str]) -> None:
    provider, model = at_hand
    for batch in await whole(provider, ask(model)):
        assert batch
        kinds = [type(piece) for piece in batch]
        assert (TextPiece, TextPiece) not in pairwise(kinds)


async def test_a_closed_answer_says_nothing_more(at_hand: tuple[Provider, str]) -> None:
    provider, model = at_hand
    pieces = provider.stream(ask(model))
    await anext(pieces)
    await pieces.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(pieces)


async def test_it_lists_what_it_can_be_asked_for(at_hand: tuple[Provider, str]) -> None:
    provider, model = at_hand
    assert model in [offer.model for offer in await provider.models()]


async def test_a_limit_on_the_answer_is_kept_or_passed_on(at_hand: tuple[Provider, str]) -> None:
    provider, model = at_hand
    pieces = [piece for batch in await whole(provider, ask(model, max_output_tokens=1_000)) for piece in batch]
    text = "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))
    assert 0 < len(text) < 10_000
