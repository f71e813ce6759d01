"""A run is the fold of its events: what is over stays over, late replies change nothing, any prefix folds."""

from functools import reduce

from hypothesis import assume, given
from hypothesis import strategies as some

from palaver.core.errors import ModelTimeout, RateLimited
from palaver.core.events import (
    CancelRequested,
    ModelReplied,
    ModelSwitched,
    ReasoningGrew,
    RunDone,
    RunEvent,
    RunFailed,
    RunStarted,
    SessionOpened,
    StepRestarted,
    TextGrew,
    ToolCalled,
    ToolCallGrew,
)
from palaver.core.ids import MessageId, Seq
from palaver.core.messages import MessageError
from palaver.core.usage import Usage
from palaver.runs.machine import AskModel, Conclude, Ending, Run, evolve, failure, resume, wants
from palaver.runs.records import joined
from tests.unit.any_events import any_event, dones, endings, said, started

BEGUN: list[RunEvent] = [
    SessionOpened(title="Hello", created=True),
    RunStarted(user_message_id=MessageId("msg_q"), message_id=MessageId("msg_a"), model="x/large", provider="x"),
]
CALL = ToolCalled(call_id="1", name="look", arguments={})
journals = some.lists(any_event, max_size=12)


@given(journals, dones, journals)
def test_what_is_over_stays_over_and_wants_nothing(before: list[RunEvent], done: RunDone, late: list[RunEvent]) -> None:
    over = resume([*before, done])
    assert over.over is not None
    for event in late:
        assert evolve(over, event) == over
    assert wants(over) == frozenset()


@given(journals)
def test_any_prefix_of_a_journal_folds_and_the_rest_goes_on_from_there(events: list[RunEvent]) -> None:
    for cut in range(len(events) + 1):
        assert reduce(evolve, events[cut:], resume(events[:cut])) == resume(events)


@given(some.lists(any_event.filter(lambda event: not isinstance(event, RunStarted)), max_size=12))
def test_before_it_started_a_run_wants_nothing(events: list[RunEvent]) -> None:
    assert wants(resume(events)) == frozenset()


@given(some.lists(said, max_size=6))
def test_from_its_start_until_its_ending_is_settled_a_run_wants_the_model_asked(events: list[RunEvent]) -> None:
    assert wants(resume([*BEGUN, *events])) == {AskModel()}


@given(some.lists(said, max_size=4), endings, some.lists(said | endings, max_size=6))
def test_late_replies_change_nothing(events: list[RunEvent], ending: RunEvent, late: list[RunEvent]) -> None:
    settled = resume([*BEGUN, *events, ending])
    assert wants(settled) == {Conclude()}
    assert reduce(evolve, late, settled) == settled


@given(journals)
def test_whatever_happens_a_run_wants_at_most_one_thing(events: list[RunEvent]) -> None:
    run = resume(events)
    wanted = wants(run)
    assert len(wanted) == (run.started and run.over is None)
    assert (Conclude() in wanted) <= (run.ending is not None)


@given(journals)
def test_growth_that_was_joined_folds_like_its_pieces(events: list[RunEvent]) -> None:
    assert resume(joined(events)) == resume(events)


@given(some.lists(said, max_size=6))
def test_a_cancelled_run_wants_to_be_concluded_as_interrupted_and_keeps_what_was_said(events: list[RunEvent]) -> None:
    before = resume([*BEGUN, *events])
    run = evolve(before, CancelRequested())
    assert wants(run) == {Conclude()}
    assert run.ending == Ending("interrupted")
    assert (run.text, run.reasoning, run.calls) == (before.text, before.reasoning, before.calls)


@given(some.lists(said, max_size=6), some.lists(said, max_size=6))
def test_a_step_that_is_asked_again_begins_anew(cut: list[RunEvent], again: list[RunEvent]) -> None:
    assert resume([*BEGUN, *cut, StepRestarted(from_seq=Seq(3)), *again]) == resume([*BEGUN, *again])


@given(started, journals)
def test_who_answers_is_who_was_named_last(first: RunStarted, events: list[RunEvent]) -> None:
    named = [first, *(event for event in events if isinstance(event, RunStarted | ModelSwitched))]
    assume(not any(isinstance(event, RunDone) for event in events))
    run = resume([first, *events])
    assert (run.model, run.provider) == (named[-1].model, named[-1].provider)


def test_what_was_said_is_put_together_in_order() -> None:
    spoken = [
        ReasoningGrew(content="Hm"),
        TextGrew(content="a"),
        ReasoningGrew(content="m"),
        TextGrew(content="b"),
        CALL,
    ]
    run = resume([*BEGUN, *spoken, ToolCallGrew(call_id="1", name="look", arguments_delta="{")])
    assert (run.text, run.reasoning, run.calls) == ("ab", "Hmm", (CALL,))


def test_how_it_ends_carries_what_the_vendor_reported_or_what_went_wrong() -> None:
    usage = Usage(input_tokens=3)
    assert resume([*BEGUN, ModelReplied(finish_reason="length", usage=usage)]).ending == Ending("length", usage)
    failed = RunFailed(code="model_timeout", message="Too long.", retryable=True)
    assert resume([*BEGUN, failed]).ending == Ending("error", error=MessageError("model_timeout", "Too long."))


def test_an_error_becomes_the_event_that_tells_of_it() -> None:
    assert failure(ModelTimeout("Nothing for 60 s.")) == RunFailed(
        code="model_timeout", message="Nothing for 60 s.", retryable=True
    )
    assert failure(RateLimited()).message == "Too many requests"


def test_nothing_at_all_is_a_run_that_did_not_begin() -> None:
    assert resume([]) == Run()
