"""Chat completion servers tell calls in many ways; all become the same pieces."""

import json
from typing import Any

import pytest

from palaver.inference.port import Ask, Finished, ReasoningSealPiece, ToolCallPiece
from palaver.inference.providers.call_ids import FreshIds
from palaver.inference.providers.openai_chat_answering import Answer


def calls_of(*deltas: dict[str, Any], finish: str = "stop") -> list[tuple[str, str, str]]:
    """Ids, names and arguments of the calls in these deltas."""
    made = iter(f"made_{number}" for number in range(9))
    answer = Answer("fake", "m", FreshIds(Ask(model="m", messages=()), lambda: next(made)))
    pieces: list[Any] = []
    for delta in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        pieces += answer.feed(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
    pieces += answer.feed(f'data: {{"choices": [{{"delta": {{}}, "finish_reason": "{finish}"}}]}}\n\n'.encode())
    pieces += answer.end()
    assert isinstance(pieces[-1], Finished)
    assert pieces[-1].reason == "tool_calls"
    calls: dict[int, tuple[str, str, str]] = {}
    for piece in pieces:
        if isinstance(piece, ToolCallPiece):
            _, _, arguments = calls.get(piece.index, ("", "", ""))
            calls[piece.index] = (piece.call_id, piece.name, arguments + piece.arguments_delta)
    return [calls[index] for index in sorted(calls)]


def call(**more: Any) -> dict[str, Any]:
    function = {key: more.pop(key) for key in ("name", "arguments") if key in more}
    return {"tool_calls": [{**more, "type": "function", "function": function}]}


A, B = '{"n": 1}', '{"n": 2}'
TWO = [("a", "f", A), ("b", "g", B)]


@pytest.mark.parametrize(
    ("deltas", "meant"),
    [
        ([call(index=0, id="a", name="f", arguments=A), call(index=1, id="b", name="g", arguments=B)], TWO),
        ([call(id="a", name="f", arguments=A), call(id="b", name="g", arguments=B)], TWO),
        ([call(index=0, id="a", name="f", arguments=A), call(index=0, id="b", name="g", arguments=B)], TWO),
        (
            [
                call(index=0, id="a", name="f", arguments=""), call(index=0, arguments=A),
                call(index=0, id="b", name="g", arguments=""), call(index=0, arguments='{"n"'),
                call(index=0, arguments=": 2}"),
            ],
            TWO,
        ),
        (
            [call(index=0, id="a", name="f"), call(index=1, id="b", name="g"), call(index=0, arguments=A),
             call(index=1, arguments=B)],
            TWO,
        ),
        ([{"function_call": {"name": "f", "arguments": '{"n"'}}, {"function_call": {"arguments": ": 1}"}}],
         [("made_0", "f", A)]),
        ([call(index=0, name="f", arguments={"n": 1})], [("made_0", "f", '{"n":1}')]),
        ([call(id="a", name="f", arguments='{"n"'), call(id="a", name="f", arguments=": 1}"),
          call(id="a", name="f", arguments="")],
         [("a", "f", A)]),
        ([call(index=0, id="x", name="f", arguments="{}"), call(index=1, id="x", name="g", arguments="{}")],
         [("x", "f", "{}"), ("made_0", "g", "{}")]),
        ([call(id="", name="f", arguments="{}"), call(id="", name="f", arguments="{}")],
         [("made_0", "f", "{}"), ("made_1", "f", "{}")]),
        ([call(index=0, id="a", arguments='{"n"'), call(index=0, name="f", arguments=": 1}")], [("a", "f", A)]),
        ([call(index=0, id="a", name="f")], [("a", "f", "")]),
        ([call(index=0, id="a", arguments="{}")], [("a", "", "{}")]),
    ],
    ids=[
        "as documented", "no index", "index always 0", "index always 0, in pieces", "in turns", "function_call",
        "an object", "all repeated", "an id twice", "empty ids", "the name late", "no arguments", "no name",
    ],
)  # fmt: skip
def test_calls_come_out_the_same_however_they_are_told(
    deltas: list[dict[str, Any]], meant: list[tuple[str, str, str]]
) -> None:
    assert calls_of(*deltas) == meant


def test_what_gemini_wants_back_with_a_call_comes_as_a_seal() -> None:
    answer = Answer("g", "m", FreshIds(Ask(model="m", messages=()), lambda: "made"))
    extra = {"google": {"thought_signature": "abc"}}
    whole = {"choices": [{"delta": call(index=0, id="a", name="f", extra_content=extra)}]}
    pieces = answer.feed(b"data: " + json.dumps(whole).encode() + b"\n\n")
    assert isinstance(pieces[0], ReasoningSealPiece)
    assert pieces[0].signature.startswith("openai_chat:")
    assert "abc" in pieces[0].signature
    assert pieces[1] == ToolCallPiece(0, "a", "f", "")
