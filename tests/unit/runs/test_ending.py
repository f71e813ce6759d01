"""How a run ends: the finished message and the last events, whatever it came to."""

import pytest

from palaver.core.events import (
    CancelRequested,
    MessageFinished,
    ModelReplied,
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    TextGrew,
    ToolCalled,
    UsageCounted,
)
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.messages import MessageError, ReasoningPart, Siblings, TextPart, ToolCallPart
from palaver.core.usage import Usage
from palaver.inference.port import ResolvedModel
from palaver.runs.ending import compose
from palaver.runs.live import Live
from palaver.runs.machine import resume
from tests.unit.runs.given import ADA

USAGE = Usage(input_tokens=7, output_tokens=3, cached_tokens=1, cost_usd=0.5)
STARTED = RunStarted(user_message_id=MessageId("msg_q"), message_id=MessageId("msg_a"), model="x/large", provider="x")


def ended(*events: RunEvent, window: int | None = 100) -> Live:
    live = Live(RunId("run_1"), SessionId("ses_1"), ADA, epoch=1)
    live.message_id, live.user_message_id = MessageId("msg_a"), MessageId("msg_q")
    live.model = ResolvedModel(id="x/large", provider="x", model="large", name="Large", context_window=window)
    live.run = resume([STARTED])
    for event in events:
        live.fold(event)
    return live


def told(live: Live) -> list[RunEvent]:
    return compose(live, USAGE, at="2026", milliseconds=12.34567).told(Siblings(2, 1))


def finished(live: Live) -> MessageFinished:
    return next(event for event in told(live) if isinstance(event, MessageFinished))


def test_a_whole_answer_is_told_with_its_usage_its_message_and_its_end() -> None:
    live = ended(ReasoningGrew(content="hm"), TextGrew(content="Ho"), ModelReplied(finish_reason="stop", usage=USAGE))
    fact, usage, message, done = told(live)
    assert fact == ModelReplied(finish_reason="stop", usage=USAGE)
    assert isinstance(usage, UsageCounted)
    assert (usage.input_tokens, usage.context_tokens, usage.context_limit, usage.cost_usd) == (7, 10, 100, 0.5)
    assert done == RunDone(finish_reason="stop", duration_ms=12.346, turns=1)
    assert isinstance(message, MessageFinished)
    whole = message.message
    assert (whole.id, whole.parent_id, whole.role) == ("msg_a", "msg_q", "assistant")
    assert (whole.parts, whole.text) == ((ReasoningPart(text="hm"), TextPart(text="Ho")), "Ho")
    assert (whole.status, whole.finish_reason, whole.error) == ("complete", "stop", None)
    assert (whole.model, whole.usage, whole.latency_ms, whole.created_at) == ("x/large", USAGE, 12.346, "2026")
    assert whole.siblings == Siblings(2, 1)


def test_an_answer_that_was_cancelled_is_partial() -> None:
    whole = finished(ended(TextGrew(content="H"), CancelRequested())).message
    assert (whole.status, whole.finish_reason, whole.text) == ("partial", "interrupted", "H")


def test_an_answer_that_failed_keeps_what_was_said_and_says_why_and_the_error_is_told_once() -> None:
    failed = RunFailed(code="model_timeout", message="Too long.", retryable=True)
    live = ended(TextGrew(content="H"), failed)
    assert [event for event in told(live) if isinstance(event, RunFailed | ModelReplied)] == [failed]
    whole = finished(live).message
    assert (whole.status, whole.text, whole.error) == ("error", "H", MessageError("model_timeout", "Too long."))


@pytest.mark.parametrize("reason", ["stop", "length", "tool_calls"])
def test_an_answer_that_the_model_ended_is_complete_whatever_it_ended_with(reason: str) -> None:
    live = ended(ModelReplied(finish_reason=reason))  # type: ignore[arg-type]
    assert finished(live).message.status == "complete"
    assert finished(live).message.parts == ()


def test_calls_are_kept_with_the_answer() -> None:
    call = ToolCalled(call_id="1", name="look", arguments={"at": "it"})
    whole = finished(ended(call, ModelReplied(finish_reason="tool_calls"))).message
    assert whole.parts == (ToolCallPart(call_id="1", name="look", arguments={"at": "it"}),)


def test_a_window_that_nobody_knows_is_told_as_none() -> None:
    (usage,) = [event for event in told(ended(CancelRequested(), window=None)) if isinstance(event, UsageCounted)]
    assert usage.context_limit is None
