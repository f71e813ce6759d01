"""What people say to calls that wait for them: models are told all of it, and their own words can be told apart."""

from collections.abc import Mapping
from typing import Any

from palaver.core.ids import UserId
from palaver.core.messages import Part, TextPart, ToolCallPart, ToolResultPart
from palaver.core.questions import Question
from palaver.runs.replies import REJECTED, UNWILLING, Reply, answered, replies_of, with_reason

ASKED = ({"header": "H", "question": "How are you?"}, {"header": "W", "question": "Why?"})


def made(call_id: str, name: str, content: str, *, ok: bool = True, **more: Any) -> tuple[Part, Part]:
    """A call, and what came of it."""
    return (
        ToolCallPart(call_id=call_id, name=name, arguments={"questions": list(ASKED)}, **more),
        ToolResultPart(call_id=call_id, ok=ok, content=content),
    )


def said(*pairs: tuple[Part, Part], told_by: Mapping[str, UserId] | None = None) -> list[Reply]:
    past = (TextPart(text="Well."), *(call for call, _ in pairs), *(result for _, result in pairs))
    return replies_of(past, told_by or {})


def test_the_answers_to_questions_are_told_without_the_questions() -> None:
    questions = tuple(Question(header=one["header"], question=one["question"]) for one in ASKED)
    content = answered(questions, (("bad\nreally",), ("no", "idea")))
    assert content == "How are you? bad\nreally\nWhy? no, idea"
    assert said(made("q", "AskUserQuestion", content)) == [("q", "bad\nreally\nno, idea", None)]


def test_why_somebody_refuses_is_their_own_and_what_tools_say_is_not() -> None:
    rejected = made("w", "Write", with_reason(REJECTED, "I give up"), ok=False)
    unwilling = made("q", "AskUserQuestion", with_reason(UNWILLING, "leave me"), ok=False)
    assert said(made("r", "Read", "I want to die"), rejected, unwilling) == [("w", "I give up\nleave me", None)]
    assert said(made("r", "Read", "I want to die"), made("w", "Write", REJECTED, ok=False)) == []
    assert said(made("r", "Read", "Failed. They say: I want to die", ok=False)) == []
    assert said(made("q", "AskUserQuestion", "How are you? ill", server="other")) == []


def test_only_what_the_model_has_not_seen_yet_is_told() -> None:
    call, result = made("q", "AskUserQuestion", "How are you? bad\nWhy? so")
    assert replies_of((call, result), {}) == [("q", "bad\nso", None)]
    assert replies_of((call, result, TextPart(text="I see.")), {}) == []
    assert replies_of((call, result, *made("r", "Read", "x")), {}) == []
    assert replies_of((), {}) == []


def test_what_several_people_say_is_told_apart() -> None:
    other = UserId("usr_2")
    asked = [made(which, "AskUserQuestion", f"How are you? {which}\nWhy? so") for which in "pqr"]
    assert said(*asked, told_by={"q": other}) == [("p", "p\nso\nr\nso", None), ("q", "q\nso", other)]
