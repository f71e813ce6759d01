"""The events of a response are a fold: the same numbers however and whenever they are folded, and the same items."""

import json
from collections.abc import Sequence
from typing import Any

from palaver.core.events import (
    MessageFinished,
    ModelReplied,
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunStarted,
    StepRestarted,
    TextGrew,
    ToolCalled,
    ToolFinished,
    ToolHanded,
)
from palaver.core.ids import MessageId, RunId, Seq, SessionId
from palaver.core.messages import FinishReason, Message, Part
from palaver.core.usage import Usage
from palaver.runs import machine
from palaver.runs.prompt import Prompt
from palaver.runs.records import record
from palaver.runs.steps import parts
from palaver.runs.told import Address, Told
from palaver.surfaces.openai_responses.items import items_of
from palaver.surfaces.openai_responses.told import NOTHING, ResponseStream
from tests.promises import keeps

RUN = RunId("run_" + "1" * 32)
ADDRESS = Address(RUN, SessionId("ses_" + "2" * 32))
MESSAGE = MessageId("msg_" + "3" * 32)
PROMPT = Prompt(model="fake/one")
STARTED = RunStarted(user_message_id=None, message_id=MESSAGE, model="fake/one", provider="fake")


def called(call_id: str) -> ToolCalled:
    """A call that the model asks for."""
    return ToolCalled(call_id=call_id, name="weather", arguments={"city": call_id})


def finished(call_id: str) -> ToolFinished:
    """A call that was answered here."""
    return ToolFinished(call_id=call_id, ok=False, content="no", duration_ms=1, truncated=False)


def numbered(events: Sequence[RunEvent]) -> list[tuple[Seq, bytes]]:
    """The events as they are told, from number 1."""
    told = [event for event in events if not isinstance(event, machine.UNTOLD)]
    return [(Seq(at), record(Seq(at), event)) for at, event in enumerate(told, 1)]


def whole(events: Sequence[RunEvent], reason: FinishReason = "stop") -> list[RunEvent]:
    """A run that says this and ends."""
    run = machine.resume([STARTED, *events])
    said = parts(run.steps, run.calls)
    done = RunDone(finish_reason=reason, duration_ms=1, turns=1)
    return [STARTED, *events, MessageFinished(message=message(said)), done]


def message(said: tuple[Part, ...]) -> Message:
    """The answer."""
    return Message(
        id=MESSAGE, session_id=ADDRESS.session_id, role="assistant", parts=said, model="fake/one", usage=Usage(),
        created_at="2026-11-21T10:00:00.000000Z",
    )  # fmt: skip


def folded(lines: Sequence[tuple[Seq, bytes]], *, after: int = -1, cuts: Sequence[int] = ()) -> tuple[list[Any], Any]:
    """The events that a reader gets, and the response; `cuts` say how many lines come together."""
    stream, data, rest = ResponseStream(PROMPT, after=after), b"", list(lines)
    for size in [*cuts, len(rest)]:
        if rest[:size]:
            data += stream.frames(Told(ADDRESS, rest[:size]))
        rest = rest[size:]
    frames = [json.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: ")]
    return frames, json.loads(json.dumps(frames[-1]["response"])) if frames else stream


SPEECH: list[RunEvent] = [
    ReasoningGrew(content="Hm"),
    ReasoningGrew(content="…"),
    TextGrew(content='So "this'),
    TextGrew(content='" is it'),
]
STEP = [called("a"), called("b"), ModelReplied(finish_reason="tool_calls")]


@keeps("surfaces:responses:resume")
def test_events_have_the_same_numbers_however_they_come() -> None:
    restarted = StepRestarted(from_seq=Seq(4))
    handed = [ToolHanded(call_id="b"), ToolHanded(call_id="a")]
    lines = numbered(whole([*SPEECH, restarted, TextGrew(content="Now"), *STEP, *handed]))
    everything, _ = folded(lines)
    assert [one["sequence_number"] for one in everything] == list(range(len(everything)))
    for after in range(-1, len(everything)):
        for size in (1, 3):
            told, _ = folded(lines, cuts=[size] * len(lines), after=after)
            assert told == everything[after + 1 :], (after, size)


def test_items_of_a_stream_are_those_of_its_message() -> None:
    first = [*SPEECH, called("x"), ModelReplied(finish_reason="tool_calls"), finished("x")]
    second = [TextGrew(content="Then"), *STEP, ToolHanded(call_id="b"), ToolHanded(call_id="a")]
    events = whole([*first, *second], "tool_calls")
    told, response = folded(numbered(events))
    assert response["output"] == items_of(events[-2].message)  # type: ignore[union-attr]
    assert [item["type"] for item in response["output"]] == ["reasoning", "message", "message", *["function_call"] * 2]
    assert [item["call_id"] for item in response["output"][-2:]] == ["a", "b"]
    done = [one["item"] for one in told if one["type"] == "response.output_item.done"]
    assert done == response["output"]


def test_what_is_void_ends_incomplete_and_what_comes_instead_has_another_name() -> None:
    told, response = folded(numbered(whole([*SPEECH, StepRestarted(from_seq=Seq(5)), TextGrew(content=" way")])))
    done = [one["item"] for one in told if one["type"] == "response.output_item.done"]
    assert [(one["type"], one["status"]) for one in done] == [
        ("reasoning", "completed"),
        ("message", "incomplete"),
        ("message", "completed"),
    ]
    assert [item["id"] for item in response["output"]] == [done[0]["id"], done[2]["id"]]
    assert done[2]["id"] == f"{done[1]['id']}r1"
    assert response["output"][1]["content"][0]["text"] == 'So "this way'
    assert [one["output_index"] for one in told if one["type"] == "response.output_item.added"] == [0, 1, 2]


def test_a_step_that_is_void_leaves_nothing_in_the_response() -> None:
    told, response = folded(numbered(whole([*SPEECH, StepRestarted(from_seq=Seq(2)), TextGrew(content="Now")])))
    assert [item["content"][0]["text"] for item in response["output"]] == ["Now"]
    assert [one["item"]["type"] for one in told if one["type"] == "response.output_item.added"] == [
        "reasoning",
        "message",
        "message",
    ]


def test_whoever_wants_the_response_alone_gets_no_bytes() -> None:
    stream = ResponseStream(PROMPT, after=NOTHING)
    assert stream.frames(Told(ADDRESS, numbered(whole(SPEECH)))) == b""
    found = stream.response(RUN, "fake/one")
    assert (found["status"], len(found["output"])) == ("completed", 2)
