"""Words of a message in several parts are read apart, and what is found stands where it is in the message."""

from palaver.care.crisis.finding import Signal
from palaver.core.messages import TextPart, text_of
from palaver.runs.wording import wording


def read(*texts: str, find: str) -> tuple[str, list[str]]:
    """The text that is read, and what stands in the message where each `find` was found in it."""
    parts = tuple(TextPart(text=text) for text in texts)
    made, found, at = wording(parts), list[Signal](), -1
    while (at := made.text.find(find, at + 1)) >= 0:
        found.append(Signal("rule", "self_directed", "high", at, at + len(find), "en"))
    return made.text, [text_of(parts)[one.start : one.end] for one in made.placed(found)]


def test_a_message_of_one_part_is_read_as_it_is() -> None:
    assert read("Good morning", find="morning") == ("Good morning", ["morning"])
    assert read(find="x") == ("", [])


def test_the_last_word_of_a_part_and_the_first_of_the_next_are_two() -> None:
    text, found = read("Well.", " I want to die ", "What is the time", find="I want to die")
    assert text == "Well.\n I want to die \nWhat is the time"
    assert found == ["I want to die"]
    assert read("Well.", "", "Good", find="Good") == ("Well.\nGood", ["Good"])


def test_a_word_that_is_cut_in_two_is_read_whole_as_well_and_each_place_is_told_once() -> None:
    text, found = read("Well ", "I kill my", "self", "today", find="kill myself")
    assert text == "Well \nI kill my\nself\ntoday\n\nWell I kill myselftoday"
    assert found == ["kill myself"]
    assert read("a b", "c b", find="b")[1] == ["b", "b"]


def test_what_is_found_in_all_of_it_stands_in_the_whole_message() -> None:
    made = wording((TextPart(text="ab"), TextPart(text="cd")))
    (one,) = made.placed([Signal("model:small", "self_directed", "low", 0, len(made.text), "en")])
    assert (one.start, one.end) == (0, 4)
