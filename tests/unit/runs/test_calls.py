"""How the calls of one step stand: from asked over a person's yes to a result, and nothing after that."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as some

from palaver.core.events import (
    ApprovalAsked,
    ApprovalResolved,
    QuestionAnswered,
    QuestionAsked,
    ToolCalled,
    ToolFinished,
    ToolStarted,
)
from palaver.core.ids import RunId
from palaver.runs.calls import LEAVE_IT, RUN_AGAIN, Call, CallEvent, evolve
from tests.unit.any_events import of

MODELS = {"at": "it"}
events = some.lists(
    of(ToolStarted, ToolFinished, ApprovalAsked, ApprovalResolved, QuestionAsked, QuestionAnswered), max_size=8
)


def open_call(call_id: str = "call_1") -> Call:
    return Call(called=ToolCalled(call_id=call_id, name="look", arguments=MODELS), arguments=MODELS)


def after(*events: CallEvent) -> Call:
    """One call after these events."""
    (call,) = reduce(evolve, events, (open_call(),))
    return call


APPROVAL = ApprovalAsked(
    call_id="call_1", name="look", arguments={"at": "what a hook said"}, reason="", expires_at=None
)
YES = ApprovalResolved(call_id="call_1", decision="approve", by="person")
NO = ApprovalResolved(call_id="call_1", decision="reject", by="person")
RESULT = ToolFinished(call_id="call_1", ok=True, content="so", duration_ms=1, truncated=False)


def answered(*said: str) -> QuestionAnswered:
    return QuestionAnswered(call_id="call_1", answers=(said,), by="person")


def test_a_call_is_asked_with_the_models_arguments() -> None:
    call = after()
    assert (call.id, call.name, call.state, call.arguments, call.result) == ("call_1", "look", "asked", MODELS, None)


def test_what_a_person_is_shown_is_what_runs_after_their_yes() -> None:
    waiting = after(APPROVAL)
    assert (waiting.state, waiting.arguments, waiting.asked_yes) == ("waiting", {"at": "what a hook said"}, True)
    approved = after(APPROVAL, YES)
    assert (approved.state, approved.arguments) == ("approved", {"at": "what a hook said"})
    assert (approved.edited, approved.asked_yes) == (False, False)


def test_what_a_person_edits_replaces_the_arguments_and_is_known_as_edited_even_where_nothing_is_left() -> None:
    edit = ApprovalResolved(call_id="call_1", decision="approve", by="person", arguments={})
    call = after(APPROVAL, edit)
    assert (call.arguments, call.edited, call.called.arguments) == ({}, True, MODELS)


def test_a_no_leaves_the_call_waiting_for_the_result_that_says_so() -> None:
    assert after(APPROVAL, NO) == after(APPROVAL)


def test_a_call_begins_with_exactly_the_arguments_that_were_written_down() -> None:
    began = ToolStarted(call_id="call_1", arguments={"at": "that"}, replay_safe=True, child_run_id=RunId("run_2"))
    call = after(began)
    assert (call.state, call.arguments, call.replay_safe, call.child_run_id) == (
        "started",
        {"at": "that"},
        True,
        "run_2",
    )


def test_only_the_words_that_mean_again_let_a_call_go_on_after_its_question() -> None:
    question = QuestionAsked(call_id="call_1", questions=(), expires_at=None, interrupted=True)
    assert after(question).state == "waiting"
    assert after(question, answered(RUN_AGAIN)).state == "approved"
    for said in (answered(LEAVE_IT), answered(RUN_AGAIN, RUN_AGAIN), answered("run it again")):
        assert after(question, said).state == "waiting"
    nothing = QuestionAnswered(call_id="call_1", answers=None, by="expiry")
    assert after(question, nothing).state == "waiting"


@given(events)
def test_after_its_result_nothing_happens_to_a_call_any_more(late: list[CallEvent]) -> None:
    done = after(RESULT)
    assert done.result == RESULT
    assert reduce(evolve, late, (done,)) == (done,)


@given(events)
def test_calls_do_not_touch_each_other(happened: list[CallEvent]) -> None:
    ids = ("call_1", "call_2", "call_3")
    together = reduce(evolve, happened, tuple(open_call(one) for one in ids))
    alone = tuple(reduce(evolve, happened, (open_call(one),))[0] for one in ids)
    assert together == alone
    mine = [event for event in happened if event.call_id == "call_1"]
    assert reduce(evolve, mine, (open_call(),)) == together[:1]


@given(events)
def test_the_models_own_words_are_never_changed(happened: list[CallEvent]) -> None:
    (call,) = reduce(evolve, happened, (open_call(),))
    assert call.called == open_call().called
