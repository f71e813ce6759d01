"""What frames a statement within its own sentence, and that it takes nothing else back."""

import pytest

from palaver.care.crisis.finding import Level
from palaver.care.crisis.quotes import quoted
from tests.unit.care.crisis.everyday import rows
from tests.unit.care.crisis.framed import CALM, GRAVE
from tests.unit.care.crisis.test_detector import detector, level

WORDS = rows(CALM["words about words"])
FRAMED = [text for said in CALM.values() for text in rows(said)]


@pytest.mark.parametrize("text", FRAMED)
def test_what_its_own_sentence_frames_raises_no_alarm(text: str) -> None:
    assert level(text) <= Level.medium


@pytest.mark.parametrize("text", WORDS)
def test_who_asks_about_words_is_asked_gently(text: str) -> None:
    found = detector().read(text)
    assert found.urgency == "low"
    assert found.ask_gently
    assert "quotation" in {one.adjusted_by for one in found.signals}


@pytest.mark.parametrize("text", rows(GRAVE))
def test_the_same_words_frame_nothing_else(text: str) -> None:
    assert level(text) >= Level.high


def test_no_frame_takes_back_what_another_sentence_says() -> None:
    grave = "I want to kill myself"
    assert [one for one in FRAMED if level(f"{one.rstrip('.?')}. {grave}.") < Level.high] == []
    assert [one for one in FRAMED if level(f"{grave}. {one}") < Level.high] == []
    assert [one for one in FRAMED if level(f"{one}\n\n{grave}") < Level.high] == []


def test_what_was_quoted_once_is_said_where_it_is_said_without_marks() -> None:
    said = "I want to kill myself, as the verse goes"
    marked = '"I want to kill myself", as the verse goes'
    assert level(marked) == Level.low
    assert level(f"{marked}. {said}") == level(said) >= Level.high


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ('say "I go" now', ["I go"]),
        ("say “I go.” now", ["I go."]),
        ("don't say 'I can't go' now", ["I can't go"]),
        ('Bye" I go "now', []),
        ("I don't go, they won't", []),
        ('say " I go " now', []),
    ],
)
def test_a_mark_too_many_quotes_nothing(text: str, within: list[str]) -> None:
    assert [text[start:end] for start, end in quoted(text, 0, len(text))] == within
