"""What vendors put on the wire, as their documentation shows it: read in any cutting, it is the same answer."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palaver.core.messages import ReasoningPart, TextPart, ToolCallPart
from palaver.core.usage import Usage
from palaver.inference.port import Ask, Finished, Piece
from palaver.inference.providers import anthropic_answering, openai_chat_answering, responses_answering
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.seals import opened
from palaver.inference.providers.stopping import Stops
from palaver.inference.providers.streaming import Answering
from tests.conformance.wires import KINDS, parts_of, text_in

WIRE = Path(__file__).parent / "wire"
BYTES = {kind: (WIRE / f"{kind}.sse").read_bytes() for kind in KINDS}
every_format = pytest.mark.parametrize("kind", KINDS)


def reader(kind: str) -> Answering:
    ids = FreshIds(Ask(model="m", messages=()), lambda: "made")
    if kind == "openai_responses":
        return responses_answering.Answer("p", "m", ids, Stops(()))
    made: Any = {"openai_chat": openai_chat_answering, "anthropic_messages": anthropic_answering}[kind]
    return made.Answer("p", "m", ids)


def read(kind: str, *reads: bytes) -> list[Piece]:
    answer = reader(kind)
    pieces = [piece for data in reads for piece in answer.feed(data)]
    pieces += answer.end()
    assert answer.failure is None
    return pieces


@every_format
def test_a_recorded_answer_is_thoughts_text_and_two_calls(kind: str) -> None:
    pieces = read(kind, BYTES[kind])
    parts = parts_of(pieces)
    thoughts = [part for part in parts if isinstance(part, ReasoningPart)]
    assert "".join(part.text for part in thoughts) == "Two cities, so two calls."
    assert [part for part in parts if isinstance(part, TextPart)] == [TextPart(text="I ask for Zürich and Århus.")]
    assert [part for part in parts if isinstance(part, ToolCallPart)] == [
        ToolCallPart(call_id="toolu_01A", name="weather", arguments={"city": "Zürich"}),
        ToolCallPart(call_id="toolu_01B", name="weather", arguments={"city": "Århus"}),
    ]
    last = pieces[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.skipped) == ("tool_calls", 0)
    assert last.model in ("claude-sonnet-5", "gpt-5.4-2026-03-05")
    written = 0 if kind == "openai_chat" else 900
    assert last.usage == Usage(
        input_tokens=3360, output_tokens=118, cached_tokens=2048, cache_written_tokens=written, reasoning_tokens=21
    )


def test_the_seals_of_recorded_thoughts_are_what_the_vendor_wants_back() -> None:
    thoughts = [part for part in parts_of(read(KINDS[1], BYTES[KINDS[1]])) if isinstance(part, ReasoningPart)]
    seals = [opened("anthropic_messages", part, "p", "m") for part in thoughts]
    assert [(seal.thing, seal.secret) for seal in seals if seal] == [("", "ErUBCkYIBh=="), ("redacted", "EmwKAhgBEg==")]
    (thought,) = [part for part in parts_of(read(KINDS[2], BYTES[KINDS[2]])) if isinstance(part, ReasoningPart)]
    seal = opened("openai_responses", thought, "p", "m")
    assert seal is not None
    assert (seal.thing, seal.secret) == ("rs_01", "gAAAAB-whole")


@every_format
@given(cuts=some.lists(some.integers(0, 6_000), max_size=12))
@settings(max_examples=60)
def test_any_cutting_of_the_bytes_gives_the_same_answer(kind: str, cuts: list[int]) -> None:
    data = BYTES[kind]
    places = [0, *sorted(cut % len(data) for cut in cuts), len(data)]
    reads = [data[start:end] for start, end in pairwise(places)]
    pieces, whole = read(kind, *reads), read(kind, data)
    assert parts_of(pieces)[-4:] == parts_of(whole)[-4:]
    assert (text_in(pieces), pieces[-1]) == (text_in(whole), whole[-1])


@every_format
@given(end=some.integers(0, 6_000))
@settings(max_examples=60)
def test_an_answer_that_is_cut_off_is_never_taken_for_whole(kind: str, end: int) -> None:
    data = BYTES[kind]
    answer = reader(kind)
    answer.feed(data[: end % len(data)])
    last = answer.end()
    said_why = answer.complete or answer.done
    assert (answer.failure is None) == said_why == bool(last and isinstance(last[-1], Finished))


@every_format
@given(noise=some.lists(some.binary(max_size=60) | some.sampled_from(
    [b"data: {", b"}\n\n", b"data: null\n\n", b'data: {"type": 1}\n\n', b"data: []\n\n", b'data: {"delta": 3}\n\n',
     b'data: {"type":"content_block_delta","index":9,"delta":{}}\n\n', b'data: {"type":"response.completed"}\n\n',
     b'data: {"type":"response.output_item.done","item":{}}\n\n', b"\r\n"]), max_size=12))  # fmt: skip
def test_no_bytes_break_a_reader(kind: str, noise: list[bytes]) -> None:
    answer = reader(kind)
    for data in noise:
        answer.feed(data)
    last = answer.end()
    assert answer.failure is not None or isinstance(last[-1], Finished)


@every_format
def test_carriage_returns_change_nothing(kind: str) -> None:
    assert read(kind, BYTES[kind].replace(b"\n", b"\r\n")) == read(kind, BYTES[kind])
