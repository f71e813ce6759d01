"""What a model is told besides the conversation, and whether its answer has the form it should."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.agents.recipe import OutputFormat, Recipe
from palaver.core.events import OutputAccepted
from palaver.core.ids import RunId, SessionId
from palaver.core.messages import TextPart, ToolCallPart, ToolResultPart
from palaver.inference.port import Turn
from palaver.runs.box import Box
from palaver.runs.limits import Limits
from palaver.runs.live import Live
from palaver.runs.machine import Run
from palaver.runs.prompt import Prompt
from palaver.runs.speaking import besides, checked, system
from palaver.runs.steps import Refusal, Steps
from palaver.tools.policy import Permissions, Rules
from tests.unit.runs.given import ADA

FORM = OutputFormat(schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
LIMITS = Limits(max_turns=1, max_seconds=1, max_characters=1, repeats=2)


def box(grounds: str | None = None) -> Box:
    return Box(tools={}, specs=(), permissions=Permissions("default", Rules()), limits=LIMITS, grounds=grounds)


def live(prompt: Prompt, *, of_session: str | None = None, added: tuple[str, ...] = ()) -> Live:
    made = Live(RunId("run_1"), SessionId("ses_1"), ADA, epoch=1)
    made.prompt, made.system, made.run = prompt, of_session, Run(steps=Steps(added=added))
    return made


@pytest.mark.parametrize(
    ("asked", "agents", "sessions", "told"),
    [
        ("request", "agent", "session", "request"),
        (None, "agent", "session", "agent"),
        (None, "", "session", "session"),
        (None, "", None, None),
    ],
)
def test_the_requests_instructions_go_before_the_agents_and_those_before_the_sessions(
    asked: str | None, agents: str, sessions: str | None, told: str | None
) -> None:
    prompt = Prompt(system_prompt=asked, recipe=Recipe(instructions=agents))
    assert system(live(prompt, of_session=sessions), box(), form=None) == told


def test_what_is_added_comes_after_in_the_order_of_trust() -> None:
    prompt = Prompt(system_prompt_append="appended", recipe=Recipe(instructions="agent"))
    said = system(live(prompt, added=("hook 1", "hook 2")), box("grounds"), form=FORM)
    assert said is not None
    *words, rule = said.split("\n\n")
    assert words == ["agent", "appended", "grounds", "hook 1", "hook 2"]
    assert json.dumps(FORM.schema, separators=(",", ":")) in rule


def test_without_anything_to_say_nothing_is_said_besides() -> None:
    assert besides(Steps()) == ()


def test_refused_answers_are_told_with_what_is_wrong_with_them() -> None:
    turns = besides(Steps(refusals=(Refusal("{", "It is no JSON."), Refusal("", "It is empty."))))
    assert [turn.role for turn in turns] == ["assistant", "user", "assistant", "user"]
    assert turns[0] == Turn("assistant", (TextPart(text="{"),))
    assert turns[2].parts != (TextPart(text=""),)
    for turn, problem in zip(turns[1::2], ("It is no JSON.", "It is empty."), strict=True):
        (part,) = turn.parts
        assert isinstance(part, TextPart)
        assert problem in part.text


def test_why_a_hook_pushes_is_told_right_after_the_answer_and_not_after_calls() -> None:
    pushed = Steps(past=(TextPart(text="Done."),), pushes=("Old.", "Run the tests."))
    ((part,),) = [turn.parts for turn in besides(pushed)]
    assert isinstance(part, TextPart)
    assert "Run the tests." in part.text
    assert "Old." not in part.text
    called = ToolCallPart(call_id="1", name="look", arguments={})
    result = ToolResultPart(call_id="1", ok=True, content="")
    assert besides(Steps(past=(TextPart(text="Done."), called, result), pushes=("Run the tests.",))) == ()


@pytest.mark.parametrize("text", ['{"n": 1}', ' \n{"n":1}\n', '```json\n{"n": 1}\n```', '```\n{"n": 1}\n```'])
def test_an_answer_of_the_right_form_is_a_value_with_or_without_a_fence(text: str) -> None:
    assert checked(text, FORM) == OutputAccepted(value={"n": 1})


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "not JSON"),
        ("Here you are: {}", "not JSON"),
        ('{"n": 1} and more', "not JSON"),
        ('{"n": NaN}', "not JSON"),
        ("\ud800", "not JSON"),
        ("{}", "n"),
        ('{"n": "1"}', "n"),
        ("[1]", "object"),
    ],
)
def test_an_answer_of_another_form_gets_a_sentence_about_it(text: str, wrong: str) -> None:
    said = checked(text, FORM)
    assert isinstance(said, str)
    assert wrong in said


values = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_whatever_json_the_schema_lets_through_comes_back_as_it_was(value: Any) -> None:
    assert checked(json.dumps(value), OutputFormat(schema={})) == OutputAccepted(value=value)


@given(some.text(max_size=30))
def test_whatever_a_model_says_it_is_a_value_or_a_sentence(text: str) -> None:
    said = checked(text, FORM)
    assert said if isinstance(said, str) else set(said.value) >= {"n"}
