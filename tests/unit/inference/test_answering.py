"""How a stream of bytes becomes pieces: any cutting gives the same answer, and no bytes break the reader."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palaver.core.errors import ModelUnavailable
from palaver.core.usage import Usage
from palaver.inference.failures import ModelBrokeOff, NotUnderstood
from palaver.inference.port import Ask, Finished, Piece, ReasoningPiece, TextPiece, ToolCallPiece
from palaver.inference.providers import openai_chat_answering
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.openai_chat_answering import Answer
from palaver.inference.providers.openai_chat_wire import usage_of

NOTHING = Ask(model="model", messages=())


def read(*reads: bytes) -> tuple[list[Piece], Exception | None]:
    """The pieces of these reads with adjacent ones joined, and what went wrong."""
    answer = Answer("fake", "model", FreshIds(NOTHING, lambda: "call_made"))
    pieces: list[Piece] = []
    for data in reads:
        pieces += answer.feed(data)
    if answer.failure is None:
        pieces += answer.end()
    return joined(pieces), answer.failure


def joined(pieces: list[Piece]) -> list[Piece]:
    made: list[Piece] = []
    for piece in pieces:
        last = made[-1] if made else None
        if isinstance(piece, TextPiece) and isinstance(last, TextPiece):
            made[-1] = TextPiece(last.text + piece.text)
        elif isinstance(piece, ReasoningPiece) and isinstance(last, ReasoningPiece):
            made[-1] = ReasoningPiece(last.text + piece.text)
        else:
            made.append(piece)
    return made


def data(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"


def delta(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": fields}]}


def ended(reason: str = "stop") -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


DONE = b"data: [DONE]\n\n"
END = data(ended()) + DONE

words = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
deltas = some.one_of(
    words.map(lambda text: delta(content=text)),
    words.map(lambda text: delta(reasoning_content=text)),
    words.map(lambda text: delta(reasoning=text, content=text)),
    words.map(lambda text: delta(content=[{"type": "text", "text": text}])),
    some.integers(0, 2).map(lambda at: delta(tool_calls=[{"index": at, "function": {"name": "f", "arguments": "{}"}}])),
    some.just({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}),
    some.just(ended("length")),
    some.just({"error": {"code": 429}}),
)


def spread(value: object) -> bytes:
    """An event in several `data:` lines."""
    return b"".join(b"data: " + line + b"\n" for line in json.dumps(value, indent=1).encode().split(b"\n")) + b"\n"


noise = [b": ping\n\n", b"event: x\n", b"id: 3\n", b"\n", b"\r\n", b"data: {oops\n\n", b"data:\n\n", b"?\xff\n", DONE]
lines = some.one_of(
    deltas.map(data),
    deltas.map(lambda value: b"data:" + json.dumps(value).encode() + b"\r\n\r\n"),
    deltas.map(lambda value: b"data: " + json.dumps(value).encode() + b"\n"),
    deltas.map(spread),
    deltas.map(lambda value: json.dumps(value).encode() + b"\n"),
    some.sampled_from(noise),
    some.binary(max_size=20),
)


@settings(max_examples=300)
@given(some.lists(lines, max_size=8).map(b"".join), some.data())
def test_any_cutting_of_the_bytes_gives_the_same_answer(stream: bytes, draw: some.DataObject) -> None:
    stream += END
    cuts = sorted(draw.draw(some.sets(some.integers(0, len(stream)), max_size=10)) | {0, len(stream)})
    pieces, failure = read(*[stream[a:b] for a, b in pairwise(cuts)])
    whole, whole_failure = read(stream)
    assert (pieces, str(failure)) == (whole, str(whole_failure))


@given(some.binary(max_size=200))
def test_no_bytes_break_the_reader(stream: bytes) -> None:
    pieces, failure = read(stream)
    assert (pieces and isinstance(pieces[-1], Finished)) or isinstance(failure, ModelUnavailable)


@given(some.lists(words, max_size=6))
def test_no_character_of_an_answer_is_lost(texts: list[str]) -> None:
    pieces, failure = read(b"".join(data(delta(content=text)) for text in texts) + END)
    assert failure is None
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextPiece)) == "".join(texts)


@pytest.mark.parametrize(
    "stream",
    [
        b'\xef\xbb\xbfdata: {"choices":[{"delta":{"content":"x"}}]}\n\n',
        b'data:{"choices":[{"delta":{"content":"x"}}]}\r\n\r\n',
        b'data: {"choices":\ndata: [{"delta":{"content":"x"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"x","role":5,"tool_calls":"?"}}]}\n\n',
        b'data: {"choices":[{"index":"0","delta":{"content":"x"}}],"model":7}\n\n',
        b'{"choices":[{"delta":{"content":"x"}}]}\n',
        b'data: {"choices":[{"delta":{"refusal":"x"}}]}\n\n',
        b'data: {"choices":[{"index":1,"delta":{"content":"another choice"}},{"index":0,"delta":{"content":"x"}}]}\n\n',
    ],
    ids=["byte order mark", "no space", "two lines", "odd types", "odd index", "no label", "refusal", "two choices"],
)
def test_odd_ways_of_sending_text_are_understood(stream: bytes) -> None:
    pieces, failure = read(stream + END)
    assert failure is None
    assert pieces[0] == TextPiece("x")
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].skipped == 0


def test_a_thought_and_its_text_in_a_list_are_told_apart() -> None:
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "x"}]
    pieces, _ = read(data(delta(content=thinking)) + END)
    assert pieces[:2] == [ReasoningPiece("hm"), TextPiece("x")]


def test_calls_without_index_or_id_are_told_apart_by_their_names() -> None:
    calls = [{"function": {"name": name, "arguments": {"of": name}}} for name in ("a", "b")]
    pieces, _ = read(data(delta(tool_calls=calls)) + data(ended()) + DONE)
    assert pieces[:2] == [
        ToolCallPiece(0, "call_made", "a", '{"of":"a"}'),
        ToolCallPiece(1, "call_made", "b", '{"of":"b"}'),
    ]
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].reason == "tool_calls"


def test_calls_that_all_claim_the_first_place_are_told_apart_by_their_ids() -> None:
    calls = [{"index": 0, "id": one, "function": {"name": "f", "arguments": "{}"}} for one in ("x", "y")]
    pieces, _ = read(data(delta(tool_calls=calls)) + END)
    assert [(piece.index, piece.call_id) for piece in pieces if isinstance(piece, ToolCallPiece)] == [
        (0, "x"),
        (1, "y"),
    ]


def test_pieces_of_a_call_carry_its_id_and_name_whatever_the_vendor_repeats() -> None:
    first = {"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}
    rest = {"index": 0, "function": {"arguments": '{"a":1}'}}
    pieces, _ = read(data(delta(tool_calls=[first])) + data(delta(tool_calls=[rest])) + END)
    assert pieces[:2] == [ToolCallPiece(0, "c", "f", ""), ToolCallPiece(0, "c", "f", '{"a":1}')]


def test_an_end_mark_without_a_reason_is_an_end_and_no_end_at_all_is_not() -> None:
    assert read(data(delta(content="x")) + DONE)[0][-1] == Finished("stop", None, "m")
    assert isinstance(read(data(delta(content="x")))[1], ModelBrokeOff)
    assert isinstance(read(b"")[1], ModelBrokeOff)
    assert isinstance(read(b"<html>\n")[1], NotUnderstood)


def test_an_empty_line_ends_an_event_that_is_not_whole() -> None:
    pieces, _ = read(b'data: {"choices":\n\ndata: [{"delta":{"content":"x"}}]}\n\n' + END)
    assert pieces == [Finished("stop", None, None, skipped=2)]


def test_what_comes_after_the_end_is_not_read() -> None:
    assert read(END + data(delta(content="more")))[0] == [Finished("stop", None, None)]


def test_lines_and_events_beyond_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_chat_answering, "LONGEST_LINE", 100)
    long = b"data: " + b"x" * 120
    for reads in ([long], [long + b"\n\n"], [long[:60], long[60:]], [b"data: {\n" + b"data: xxxxxxxxxxxxxxxx\n" * 9]):
        assert isinstance(read(*reads)[1], NotUnderstood)
    assert read(data(delta(content="short")) + END)[1] is None


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 6}, Usage(input_tokens=5, output_tokens=6)),
        (
            {
                "prompt_tokens": 5.0,
                "completion_tokens": 6,
                "prompt_tokens_details": {"cached_tokens": 2},
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            Usage(input_tokens=5, output_tokens=6, cached_tokens=2, reasoning_tokens=3),
        ),
        ({"prompt_tokens": 5, "prompt_cache_hit_tokens": 4}, Usage(input_tokens=5, cached_tokens=4)),
        ({"prompt_tokens": None, "completion_tokens": -1}, None),
        ({"prompt_tokens": True}, None),
        ({"prompt_tokens": 1e300}, None),
        ([], None),
        ("many", None),
    ],
)
def test_usage_is_taken_only_where_it_is_a_number_of_tokens(told: object, usage: Usage | None) -> None:
    assert usage_of(told) == usage
