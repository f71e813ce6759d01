"""What a model answers to six questions may raise how urgent a text is, and lowers nothing."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.assessments.assessment import Assessment, graver
from palaver.care.crisis.finding import CONCERNS, Finding, Level, Signal
from palaver.care.models.raising import raised
from palaver.care.screening.questions import (
    LEVELS,
    LONGEST,
    QUESTIONS,
    SCHEMA,
    answers_in,
    asked_about,
    nothing_found,
    signals_of,
)
from palaver.core.ids import MessageId, RunId, SessionId, UserId
from tests.promises import keeps

TEXT = "He asked.  I put the\nrope in my CAR, since yesterday."


def said(**answers: tuple[str, str]) -> str:
    """What a model answers; what is not named is no."""
    return json.dumps(
        {name: dict(zip(("answer", "quote"), answers.get(name, ("no", "")), strict=True)) for name in QUESTIONS}
    )


def finding(*signals: Signal) -> Finding:
    return raised(msgspec.structs.replace(nothing_found(), languages=["sw"]), signals)


levels = st.sampled_from([one.word for one in Level if one])
found_signals = st.lists(
    st.builds(Signal, st.just("r"), st.sampled_from(CONCERNS), levels, st.just(0), st.just(9), st.just("sw")),
    max_size=3,
)
replies = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries(
            {
                "answer": st.sampled_from(["yes", "no", "unclear"]),
                "quote": st.sampled_from(["", "rope in my car", "so"]),
            }
        )
        for name in QUESTIONS
    }
)


@keeps("care:screener")
@settings(max_examples=100, deadline=None)
@given(found_signals, replies)
def test_no_answer_lowers_anything_and_a_yes_counts_as_much_as_its_question(
    before: list[Signal], reply: dict[str, Any]
) -> None:
    found = finding(*before)
    signals = signals_of(answers_in(json.dumps(reply)), TEXT, found)
    after = raised(found, signals)
    assert all(Level[after.concerns[one]] >= Level[found.concerns[one]] for one in CONCERNS)
    assert set(found.signals) <= set(after.signals)
    assert Level[after.urgency] == max(Level[found.urgency], *(Level[one.level] for one in signals), Level.none)
    assert [one.rule for one in signals] == [f"screener:{name}" for name in LEVELS if reply[name]["answer"] == "yes"]


@pytest.mark.parametrize(
    ("question", "level"),
    [
        ("wish", "low"),
        ("thoughts", "medium"),
        ("method", "medium"),
        ("intent", "high"),
        ("plan", "high"),
        ("behaviour", "critical"),
    ],
)
def test_a_yes_stands_at_the_words_it_quotes_and_is_critical_only_with_words(question: str, level: str) -> None:
    answers = answers_in(said(**{question: ("yes", "“i put the rope in my car…”")}))
    [signal] = signals_of(answers, TEXT, finding())
    assert (signal.rule, signal.level, signal.language) == (f"screener:{question}", level, "sw")
    assert TEXT[signal.start : signal.end] == "I put the\nrope in my CAR"
    for unshown in ("I took all of the pills", "", "I"):
        [signal] = signals_of(answers_in(said(**{question: ("yes", unshown)})), TEXT, None)
        assert (signal.start, signal.end, signal.language) == (0, len(TEXT), "en")
        assert signal.level == ("high" if level == "critical" else level)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "no",
        "[]",
        "```json\n" + said() + "\n```",
        said() + " I hope that helps.",
        said().replace('"no"', '"maybe"', 1),
        said().replace('"no"', "false", 1),
        said().replace('"wish"', '"hope"'),
        said()[:-1] + ', "level": "none"}',
        "{}",
    ],
)
def test_what_is_not_the_six_answers_is_no_answer(reply: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        answers_in(reply)


def test_the_schema_asks_for_just_what_is_read() -> None:
    assert tuple(SCHEMA["properties"]) == tuple(QUESTIONS) == tuple(LEVELS)
    assert answers_in(said()).plan.answer == "no"


def test_of_a_long_text_what_is_around_the_gravest_place_is_asked_about() -> None:
    text = "la " * 20_000 + TEXT + " la" * 20_000
    place = text.index("rope")
    grave = finding(Signal("r", "self_directed", "medium", place, place + 4, "en"))
    assert asked_about(TEXT, grave) == TEXT
    assert TEXT in asked_about(text, grave)
    assert {len(asked_about(text, one)) for one in (grave, finding(), None)} == {LONGEST}
    last = finding(Signal("r", "self_directed", "medium", len(text) - 1, len(text), "en"))
    assert asked_about(text, last) == text[-LONGEST:]


def test_what_is_found_later_of_a_message_takes_nothing_back_of_what_was_kept() -> None:
    high = Signal("r", "self_directed", "high", 0, 3, "en")
    low = Signal("screener:wish", "self_directed", "low", 0, 9, "en")
    kept = Assessment(
        "asm_1", UserId("u"), SessionId("s"), RunId("r"), MessageId("m"), level="high", own="low", known=True,
        course=0.7, signals=(high,), version="1", profile="safety", created_at="2026",
    )  # fmt: skip
    later = kept._replace(id="asm_2", level="low", own="medium", course=0.2, signals=(low,), version="1 screener-x/y")
    made = graver(kept, later)
    assert (made.id, made.level, made.own, made.course, made.version) == ("asm_1", "high", "medium", 0.7, later.version)
    assert made.signals == (high, low)
