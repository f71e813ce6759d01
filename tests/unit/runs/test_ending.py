"""How a run ends: the finished message and the last events, whatever it came to."""

import pytest

from palaver.context.window import Told as Window
from palaver.core.events import (
    ApprovalAsked,
    ApprovalResolved,
    CancelRequested,
    LimitReached,
    MessageFinished,
    ModelReplied,
    QuestionAnswered,
    QuestionAsked,
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    TextGrew,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    UsageCounted,
)
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.core.messages import (
    FilePart,
    ImagePart,
    MessageError,
    ReasoningPart,
    Siblings,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from palaver.core.usage import Usage
from palaver.inference.port import ResolvedModel, Turn
from palaver.runs.ending import asked_images, asked_text, compose
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


CALL = ToolCalled(call_id="1", name="look", arguments={"at": "it"})
ASKED = ModelReplied(finish_reason="tool_calls", usage=USAGE)
FINISHED = ToolFinished(call_id="1", ok=True, content="so", duration_ms=1, truncated=False)
APPROVAL = ApprovalAsked(call_id="2", name="look", arguments={}, reason="", expires_at=None)
QUESTION = QuestionAsked(call_id="3", questions=(), expires_at=None)


def test_calls_are_kept_with_the_answer() -> None:
    whole = finished(
        ended(CALL, ASKED, FINISHED, TextGrew(content="There."), ModelReplied(finish_reason="stop"))
    ).message
    assert whole.parts == (
        ToolCallPart(call_id="1", name="look", arguments={"at": "it"}),
        ToolResultPart(call_id="1", ok=True, content="so"),
        TextPart(text="There."),
    )
    assert (whole.text, whole.status) == ("There.", "complete")


def test_every_call_that_is_open_at_the_end_is_closed_once_in_the_stream_and_in_the_message() -> None:
    calls = [ToolCalled(call_id=f"{n}", name="look", arguments={}) for n in (1, 2, 3, 4)]
    live = ended(*calls, ASKED, FINISHED, APPROVAL, QUESTION, CancelRequested())
    events = told(live)
    assert [(one.call_id, one.decision, one.by) for one in events if isinstance(one, ApprovalResolved)] == [
        ("2", "reject", "cancel")
    ]
    assert [(one.call_id, one.answers, one.by) for one in events if isinstance(one, QuestionAnswered)] == [
        ("3", None, "cancel")
    ]
    closed = [one for one in events if isinstance(one, ToolFinished)]
    assert [(one.call_id, one.ok) for one in closed] == [("2", False), ("3", False), ("4", False)]
    assert all("Interrupted" in one.content for one in closed)
    results = [part for part in finished(live).message.parts if isinstance(part, ToolResultPart)]
    assert [(part.call_id, part.ok) for part in results] == [("1", True), ("2", False), ("3", False), ("4", False)]
    assert finished(live).message.status == "partial"


def test_a_call_that_was_under_way_at_the_end_may_have_taken_effect_and_its_result_says_so() -> None:
    began = ToolStarted(call_id="1", arguments={})
    (under_way,) = [one for one in told(ended(CALL, ASKED, began, CancelRequested())) if isinstance(one, ToolFinished)]
    (not_yet,) = [one for one in told(ended(CALL, ASKED, CancelRequested())) if isinstance(one, ToolFinished)]
    assert "may have taken effect" in under_way.content
    assert "may have taken effect" not in not_yet.content


def test_a_turn_that_met_its_limit_is_partial_says_which_and_counts_the_steps_it_took() -> None:
    limit = LimitReached(code="max_turns", message="Enough.")
    live = ended(CALL, ASKED, FINISHED, limit)
    whole = finished(live).message
    assert (whole.status, whole.finish_reason, whole.error) == (
        "partial",
        "length",
        MessageError("max_turns", "Enough."),
    )
    assert [one for one in told(live) if isinstance(one, LimitReached)] == [limit]
    assert next(one for one in told(live) if isinstance(one, RunDone)).turns == 1


def test_what_a_model_was_told_is_counted_whole_calls_results_and_images_too() -> None:
    figure = ImagePart(url="data:image/png;base64,AA==")
    turn = Turn(
        "assistant",
        (
            TextPart(text="words"),
            ReasoningPart(text="thought"),
            ToolCallPart(call_id="1", name="look", arguments={"at": "it"}),
            ToolResultPart(call_id="1", ok=True, content="result", parts=(figure, FilePart(path="a.txt"))),
            figure,
        ),
    )
    live = ended()
    assert (asked_text(live), asked_images(live)) == ("", 0)
    live.view = Window(system="rules", turns=(turn,), left_out=0, attributed=False)
    assert asked_text(live).split() == ["rules", "words", "thought", "look", '{"at":"it"}', "result"]
    assert asked_images(live) == 2


def test_a_window_that_nobody_knows_is_told_as_none() -> None:
    (usage,) = [event for event in told(ended(CancelRequested(), window=None)) if isinstance(event, UsageCounted)]
    assert usage.context_limit is None
