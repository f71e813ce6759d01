"""What a person types as an answer, and what they are shown before."""

from typing import Any

import pytest

from palaver.entry.cli.waiting import (
    NotUnderstood,
    Waiting,
    asked,
    chosen,
    decided,
    how_to_answer,
    one_line,
    safe,
    safe_text,
    settled_in,
    shown,
    waiting_in,
)

DRINK: dict[str, Any] = {"header": "Drink", "question": "Which?", "options": [{"label": "Tea"}, {"label": "Coffee"}]}
APPROVAL = {"type": "approval", "run_id": "run_1", "call_id": "c", "name": "Bash", "arguments": {"command": "ls"}}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y", {"decision": "approve"}),
        (" YES ", {"decision": "approve"}),
        ("s", {"decision": "approve", "remember": "session"}),
        ("t", {"decision": "approve", "remember": "tool"}),
        ("n", {"decision": "reject"}),
        ("no not there", {"decision": "reject", "message": "not there"}),
        ("e", {"decision": "approve", "arguments": None}),
        ('e {"command": "pwd"}', {"decision": "approve", "arguments": {"command": "pwd"}}),
    ],
)
def test_a_line_is_a_decision(typed: str, answer: dict[str, Any]) -> None:
    assert decided(typed) == answer


@pytest.mark.parametrize("typed", ["", "maybe", "yy", "e [1]", "e {", "Y-es"])
def test_what_is_no_clear_decision_decides_nothing(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        decided(typed)


@pytest.mark.parametrize(
    ("typed", "more", "answer"),
    [
        ("2", {}, ["Coffee"]),
        ("2, 1, 2", {"multi": True}, ["Coffee", "Tea"]),
        ("water", {}, ["water"]),
        ("7", {"options": []}, ["7"]),
    ],
)
def test_options_are_chosen_by_number_or_answered_in_own_words(typed: str, more: Any, answer: list[str]) -> None:
    assert chosen(DRINK | more, typed) == answer


@pytest.mark.parametrize("typed", ["", "3", "0", "1 2"])
def test_a_number_that_is_no_option_is_asked_for_again(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        chosen(DRINK, typed)


def test_a_question_shows_its_options_numbered() -> None:
    assert asked(DRINK) == "Which?\n  1. Tea\n  2. Coffee\nA number, or your own words:"


def test_nothing_that_is_shown_moves_the_cursor_or_turns_the_order_of_signs() -> None:
    waiting = Waiting("run_1", "c", "approval", "Bash\x1b[1A", {"command": "ls \u202e\x9b2J"}, "why\r", ())
    told = shown(waiting) + how_to_answer(waiting)
    assert not set(told) & set("\x1b\x9b\u202e\r")
    assert "\\u202e" in told
    assert safe("a\tb\nc") == "a\tb\nc"


def test_a_line_is_bounded() -> None:
    assert len(one_line({"content": "x" * 10_000})) == 160


def test_what_a_subagent_waits_for_is_answered_at_its_own_run() -> None:
    event = {"type": "subagent", "run_id": "run_0", "child_run_id": "run_7", "event": APPROVAL}
    waiting = waiting_in(event)
    assert waiting
    assert (waiting.run_id, waiting.call_id, waiting.kind) == ("run_7", "c", "approval")
    assert settled_in({"type": "subagent", "event": {"type": "approval_resolved", "call_id": "c"}}) == "c"
    assert waiting_in({"type": "content", "content": "x"}) is None
    assert settled_in(APPROVAL) is None


def test_an_answer_keeps_its_lines_and_scripts_and_commands_nothing() -> None:
    assert safe_text("a\tb\r\nשלום\u200f 👩‍🌾\n") == "a\tb\nשלום\u200f 👩‍🌾\n"
    assert safe_text("\x1b]52;c;aGk=\x07\x9b2J\x08") == "\\u001b]52;c;aGk=\\u0007\\u009b2J\\u0008"
