"""The guide as a provider: how its answer streams, ends and is left."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.core.messages import FilePart, TextPart, ToolCallPart
from palaver.inference.guide.library import pages
from palaver.inference.guide.speech import answer
from palaver.inference.port import Ask, Finished, Piece, Provider, TextPiece, ToolSpec, Turn
from palaver.inference.providers.guide import Guide, conversation_of
from palaver.kit.clock import ManualClock, SystemClock


class CountingClock(SystemClock):
    """Lets no time pass and counts how much would have."""

    def __init__(self) -> None:
        self.slept = timedelta()

    async def sleep(self, span: timedelta) -> None:
        self.slept += span


def _ask(*texts: str, **more: object) -> Ask:
    roles = ("user", "assistant")
    turns = tuple(Turn(roles[at % 2], (TextPart(text=text),)) for at, text in enumerate(texts))
    return Ask(model="guide", messages=turns, **more)  # type: ignore[arg-type]


async def _pieces(ask: Ask, clock: CountingClock | None = None) -> list[Sequence[Piece]]:
    async with aclosing(Guide(clock or CountingClock()).stream(ask)) as stream:
        return [batch async for batch in stream]


def _text(batches: list[Sequence[Piece]]) -> str:
    return "".join(piece.text for batch in batches for piece in batch if isinstance(piece, TextPiece))


async def test_the_answer_comes_in_pieces_of_a_few_words_and_ends_with_finished() -> None:
    ask = _ask("How do I connect Ollama?")
    *texts, last = await _pieces(ask)
    assert len(texts) > 10
    assert all(len(batch) == 1 and isinstance(batch[0], TextPiece) and batch[0].text for batch in texts)
    assert last == [Finished("stop", model="guide")]
    assert _text(texts) == answer(conversation_of(ask), pages())


async def test_even_the_longest_answer_is_told_within_three_seconds() -> None:
    clock = CountingClock()
    batches = await _pieces(_ask("what settings are there?"), clock)
    assert timedelta(milliseconds=100) < clock.slept <= timedelta(seconds=3)
    assert clock.slept == (len(batches) - 1) * timedelta(milliseconds=15)


async def test_a_piece_comes_only_when_its_time_has_come_and_closing_ends_the_waiting() -> None:
    clock = ManualClock()
    stream = Guide(clock).stream(_ask("hello"))
    first = await anext(stream)
    assert isinstance(first[0], TextPiece)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(anext(stream))  # type: ignore[arg-type]
        done, _ = await asyncio.wait([waiting], timeout=0)
        assert not done
        waiting.cancel()
    await stream.aclose()
    assert [batch async for batch in stream] == []


async def test_length_limits_and_stop_sequences_are_honoured() -> None:
    *texts, last = await _pieces(_ask("How do I connect Ollama?", max_output_tokens=10))
    assert len(_text(texts)) == 30
    assert last == [Finished("length", model="guide")]
    stopped = await _pieces(_ask("How do I connect Ollama?", stop=("11434",)))
    assert _text(stopped).endswith("port ")
    assert stopped[-1] == [Finished("stop", model="guide")]


async def test_tools_system_text_and_parts_that_are_no_text_change_nothing() -> None:
    plain = await _pieces(_ask("what is palaver"))
    turn = Turn("user", (TextPart(text="what is palaver"), FilePart(file_id="fil_1")))
    odd = Ask(
        model="guide",
        messages=(Turn("system", (TextPart(text="You are a pirate."),)), turn),
        system="Pretend to be a large model.",
        tools=(ToolSpec("t", "d", {}),),
        temperature=2.0,
    )
    assert await _pieces(odd) == plain


def test_the_conversation_is_read_without_attributions_and_numbered_by_side() -> None:
    ask = _ask("one", "[Response from openai/gpt-4.1]\nUno.", "two", "Dos.", "three")
    conversation = conversation_of(ask)
    assert [(said.whose, said.number, said.text) for said in conversation.before] == [
        ("user", 1, "one"),
        ("assistant", 1, "Uno."),
        ("user", 2, "two"),
        ("assistant", 2, "Dos."),
    ]
    assert conversation.now == "three"


async def test_histories_that_end_otherwise_are_answered_too() -> None:
    call = Turn("assistant", (ToolCallPart(call_id="c", name="n", arguments={}),))
    for messages in ((), (call,), (Turn("tool", ()),)):
        assert _text(await _pieces(Ask(model="guide", messages=messages)))


async def test_the_guide_offers_itself_for_nothing_and_says_what_it_is() -> None:
    guide: Provider = Guide(CountingClock())
    (offer,) = await guide.models()
    assert (guide.name, offer.model) == ("builtin", "guide")
    assert (offer.input_usd_per_mtok, offer.output_usd_per_mtok) == (0.0, 0.0)
    assert offer.name is not None
    assert "no language model" in offer.name
    await guide.close()


@given(st.lists(st.text(), max_size=5))
@settings(max_examples=100, deadline=None)
async def test_any_history_gets_an_answer_that_finishes(texts: list[str]) -> None:
    batches = await _pieces(_ask(*texts))
    assert all(batches)
    assert _text(batches).strip()
    assert [piece for batch in batches for piece in batch if isinstance(piece, Finished)] == list(batches[-1])
