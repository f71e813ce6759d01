"""A run is the fold of its events: what is over stays over, what comes too late changes nothing, any prefix folds."""

from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from palaver.core.errors import ModelTimeout, RateLimited
from palaver.core.events import (
    ApprovalAsked,
    ApprovalResolved,
    CancelRequested,
    Controlled,
    LimitReached,
    ModelReplied,
    ModelSwitched,
    OutputAccepted,
    QuestionAnswered,
    QuestionAsked,
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
    ToolFinished,
    ToolHanded,
    ToolStarted,
)
from palaver.core.ids import MessageId, RunId, Seq
from palaver.core.messages import MessageError, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.runs.machine import (
    AskModel,
    AskPerson,
    AwaitChild,
    Conclude,
    Ending,
    Run,
    UseTool,
    Waiting,
    Want,
    evolve,
    failure,
    resume,
    wants,
)
from palaver.runs.records import joined
from palaver.runs.steps import parts
from tests.unit.any_events import KINDS, all_but, any_event, called, dones, endings, of, said, spoken, started

BEGUN: list[RunEvent] = [
    SessionOpened(title="Hello", created=True),
    RunStarted(user_message_id=MessageId("msg_q"), message_id=MessageId("msg_a"), model="x/large", provider="x"),
]
REPLIED = ModelReplied(finish_reason="tool_calls")
CHILD = RunId("run_child")
of_calls = of(ToolStarted, ToolHanded, ToolFinished, ApprovalAsked, ApprovalResolved, QuestionAsked, QuestionAnswered)
replies = KINDS[ModelReplied]
journals = some.lists(any_event | called | replies | of_calls, max_size=14)


def call(call_id: str = "call_1") -> ToolCalled:
    return ToolCalled(call_id=call_id, name="look", arguments={"at": "it"})


def asked(*call_ids: str) -> Run:
    """A run whose model asked for these calls."""
    return resume([*BEGUN, *(call(one) for one in call_ids), REPLIED])


def after(run: Run, *events: RunEvent) -> Run:
    return reduce(evolve, events, run)


def approval(call_id: str = "call_1") -> ApprovalAsked:
    return ApprovalAsked(call_id=call_id, name="look", arguments={"at": "it"}, reason="", expires_at=None)


def decided(decision: str, arguments: dict[str, object] | None = None) -> ApprovalResolved:
    return ApprovalResolved(call_id="call_1", decision=decision, by="person", arguments=arguments)  # type: ignore[arg-type]


def finished(call_id: str = "call_1", *, ok: bool = True) -> ToolFinished:
    return ToolFinished(call_id=call_id, ok=ok, content="so", duration_ms=5, truncated=False)


def call_of(want: Want) -> str | None:
    return want.call_id if isinstance(want, UseTool | AskPerson | AwaitChild) else None


@given(journals, dones, journals)
def test_what_is_over_stays_over_and_wants_nothing(before: list[RunEvent], done: RunDone, late: list[RunEvent]) -> None:
    over = resume([*before, done])
    assert over.over is not None
    for event in late:
        assert evolve(over, event) == over
    assert wants(over) == frozenset()


@settings(max_examples=60)
@given(journals, some.booleans())
def test_any_prefix_of_a_journal_folds_and_the_rest_goes_on_from_there(events: list[RunEvent], begun: bool) -> None:
    events = [*BEGUN, *events] if begun else events
    whole = resume(events)
    for cut in range(len(events) + 1):
        assert reduce(evolve, events[cut:], resume(events[:cut])) == whole


@given(some.lists(all_but(RunStarted), max_size=12))
def test_before_it_started_a_run_wants_nothing(events: list[RunEvent]) -> None:
    assert wants(resume(events)) == frozenset()


@given(some.lists(said, max_size=6))
def test_from_its_start_until_the_model_replied_a_run_wants_the_model_asked(events: list[RunEvent]) -> None:
    assert wants(resume([*BEGUN, *events])) == {AskModel()}


too_late = some.lists(said | endings | replies | all_but(
    ToolFinished, RunStarted, ModelSwitched, Controlled, RunDone
), max_size=6)  # fmt: skip


@given(some.lists(said, max_size=4), endings, too_late)
def test_once_it_is_settled_how_a_run_ends_what_comes_late_changes_nothing(
    events: list[RunEvent], ending: RunEvent, late: list[RunEvent]
) -> None:
    settled = resume([*BEGUN, *events, ending])
    assert wants(settled) == {Conclude()}
    assert after(settled, *late) == settled


@given(some.lists(spoken, max_size=4), replies, too_late)
def test_a_reply_without_calls_settles_how_a_run_ends(
    events: list[RunEvent], reply: ModelReplied, late: list[RunEvent]
) -> None:
    settled = resume([*BEGUN, *events, reply])
    assert (wants(settled), settled.ending) == ({Conclude()}, Ending(reply.finish_reason))
    assert after(settled, *late) == settled


@settings(max_examples=40)
@given(journals)
def test_whatever_happens_a_run_wants_the_model_its_end_or_its_open_calls_and_never_two_of_these(
    events: list[RunEvent],
) -> None:
    run = resume([*BEGUN, *events])
    wanted = wants(run)
    if run.over is not None:
        assert wanted == frozenset()
    elif run.ending is not None:
        assert wanted == {Conclude()}
    elif run.calls:
        open_ids = {one.id for one in run.calls if one.result is None}
        assert sorted(str(call_of(want)) for want in wanted) == sorted(open_ids)
        assert open_ids
    else:
        assert wanted == {AskModel()}


@settings(max_examples=60)
@given(some.lists(called | replies | of_calls | any_event, max_size=20))
def test_a_call_that_has_its_result_is_never_wanted_again(events: list[RunEvent]) -> None:
    run, answered = resume(BEGUN), set[str]()
    for event in events:
        if isinstance(event, ToolCalled) and event.call_id in answered:
            continue  # ids of calls are a run's own: see `calling.py`
        open_ids = {one.id for one in run.calls if one.result is None}
        run = evolve(run, event)
        if isinstance(event, ToolFinished) and event.call_id in open_ids:
            answered.add(event.call_id)
        assert not answered & {call_of(want) for want in wants(run)}


@given(journals)
def test_growth_that_was_joined_folds_like_its_pieces(events: list[RunEvent]) -> None:
    assert resume(joined(events)) == resume(events)


@given(some.lists(said, max_size=6))
def test_a_cancelled_run_wants_to_be_concluded_as_interrupted_and_keeps_what_was_said(events: list[RunEvent]) -> None:
    before = resume([*BEGUN, *events])
    run = evolve(before, CancelRequested())
    assert wants(run) == {Conclude()}
    assert run.ending == Ending("interrupted")
    assert (run.steps, run.calls) == (before.steps, before.calls)


@given(some.lists(said, max_size=6), some.lists(said, max_size=6))
def test_a_step_that_is_asked_again_begins_anew(cut: list[RunEvent], again: list[RunEvent]) -> None:
    assert resume([*BEGUN, *cut, StepRestarted(from_seq=Seq(3)), *again]) == resume([*BEGUN, *again])


@given(some.lists(said, max_size=6), some.lists(said, max_size=6))
def test_a_step_that_is_asked_again_leaves_the_steps_before_it_alone(
    cut: list[RunEvent], again: list[RunEvent]
) -> None:
    one_step = [*BEGUN, TextGrew(content="First, "), call(), REPLIED, finished()]
    assert resume([*one_step, *cut, StepRestarted(from_seq=Seq(9)), *again]) == resume([*one_step, *again])


@given(started, some.lists(all_but(Controlled, RunDone), max_size=12))
def test_who_answers_is_who_was_named_last(first: RunStarted, events: list[RunEvent]) -> None:
    named = [first, *(event for event in events if isinstance(event, RunStarted | ModelSwitched))]
    run = resume([first, *events])
    assert (run.model, run.provider) == (named[-1].model, named[-1].provider)


def test_what_was_said_is_put_together_in_order() -> None:
    heard = [
        ReasoningGrew(content="H"),
        ReasoningGrew(content="m"),
        TextGrew(content="a"),
        TextGrew(content="b"),
        ToolCallGrew(call_id="call_1", name="look", arguments_delta="{"),
        call(),
    ]
    run = resume([*BEGUN, *heard])
    assert parts(run.steps, run.calls) == (
        ReasoningPart(text="Hm"),
        TextPart(text="ab"),
        ToolCallPart(call_id="call_1", name="look", arguments={"at": "it"}),
    )


def test_how_it_ends_carries_what_went_wrong_and_the_steps_what_the_vendor_reported() -> None:
    usage = Usage(input_tokens=3)
    run = resume([*BEGUN, ModelReplied(finish_reason="length", usage=usage)])
    assert (run.ending, run.steps.spent) == (Ending("length"), usage)
    failed = RunFailed(code="model_timeout", message="Too long.", retryable=True)
    assert resume([*BEGUN, failed]).ending == Ending("error", error=MessageError("model_timeout", "Too long."))
    limit = LimitReached(code="max_turns", message="Enough.")
    assert resume([*BEGUN, limit]).ending == Ending("length", error=MessageError("max_turns", "Enough."))


# --- calls ---


def test_calls_of_one_step_are_wanted_at_once_and_the_model_again_once_all_are_answered() -> None:
    run = asked("call_1", "call_2")
    assert wants(run) == {UseTool("call_1"), UseTool("call_2")}
    run = after(run, finished("call_2"))
    assert wants(run) == {UseTool("call_1")}
    run = after(run, finished("call_1", ok=False))
    assert (wants(run), run.calls, run.steps.count) == ({AskModel()}, (), 1)
    assert [(part.call_id, part.ok) for part in run.steps.past if isinstance(part, ToolResultPart)] == [
        ("call_1", False), ("call_2", True)
    ]  # fmt: skip


def test_a_call_that_waits_for_a_yes_is_a_persons_until_they_give_it_and_the_others_go_on() -> None:
    run = after(asked("call_1", "call_2"), approval())
    assert wants(run) == {AskPerson("call_1"), UseTool("call_2")}
    run = after(run, finished("call_2"))
    assert wants(run) == {AskPerson("call_1")}
    assert all(isinstance(want, Waiting) for want in wants(run))
    assert wants(after(run, decided("approve"))) == {UseTool("call_1")}


def test_what_a_person_changed_is_what_is_made_and_the_message_shows_it() -> None:
    run = after(asked("call_1"), approval(), decided("approve", {"at": "that"}))
    (open_call,) = run.calls
    assert (open_call.arguments, open_call.edited, open_call.state) == ({"at": "that"}, True, "approved")
    run = after(run, ToolStarted(call_id="call_1", arguments={"at": "that"}), finished())
    assert [part.arguments for part in run.steps.past if isinstance(part, ToolCallPart)] == [{"at": "that"}]


def test_a_rejected_call_is_never_made() -> None:
    run = after(asked("call_1", "call_2"), approval(), decided("reject"))
    assert UseTool("call_1") not in wants(run)
    run = after(run, finished(ok=False))
    assert wants(run) == {UseTool("call_2")}
    assert wants(after(run, decided("approve"), approval(), ToolStarted(call_id="call_1", arguments={}))) == {
        UseTool("call_2")
    }


def test_a_question_is_a_persons_until_its_answer_comes_as_the_calls_result() -> None:
    question = QuestionAsked(call_id="call_1", questions=(), expires_at=None)
    run = after(asked("call_1"), question)
    assert wants(run) == {AskPerson("call_1")}
    answer = QuestionAnswered(call_id="call_1", answers=(("Blue",),), by="person")
    assert wants(after(run, answer)) == {AskPerson("call_1")}
    assert wants(after(run, answer, finished())) == {AskModel()}


@pytest.mark.parametrize(("said", "wanted"), [("Run it again", UseTool("call_1")), ("Leave it", AskPerson("call_1"))])
def test_a_call_that_was_cut_is_made_again_only_if_a_person_says_so(said: str, wanted: Want) -> None:
    cut = QuestionAsked(call_id="call_1", questions=(), expires_at=None, interrupted=True)
    run = after(asked("call_1"), ToolStarted(call_id="call_1", arguments={}), cut)
    assert wants(run) == {AskPerson("call_1")}
    answer = QuestionAnswered(call_id="call_1", answers=((said,),), by="person")
    assert wants(after(run, answer)) == {wanted}


def test_a_question_in_mid_call_leaves_the_call_under_way() -> None:
    run = after(asked("call_1"), ToolStarted(call_id="call_1", arguments={}))
    question = QuestionAsked(call_id="call_1.1", questions=(), expires_at=None)
    assert after(run, question) == run
    assert wants(run) == {UseTool("call_1")}


def test_a_call_that_a_run_of_its_own_answers_is_waited_for() -> None:
    begun = ToolStarted(call_id="call_1", arguments={}, child_run_id=CHILD)
    run = after(asked("call_1", "call_2"), begun)
    assert wants(run) == {AwaitChild("call_1"), UseTool("call_2")}
    assert wants(after(run, finished("call_2"), finished())) == {AskModel()}


def test_cancelling_leaves_nothing_wanted_of_open_calls_and_keeps_them_and_late_results_are_kept() -> None:
    child = ToolStarted(call_id="call_3", arguments={}, child_run_id=CHILD)
    run = after(asked("call_1", "call_2", "call_3"), approval(), child, CancelRequested())
    assert wants(run) == {Conclude()}
    assert [one.state for one in run.calls] == ["waiting", "asked", "started"]
    assert after(run, decided("approve"), ToolStarted(call_id="call_2", arguments={})) == run
    run = after(run, finished("call_2"))
    assert [one.result is not None for one in run.calls] == [False, True, False]
    assert wants(run) == {Conclude()}


def test_calls_that_the_client_makes_end_the_run_once_all_others_are_answered() -> None:
    run = after(asked("call_1", "call_2", "call_3"), ToolHanded(call_id="call_1"), approval("call_2"))
    assert wants(run) == {AskPerson("call_2"), UseTool("call_3")}
    run = after(run, ToolHanded(call_id="call_3"), finished("call_2"))
    assert (wants(run), run.ending) == ({Conclude()}, Ending("tool_calls"))
    assert [part.call_id for part in parts(run.steps, run.calls) if isinstance(part, ToolResultPart)] == ["call_2"]


def test_a_run_that_is_cancelled_while_calls_wait_is_interrupted_whoever_makes_them() -> None:
    run = after(asked("call_1", "call_2"), ToolHanded(call_id="call_1"), CancelRequested(), finished("call_2"))
    assert (wants(run), run.ending) == ({Conclude()}, Ending("interrupted"))


def test_a_limit_ends_a_run_between_its_steps() -> None:
    run = after(asked("call_1"), finished(), LimitReached(code="max_turns", message="Enough."))
    assert (wants(run), run.ending) == ({Conclude()}, Ending("length", MessageError("max_turns", "Enough.")))


@given(some.lists(said | replies, max_size=8))
def test_while_calls_are_open_a_model_that_goes_on_talking_changes_nothing(late: list[RunEvent]) -> None:
    run = after(asked("call_1", "call_2"), finished("call_2"))
    assert after(run, *late) == run


def test_how_freely_it_may_act_and_who_answers_may_change_on_the_way() -> None:
    run = asked("call_1")
    assert run.mode is None
    run = after(run, Controlled(permission_mode="plan"))
    assert (run.mode, run.model, run.provider) == ("plan", "x/large", "x")
    run = after(run, Controlled(model="y/small", provider="y"))
    assert (run.mode, run.model, run.provider) == ("plan", "y/small", "y")
    assert wants(run) == {UseTool("call_1")}


def test_an_answer_of_the_asked_for_form_is_kept_and_one_that_comes_late_is_not() -> None:
    accepted = OutputAccepted(value={"a": 1})
    assert resume([*BEGUN, accepted, ModelReplied(finish_reason="stop")]).steps.output == {"a": 1}
    assert resume([*BEGUN, CancelRequested(), accepted]).steps.output is None


def test_an_error_becomes_the_event_that_tells_of_it() -> None:
    assert failure(ModelTimeout("Nothing for 60 s.")) == RunFailed(
        code="model_timeout", message="Nothing for 60 s.", retryable=True
    )
    assert failure(RateLimited()).message == "Too many requests"


def test_nothing_at_all_is_a_run_that_did_not_begin() -> None:
    assert resume([]) == Run()
