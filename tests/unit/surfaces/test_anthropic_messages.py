"""What a request of Anthropic's messages means, and how an answer is told, however its events come."""

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.core.errors import Invalid
from palaver.core.events import (
    MessageFinished,
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    StepRestarted,
    TextGrew,
    ToolCalled,
    ToolHanded,
)
from palaver.core.ids import MessageId, RunId, Seq, SessionId
from palaver.core.messages import FilePart, Message, ReasoningPart, TextPart, ToolCallPart
from palaver.core.usage import Usage
from palaver.runs.records import record
from palaver.runs.told import Address, Told
from palaver.surfaces.anthropic_messages.asked import conversation, prompt_of
from palaver.surfaces.anthropic_messages.blocks import MessagesRequest
from palaver.surfaces.anthropic_messages.counted import counted
from palaver.surfaces.anthropic_messages.told import MessageStream, message

AT = Address(RunId("run_1"), SessionId("ses_1"))
USED = Usage(input_tokens=10, output_tokens=4, cached_tokens=3, cache_written_tokens=2, reasoning_tokens=1)
STARTED = RunStarted(user_message_id=MessageId("msg_0"), message_id=MessageId("msg_1"), model="v/m", provider="v")
ENDED = RunDone(finish_reason="stop", duration_ms=1, turns=1)


def finished(*parts: Any) -> Message:
    """An answer."""
    return Message(
        id=MessageId("msg_1"), session_id=AT.session_id, role="assistant", parts=parts, model="v/m", usage=USED,
        finish_reason="stop", created_at="2026-01-01T00:00:00Z",
    )  # fmt: skip


def told(events: list[RunEvent], cuts: set[int], *, held: bool = False) -> list[dict[str, Any]]:
    """The events of a stream, of which these come together that no cut parts."""
    stream = MessageStream(held=held, thoughts="told", headers={})
    lines = [(Seq(n), record(Seq(n), event)) for n, event in enumerate(events, 1)]
    edges = sorted({0, len(lines), *(cut for cut in cuts if cut < len(lines))})
    data = b"".join(stream.frames(Told(AT, lines[a:b])) for a, b in pairwise(edges))
    frames = [frame.split("\n") for frame in data.decode().split("\n\n") if frame]
    found = [json.loads(line.removeprefix("data: ")) for _, line in frames]
    assert [f"event: {one['type']}" for one in found] == [name for name, _ in frames]
    return found


def content(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a client makes of the events; blocks have to begin, grow and end in order."""
    blocks: list[dict[str, Any]] = []
    open_block: int | None = None
    for one in found:
        match one["type"]:
            case "content_block_start":
                assert (open_block, one["index"]) == (None, len(blocks))
                open_block = one["index"]
                blocks.append(dict(one["content_block"]))
            case "content_block_delta":
                assert one["index"] == open_block
                for name, value in one["delta"].items():
                    if name == "partial_json":
                        blocks[-1]["input"] = json.loads(value)
                    elif name != "type":
                        blocks[-1][name] += value
            case "content_block_stop":
                assert one["index"] == open_block
                open_block = None
            case _:
                assert open_block is None
    return blocks


words = some.text(some.characters(exclude_categories=["Cs"]), min_size=1)
pieces = some.lists(some.builds(TextGrew, content=words) | some.builds(ReasoningGrew, content=words), max_size=9)


@given(pieces, some.sets(some.integers(1, 20)))
def test_however_events_come_a_stream_says_what_the_whole_message_says(grown: list[Any], cuts: set[int]) -> None:
    parts: list[Any] = []
    for event in grown:
        kind = TextPart if isinstance(event, TextGrew) else ReasoningPart
        text = parts.pop().text if parts and isinstance(parts[-1], kind) else ""
        parts.append(kind(text=text + event.content))
    calls = [ToolCalled(call_id=one, name="w", arguments={"at": one}) for one in ("a", "b")]
    handed: list[RunEvent] = [ToolHanded(call_id=one) for one in ("b", "a")]
    parts += [ToolCallPart(call_id=call.call_id, name="w", arguments=call.arguments) for call in calls]
    whole = finished(*parts)
    found = told([STARTED, *grown, *calls, *handed, MessageFinished(message=whole), ENDED], cuts)
    assert content(found) == message(whole, "told")["content"]
    assert [one["type"] for one in (found[0], *found[-2:])] == ["message_start", "message_delta", "message_stop"]
    assert found[-2]["usage"] == message(whole, "told")["usage"]


def test_usage_counts_what_caches_did_beside_the_rest_of_the_input() -> None:
    assert message(finished(), "told")["usage"] == {
        "input_tokens": 5,
        "cache_creation_input_tokens": 2,
        "cache_read_input_tokens": 3,
        "output_tokens": 4,
        "output_tokens_details": {"thinking_tokens": 1},
    }


@pytest.mark.parametrize("held", [False, True])
def test_what_begins_anew_after_it_was_told_is_an_error_and_what_was_held_back_is_dropped(held: bool) -> None:
    first, second = TextGrew(content="first"), TextGrew(content="second")
    found = told([STARTED, first, StepRestarted(from_seq=Seq(2)), second, ENDED], set(), held=held)
    if held:
        assert [block["text"] for block in content(found)] == ["second"]
    else:
        assert found[-1]["type"] == "error"


def test_a_step_that_begins_anew_before_it_said_anything_takes_nothing_of_earlier_ones_back() -> None:
    call = ToolCalled(call_id="a", name="w", arguments={})
    events = [STARTED, TextGrew(content="Let me look."), call, StepRestarted(from_seq=Seq(4)), ENDED]
    assert told(events, set())[-1]["type"] == "message_stop"


@pytest.mark.parametrize(
    ("code", "kind"),
    [("model_unavailable", "api_error"), ("model_timeout", "timeout_error"), ("unavailable", "overloaded_error")],
)
def test_errors_in_a_stream_are_of_anthropics_kinds_and_the_last_word(code: str, kind: str) -> None:
    failed = RunFailed(code=code, message="Oops.", retryable=True)
    found = told([STARTED, failed, TextGrew(content="x"), ENDED], set())
    assert found[-1] == {"type": "error", "error": {"type": kind, "message": "Oops."}}


@pytest.mark.parametrize(
    ("budget", "effort"),
    [(1_024, "minimal"), (2_048, "low"), (8_191, "low"), (8_192, "medium"), (16_384, "high"), (60_000, "high")],
)
def test_a_budget_of_thoughts_stands_for_the_greatest_effort_that_fits_in_it(budget: int, effort: str) -> None:
    body = {"model": "m", "max_tokens": 64_000, "messages": [{"role": "user", "content": "x"}]}
    body["thinking"] = {"type": "enabled", "budget_tokens": budget}
    assert prompt_of(MessagesRequest.model_validate(body)).effort == effort


def test_documents_are_named_in_their_order_and_instructions_are_no_part_of_the_history() -> None:
    plain = {"type": "text", "media_type": "text/plain", "data": "x"}
    document = {"type": "document", "source": plain, "title": "a/b\n"}
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": [document, document]}]
    asked = MessagesRequest.model_validate({"model": "m", "max_tokens": 1, "system": "Be brief.", "messages": messages})
    made = conversation(asked)
    assert [said.parts for said in made.history] == [(FilePart(file_id="new:0"), FilePart(file_id="new:1"))]
    assert [one.name for one in made.documents] == ["a_b_.txt"] * 2
    assert prompt_of(asked).system_prompt == "Be brief.\n\nBe kind."


json_values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-9, 9)
    | some.sampled_from(["", "x", "text", "user", "tool_use", "auto"]),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(["type", "text", "id"]), inner),
    max_leaves=6,
)
blocks = some.fixed_dictionaries(
    {
        "type": some.sampled_from(
            ["text", "image", "document", "thinking", "tool_use", "tool_result", "server_tool_use"]
        )
    },
    optional={
        "text": words,
        "id": some.just("a"),
        "name": some.just("w"),
        "input": some.just({}),
        "tool_use_id": some.just("a"),
        "content": words | some.lists(some.just({"type": "text", "text": "x"})),
        "source": some.just({"type": "base64", "media_type": "image/png", "data": "eA=="}) | json_values,
        "thinking": words,
        "signature": words,
        "cache_control": some.just({"type": "ephemeral"}) | json_values,
    },
)
bodies = some.fixed_dictionaries(
    {
        "messages": some.lists(
            some.fixed_dictionaries(
                {"role": some.sampled_from(["user", "assistant", "system"]), "content": words | some.lists(blocks)}
            ),
            min_size=1,
            max_size=4,
        )
    },
    optional={"system": words | json_values, "tools": json_values, "thinking": json_values, "tool_choice": json_values},
)


@given(bodies)
async def test_whatever_comes_is_understood_or_refused(body: dict[str, Any]) -> None:
    try:
        asked = MessagesRequest.model_validate({"model": "m", "max_tokens": 9, **body})
        prompt, made = prompt_of(asked), conversation(asked)
    except (ValueError, Invalid):
        return
    assert msgspec.json.encode([prompt, [said.parts for said in made.history]])
    assert await counted("m", [], prompt.client_tools, made.history) > 0
