"""How an answer is told as chunks of a chat completion, however its events come; and what is refused of a request."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.errors import Invalid
from palaver.core.events import (
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunStarted,
    StepRestarted,
    TextGrew,
    ToolCalled,
    ToolHanded,
)
from palaver.core.ids import MessageId, RunId, Seq, SessionId, UserId
from palaver.core.principal import Principal
from palaver.inference.failures import UnknownModel
from palaver.runs.records import record
from palaver.runs.told import Address, Told
from palaver.surfaces.models import whole_name
from palaver.surfaces.openai_chat.asked import ChatRequest, history_of, prompt_of
from palaver.surfaces.openai_chat.told import ChatStream

AT = Address(RunId("run_1"), SessionId("ses_1"))
STARTED = RunStarted(user_message_id=MessageId("msg_0"), message_id=MessageId("msg_1"), model="v/m", provider="v")
ENDED = RunDone(finish_reason="stop", duration_ms=1, turns=1)
ME = Principal(user_id=UserId("usr_1"))

words = some.text(some.characters(exclude_categories=["Cs"]), min_size=1)
pieces = some.lists(some.builds(TextGrew, content=words) | some.builds(ReasoningGrew, content=words), max_size=9)


def told(events: list[RunEvent], cuts: set[int], *, held: bool) -> list[Any]:
    """The chunks of a stream, of whose events these come together that no cut parts."""
    stream = ChatStream(0, held=held, with_usage=False)
    lines = [(Seq(n), record(Seq(n), event)) for n, event in enumerate(events, 1)]
    edges = sorted({0, len(lines), *(cut for cut in cuts if cut < len(lines))})
    data = b"".join(stream.frames(Told(AT, lines[a:b])) for a, b in pairwise(edges))
    texts = [frame.removeprefix("data: ") for frame in data.decode().split("\n\n") if frame]
    return [text if text == "[DONE]" else json.loads(text) for text in texts]


def joined(chunks: list[Any], field: str) -> str:
    """What the chunks say, together."""
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if isinstance(chunk, dict)]
    return "".join(delta.get(field) or "" for delta in deltas)


@given(pieces, some.sets(some.integers(1, 20)), some.booleans())
def test_however_events_come_a_stream_says_the_same(grown: list[Any], cuts: set[int], held: bool) -> None:
    calls = [ToolCalled(call_id=one, name="w", arguments={"at": one}) for one in ("a", "b")]
    handed: list[RunEvent] = [ToolHanded(call_id=one) for one in ("b", "a")]
    chunks = told([STARTED, *grown, *calls, *handed, ENDED], cuts, held=held)
    assert joined(chunks, "content") == "".join(one.content for one in grown if isinstance(one, TextGrew))
    assert joined(chunks, "reasoning_content") == "".join(
        one.content for one in grown if isinstance(one, ReasoningGrew)
    )
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    made = [call for delta in deltas for call in delta.get("tool_calls", ())]
    assert [(call["index"], call["id"]) for call in made] == [(0, "a"), (1, "b")]
    assert chunks[-1] == "[DONE]"


@pytest.mark.parametrize("held", [False, True])
def test_only_what_was_told_since_cannot_begin_anew(held: bool) -> None:
    said: list[RunEvent] = [STARTED, TextGrew(content="Let me look. "), ToolCalled(call_id="a", name="w", arguments={})]
    later = told([*said, StepRestarted(from_seq=Seq(4)), TextGrew(content="Sun."), ENDED], set(), held=held)
    assert joined(later, "content") == "Let me look. Sun."
    anew = told([*said, StepRestarted(from_seq=Seq(2)), TextGrew(content="Sun."), ENDED], set(), held=held)
    assert joined(anew, "content") == "Sun." if held else "error" in anew[-1]


def tool(name: str) -> Any:
    """A tool of the client's."""
    return {"type": "function", "function": {"name": name}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": [{"role": "user", "content": "x", "name": "Ada"}]},
        {"tools": [tool("w"), tool("w")]},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "tool", "content": "x"}]},
    ],
)
def test_what_is_not_honoured_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, Invalid)):
        history_of(ChatRequest.model_validate({"model": "m", "messages": [{"role": "user", "content": "x"}], **wrong}))


@pytest.mark.parametrize("arguments", ["no JSON", "[]", r'{"a": "\ud800"}', r'{"a": "\u0000"}', "[" * 5_000])
def test_arguments_that_cannot_be_kept_are_refused_by_name(arguments: str) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "w", "arguments": arguments}}
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [call]}]
    with pytest.raises(Invalid, match=r"messages\.1\.tool_calls\.0"):
        history_of(ChatRequest.model_validate({"model": "m", "messages": messages}))


def test_a_refusal_in_a_history_is_what_was_said_and_a_tools_name_means_nothing() -> None:
    messages = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "tool", "tool_call_id": "a", "content": "y", "name": "w"},
    ]
    asked = ChatRequest.model_validate({"model": "agent/helper", "messages": messages})
    assert [part.text for part in history_of(asked)[1].parts if hasattr(part, "text")] == ["No."]
    assert (prompt_of(asked).model, prompt_of(asked).wanted.agent) == (None, "helper")


class Bearers:
    """Two vendors, one of whose models have the same name."""

    async def bearers(self, name: str, principal: Principal) -> list[str]:
        return {"one": ["a/one"], "both": ["a/both", "b/both"]}.get(name, [])


async def test_a_name_without_a_provider_is_the_one_model_that_bears_it() -> None:
    assert await whole_name(Bearers(), ME, "one") == "a/one"
    assert await whole_name(Bearers(), ME, "c/any") == "c/any"
    with pytest.raises(UnknownModel, match="a/both, b/both"):
        await whole_name(Bearers(), ME, "both")
    with pytest.raises(UnknownModel, match="no 'nobody'"):
        await whole_name(Bearers(), ME, "nobody")
