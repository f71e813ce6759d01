"""What a run has said, step by step: parts in order, usage added up, the same failure counted."""

from functools import reduce
from typing import Any

import pytest

from palaver.core.events import (
    InstructionsAdded,
    ModelReplied,
    OutputRefused,
    Pushed,
    ReasoningGrew,
    ReasoningSealed,
    StepRestarted,
    TextGrew,
    ToolCalled,
    ToolFinished,
)
from palaver.core.ids import Seq
from palaver.core.messages import ImagePart, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from palaver.core.usage import Usage
from palaver.runs.calls import Call
from palaver.runs.steps import Grown, Refusal, Steps, close, grow, parts, reply

USAGE = Usage(input_tokens=10, output_tokens=5, cost_usd=0.5)
REPLIED = ModelReplied(finish_reason="stop", usage=USAGE, duration_ms=100)


def said(*events: Grown) -> Steps:
    return reduce(grow, events, Steps())


def called(call_id: str = "1", **arguments: Any) -> ToolCalled:
    return ToolCalled(call_id=call_id, name="look", arguments=arguments, server="eyes")


def answered(call: ToolCalled, *, ok: bool = True, ms: float = 0, usd: float = 0, **ran_with: Any) -> Call:
    result = ToolFinished(call_id=call.call_id, ok=ok, content="so", duration_ms=ms, truncated=False, cost_usd=usd)
    return Call(called=call, arguments=ran_with or call.arguments, result=result)


def test_text_of_one_step_is_one_part_until_something_else_comes_between() -> None:
    steps = said(TextGrew(content="a"), TextGrew(content="b"), ReasoningGrew(content="hm"), TextGrew(content="c"))
    assert steps.said == (TextPart(text="ab"), ReasoningPart(text="hm"), TextPart(text="c"))
    assert steps.text == "abc"


def test_a_seal_closes_the_thought_before_it_and_what_comes_next_is_another_one() -> None:
    steps = said(
        ReasoningGrew(content="h"), ReasoningGrew(content="m"), ReasoningSealed(signature="s1"),
        ReasoningGrew(content="so"), ReasoningSealed(signature="s2"), ReasoningSealed(signature="hidden"),
    )  # fmt: skip
    assert steps.said == (
        ReasoningPart(text="hm", signature="s1"),
        ReasoningPart(text="so", signature="s2"),
        ReasoningPart(text="", signature="hidden"),
    )


def test_a_step_that_is_void_leaves_nothing_but_what_was_there_before_it() -> None:
    steps = said(InstructionsAdded(text="Be brief."), TextGrew(content="a"), called(), StepRestarted(from_seq=Seq(1)))
    assert steps == said(InstructionsAdded(text="Be brief."))


def test_replies_are_counted_and_what_they_consumed_is_added_up() -> None:
    steps = reply(reply(Steps(), REPLIED), REPLIED)
    assert (steps.count, steps.spent, steps.busy_ms) == (2, USAGE.plus(USAGE), 200)
    assert (steps.context_tokens, steps.uncounted) == (15, False)
    steps = reply(steps, ModelReplied(finish_reason="stop"))
    assert (steps.count, steps.spent, steps.uncounted, steps.context_tokens) == (3, USAGE.plus(USAGE), True, 15)


def test_a_step_whose_calls_are_answered_is_past_in_the_order_words_calls_results() -> None:
    first, second = called("1", at="it"), called("2")
    steps = close(said(TextGrew(content="Let me see."), first, second), [answered(first, at="that"), answered(second)])
    assert steps.past == (
        TextPart(text="Let me see."),
        ToolCallPart(call_id="1", name="look", arguments={"at": "that"}, server="eyes"),
        ToolCallPart(call_id="2", name="look", arguments={}, server="eyes"),
        ToolResultPart(call_id="1", ok=True, content="so"),
        ToolResultPart(call_id="2", ok=True, content="so"),
    )
    assert (steps.said, steps.asked) == ((), ())
    assert grow(steps, TextGrew(content="x")).text == "x"


def test_calls_of_one_step_ran_at_once_so_the_longest_counts_and_the_cost_of_all() -> None:
    first, second = called("1"), called("2")
    steps = close(reply(Steps(), REPLIED), [answered(first, ms=30, usd=0.1), answered(second, ms=70, usd=0.2)])
    assert steps.busy_ms == 170
    assert steps.delegated_usd == pytest.approx(0.3)


def test_what_came_with_a_result_is_kept_with_it() -> None:
    figure = ImagePart(url="data:image/png;base64,AA==")
    result = ToolFinished(call_id="1", ok=True, content="", duration_ms=0, truncated=True, parts=(figure,))
    steps = close(Steps(), [Call(called=called(), arguments={}, result=result)])
    assert steps.past[-1] == ToolResultPart(call_id="1", ok=True, content="", truncated=True, parts=(figure,))


def test_the_same_call_failing_again_and_again_is_counted_and_anything_else_begins_anew() -> None:
    same, other = called("1", at="it", how="so"), called("3", at="that")
    again = ToolCalled(call_id="2", name="look", arguments={"how": "so", "at": "it"})  # the order of names is nothing
    steps = Steps()
    for expected, call, ok in (
        (1, same, False), (2, again, False), (0, same, True), (1, same, False), (1, other, False), (2, other, False)
    ):  # fmt: skip
        steps = close(steps, [answered(call, ok=ok)])
        assert steps.failing[1] == expected


def test_the_same_call_twice_in_one_step_counts_twice() -> None:
    assert close(Steps(), [answered(called("1"), ok=False), answered(called("2"), ok=False)]).failing[1] == 2


def test_an_answer_of_the_wrong_form_is_void_counted_and_remembered_until_calls_were_answered() -> None:
    steps = said(TextGrew(content="{"), OutputRefused(problem="No JSON.", reply=REPLIED))
    assert (steps.said, steps.past, steps.count, steps.spent) == ((), (), 1, USAGE)
    assert steps.refusals == (Refusal("{", "No JSON."),)
    assert close(steps, [answered(called())]).refusals == ()


def test_an_answer_that_a_hook_pushes_on_stays_said() -> None:
    steps = said(TextGrew(content="Done."), Pushed(reason="Run the tests.", reply=REPLIED), TextGrew(content="OK"))
    assert (steps.past, steps.text, steps.pushes) == ((TextPart(text="Done."),), "OK", ("Run the tests.",))
    assert steps.count == 1


def test_a_message_has_all_that_was_said_and_calls_that_nobody_answered_have_no_result() -> None:
    first, second = called("1"), called("2")
    heard = said(TextGrew(content="a"), first, second)
    calls = [part.call_id for part in parts(heard, ()) if isinstance(part, ToolCallPart)]
    assert calls == ["1", "2"]
    half = [answered(first, at="that"), Call(called=second, arguments={})]
    whole = parts(heard, half)
    assert whole == (
        TextPart(text="a"),
        ToolCallPart(call_id="1", name="look", arguments={"at": "that"}, server="eyes"),
        ToolCallPart(call_id="2", name="look", arguments={}, server="eyes"),
        ToolResultPart(call_id="1", ok=True, content="so"),
    )
    assert parts(close(heard, [half[0], answered(second)]), ()) == (
        *whole, ToolResultPart(call_id="2", ok=True, content="so")
    )  # fmt: skip
