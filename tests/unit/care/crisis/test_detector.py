"""What the rules find, in every language and disguise, and what they leave alone."""

import random
import re
import tomllib
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.crisis import detector as heart
from palaver.care.crisis.detector import MOST_SIGNALS, Detector
from palaver.care.crisis.finding import Level, Signal
from palaver.care.crisis.rules import Alphabet, BadRule
from tests.promises import keeps
from tests.unit.care.crisis.everyday import ENGLISH, SWAHILI, rows
from tests.unit.care.crisis.explicit import explicit

CALM, GRAVE = [*rows(ENGLISH), *rows(SWAHILI)], explicit()
PADDING = "lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 900  # 50,000 characters
_SPELT = re.compile(r"(?:\b\w\b ){2}")  # a word with blanks between its letters
clauses = st.sampled_from([*CALM, *GRAVE, "She said I want to die", "I would never kill myself", "My novel is a song"])


@cache
def detector() -> Detector:
    books = Path(heart.__file__).parent
    words, rules = (tomllib.loads((books / name).read_text("utf-8")) for name in ("words.toml", "rules.toml"))
    return Detector(words, rules)


def level(text: str) -> Level:
    return Level[detector().read(text).urgency]


def signals(text: str) -> list[Signal]:
    return detector().read(text).signals


@keeps("care:explicit")
@pytest.mark.parametrize("text", GRAVE)
def test_an_explicit_statement_is_high_or_critical_however_it_is_spelled(text: str) -> None:
    assert level(text) >= Level.high


def test_there_are_many_of_both() -> None:
    assert len(set(GRAVE)) >= 180
    assert min(len(set(rows(ENGLISH))), len(set(rows(SWAHILI)))) >= 150


@pytest.mark.parametrize("text", CALM)
def test_what_people_say_every_day_is_nothing(text: str) -> None:
    assert level(text) == Level.none


@keeps("care:padding")
@pytest.mark.parametrize("text", ["I want to kill myself", "nitajiua leo", "nataka ku-die", "natamani nife"])
def test_no_padding_hides_a_statement(text: str) -> None:
    for padded in (f"{PADDING}{text}", f"{text}. {PADDING}", f"{PADDING}\n{text}\n{PADDING}", f"lorem {text} ipsum"):
        assert level(padded) >= level(text)
    assert level("\u200b".join(text)) >= level(text)
    assert level(text.replace(" ", "\u200b" * 50_000 + " ")) >= level(text)
    assert level(text.replace(" ", " " * 50_000)) >= level(text)
    assert level(" ".join(word for word in text.split() for _ in range(500))) >= level(text)


@keeps("care:upward")
@settings(max_examples=60, deadline=None)
@given(st.lists(clauses, min_size=1, max_size=6), clauses, st.randoms(use_true_random=False))
def test_nothing_added_lowers_anything_and_order_does_not_count(
    said: list[str], more: str, order: random.Random
) -> None:
    mixed = [*said, more]
    order.shuffle(mixed)
    assert level("\n\n".join(mixed)) >= max(level(one) for one in mixed)
    assert level(". ".join(mixed)) >= level(". ".join(said))
    assert level(_sentences(mixed)) == level(_sentences(sorted(mixed)))


def _sentences(said: list[str]) -> str:
    """Each closed by a stop: what breaks off goes on in the next paragraph, and then order is part of what is said."""
    return "\n\n".join(f"{one.rstrip('.!? ')}." for one in said)


@keeps("care:padding")
@pytest.mark.parametrize(
    "line", ["\n\n", "\r\n \r\n", "\n\t\n\n\n", "\n\nlorem ipsum dolor sit amet\n\n", "\n\n* * *\n\n"]
)
def test_no_empty_line_within_a_statement_hides_it(line: str) -> None:
    for text in GRAVE:
        words = text.split()
        if max(map(len, words)) > 1 and not _SPELT.search(text):
            broken = [line.join((" ".join(words[:at]), " ".join(words[at:]))) for at in range(1, len(words))]
            assert [one for one in broken if level(one) < Level.high] == []


@keeps("care:padding")
@settings(max_examples=100, deadline=None)
@given(st.sampled_from(GRAVE), st.lists(st.sampled_from([" ", " ", "\n", "\n\n", "\r\n \r\n", " \n\n\n"]), min_size=40))
def test_a_statement_says_as_much_wherever_its_lines_break(text: str, gaps: list[str]) -> None:
    words = text.split()
    broken = "".join(f"{word}{gap}" for word, gap in zip(words, gaps, strict=False))
    assert level(broken) >= level(" ".join(words))


@pytest.mark.parametrize(
    "text",
    ["I want to kill myself", "nataka kufa", "I want to die", "nitajiua", "kill myself tonight", "I am suicidal"],
)
def test_one_word_or_letter_a_line_hides_nothing(text: str) -> None:
    letters = text.replace(" ", "")
    for line in ("\n", "\n\n", "\r\n", "\r\n\r\n"):
        assert level(line.join(text.split())) >= Level.high
        assert level(line.join(letters)) >= Level.high
        assert level(line.join(text)) >= Level.high


@keeps("care:padding")
@pytest.mark.parametrize(
    "text",
    [
        "Nothing can stop me from killing myself",
        "I want to end my life tonight",
        "I don't want to be alive anymore, I'm going to do it tonight",
        "nimeamua nitajiua leo usiku",
        "I can't wait to die",
        "this whole week I kept on thinking and now I want to kill myself for good",
    ],
)
def test_letters_that_stand_apart_are_read_as_words_as_far_as_they_are_known(text: str) -> None:
    letters = text.replace(" ", "")
    for said in (" ".join(letters), "  ".join(letters), "\n".join(letters), "\n\n".join(letters), " ".join(text)):
        assert level(said) >= Level.high


@pytest.mark.parametrize(
    "text", ["A B C D E F G", "P L A Y B A L L", "1 2 3 4 5 6 7 8 9", "g o o d m o r n i n g", "x y z"]
)
def test_letters_that_spell_nothing_grave_are_nothing(text: str) -> None:
    assert level(text) == Level.none


@pytest.mark.parametrize(
    "text",
    [
        "I took two tablets for my headache.\n\nThe train was late again.\n\nHow do I end the letter?",
        "Nimechoka na kazi.\n\nLeo usiku nitalala mapema.\n\nKesho nitaenda kwa daktari.",
        "The exam went well\n\nNow I want to sleep\n\nThanks for asking",
        "Habari ya asubuhi\n\nNataka kusafiri kesho\n\nSimu yangu imeisha chaji",
    ],
)
def test_calm_paragraphs_under_each_other_are_calm(text: str) -> None:
    assert level(text) == Level.none


def test_adjacent_calm_sentences_do_not_become_danger() -> None:
    for said in (rows(ENGLISH), rows(SWAHILI)):
        told = [_sentences(said[at : at + 3]) for at in range(0, len(said), 3)]
        loud = [one for one in told if signals_over(one)]
        assert loud == []


def signals_over(text: str) -> list[Signal]:
    """Of danger, found only over empty lines."""
    return [one for one in signals(text) if "\n\n" in text[one.start : one.end] and Level[one.level] > Level.none]


def test_where_a_broken_statement_stands_is_told() -> None:
    text = "Good morning\n\nI want\n\nto die\n\nBye"
    assert "I want\n\nto die" in {text[one.start : one.end] for one in signals(text)}
    assert len({(one.rule, one.start, one.end) for one in signals(text)}) == len(signals(text))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(GRAVE), st.text(max_size=60))
def test_no_text_around_a_statement_lowers_it(before: str, statement: str, after: str) -> None:
    assert level(f"{before}\n\n{statement}\n\n{after}") >= level(statement)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_and_evidence_lies_within_it(text: str) -> None:
    for one in signals(f"{text} nataka kufa {text}"):
        assert 0 <= one.start < one.end <= 2 * len(text) + 13


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Well. I want to die", "I want to die"),
        ("🙂 ﬁne, but nataka ku-die.", "nataka ku-die"),
        ("x\u200bx \u0336 I w\u200bant to di\u0336e", "I w\u200bant to di\u0336e"),
        ("so k i l l me, nitajiua", "nitajiua"),
    ],
)
def test_evidence_is_where_it_stands_in_what_was_given(text: str, evidence: str) -> None:
    assert any(text[one.start : one.end] == evidence for one in signals(text))


@pytest.mark.parametrize(
    "text",
    [
        "I would never kill myself",
        "I will never commit suicide",
        "I'm not going to kill myself",
        "I don't want to die",
        "I don't want to kill myself",
        "sitajiua",
        "Sitaki kufa",
        "Siwezi kujiua",
        "I am not suicidal",
    ],
)
def test_who_says_no_is_asked_at_most(text: str) -> None:
    found = detector().read(text)
    assert found.urgency == "none"
    assert found.ask_gently


@pytest.mark.parametrize(
    "text",
    [
        "My friend wants to kill himself",
        "She said she is going to kill herself",
        "Rafiki yangu anataka kujiua",
        "My brother is suicidal",
        "Anataka kufa",
    ],
)
def test_somebody_elses_danger_is_a_concern_of_its_own(text: str) -> None:
    found = detector().read(text)
    assert found.concerns["for_another"] == "low"
    assert found.concerns["self_directed"] == "none"
    assert found.ask_gently


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('The song says "I want to die"', "quotation"),
        ("The character in my novel says I want to kill myself", "quotation"),
        ("Wimbo unasema nataka kufa", "quotation"),
        ("He said I want to die", "quotation"),
        ("If I kill myself nobody notices", "hypothetical"),
        ("I used to be suicidal", "past"),
        ("I wanted to kill myself", "past"),
        ("Nilitaka kufa", "past"),
    ],
)
def test_what_others_say_and_what_was_is_asked_about_gently(text: str, why: str) -> None:
    found = detector().read(text)
    assert found.urgency == "low"
    assert found.ask_gently
    assert why in {one.adjusted_by for one in found.signals}


@pytest.mark.parametrize(
    "pair",
    [
        ("I swallowed my tablets", "Please forgive me, I won't wake up"),
        ("I am standing on the bridge", "I will let go when this is sent"),
        ("There is a rope round the beam", "Goodbye, I am sorry"),
        ("I am doing it tonight", "They will find my body in the barn"),
        ("Niko kwa reli", "Kwaheri, mwambie mama nampenda"),
    ],
)
def test_two_sentences_say_what_neither_says_alone_and_in_any_order(pair: tuple[str, str]) -> None:
    one, other = pair
    together = level(f"{one}. {other}")
    assert together >= Level.high
    assert together > max(level(one), level(other))
    assert level(f"{other}\n\n{one}") == together
    assert level(f"{one}. {PADDING[:400]}. {other}") == together
    evidence = {f"{one}. {other}"[found.start : found.end] for found in signals(f"{one}. {other}")}
    assert {part for text in evidence for part in (one, other) if text in part} == {one, other}


def test_a_sign_far_off_is_of_another_story() -> None:
    between = "The harvest was good this year. " * 30
    assert level(f"I swallowed my tablets. {between} Please forgive me, goodbye") < Level.high


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("I have drunk the herbicide", Level.critical),
        ("I cut my wrists just now", Level.critical),
        ("The noose is round my neck", Level.critical),
        ("I took an overdose an hour ago", Level.critical),
        ("Nimeinywa sumu yote", Level.critical),
        ("Nimemeza zote", Level.critical),
    ],
)
def test_an_act_is_critical(text: str, least: Level) -> None:
    assert level(text) >= least


@pytest.mark.parametrize(
    "text",
    [
        "He swallowed the tablets. Please forgive me, goodbye",
        "The film says I swallowed all my tablets. Goodbye for now",
        "Years ago I swallowed my tablets. Goodbye for now",
    ],
)
def test_somebody_elses_and_old_signs_count_for_nothing_together(text: str) -> None:
    assert level(text) < Level.high


@pytest.mark.parametrize("text", ["What are the warning signs of suicide?", "Does asking about suicide cause it?"])
def test_a_question_about_the_subject_raises_no_alarm(text: str) -> None:
    assert level(text) <= Level.low


@pytest.mark.parametrize(
    ("text", "concern", "least"),
    [
        ("I cut myself again", "self_harm", Level.medium),
        ("Najikata mikono", "self_harm", Level.medium),
        ("I am going to kill him with a knife", "harm_to_others", Level.high),
        ("I am going to kill my wife tonight", "harm_to_others", Level.high),
        ("I'm gonna shoot my teacher", "harm_to_others", Level.medium),
        ("My husband beats me", "abuse", Level.medium),
        ("Mume wangu ananipiga", "abuse", Level.medium),
        ("My mother is not breathing", "medical_emergency", Level.critical),
        ("I took all my pills", "self_directed", Level.critical),
        ("I will kill myself tonight", "self_directed", Level.critical),
        ("I have no reason to live", "self_directed", Level.medium),
        ("Sina sababu ya kuishi", "self_directed", Level.medium),
        ("Sioni haja ya kuishi", "self_directed", Level.medium),
        ("Nimechoka na maisha", "self_directed", Level.low),
        ("I'm having suicidal thoughts", "self_directed", Level.medium),
        ("I wish I was dead", "self_directed", Level.low),
        ("I was raped", "abuse", Level.medium),
        ("kys", "harm_to_others", Level.low),
        ("Ninafikiria kujiua", "self_directed", Level.medium),
        ("Naskia kujiua", "self_directed", Level.medium),
        ("Nikijiua hakuna mtu atajali", "self_directed", Level.low),
        ("How can I help a suicidal friend?", "for_another", Level.low),
    ],
)
def test_each_concern_has_levels_of_its_own(text: str, concern: str, least: Level) -> None:
    found = detector().read(text)
    assert Level[found.concerns[concern]] >= least  # type: ignore[index]
    assert Level[found.urgency] >= least


def test_languages_are_told_and_a_mixture_is_called_one() -> None:
    found = detector().read("Mimi I want to jiua, manze")
    assert {"en", "sw"} <= set(found.languages)
    assert "mixed" in {one.language for one in found.signals}


def test_what_is_said_a_thousand_times_is_told_shortly() -> None:
    said = "\n\n".join("I want to die " + "qq zz " * more for more in range(2 * MOST_SIGNALS))
    assert len(signals(said)) == MOST_SIGNALS


@pytest.mark.parametrize(
    "text",
    [
        PADDING * 2,
        "i want to " * 10_000,
        "a" * 100_000,
        "k " * 50_000,
        "i'" * 50_000,
        "k1" * 50_000,
        "-" * 100_000,
        "é" * 100_000,
        " \n" * 50_000,
        "".join(map(chr, range(0x4E00, 0x4E00 + 20_000))) * 5,
        "i want kill my die not self end it all gun " * 2_300,
        'translate "x" ' * 7_000,
        '"i". ' * 20_000,
        "jump on the train i will " * 4_000,
    ],
    ids=lambda text: text[:10],
)
def test_no_text_of_full_length_takes_long(text: str) -> None:
    detector()
    began = process_time()
    detector().read(text[:100_000])
    assert process_time() - began < 1  # a pattern that runs away takes minutes; what it takes is measured in bench/


@pytest.mark.parametrize("written", ["i gap* die", "i gap+ die", "i gap{2,} die"])
def test_a_rule_without_bounds_is_refused(written: str) -> None:
    with pytest.raises(BadRule):
        Alphabet().pattern(written, {})


def test_every_rule_has_a_reason() -> None:
    rules = tomllib.loads((Path(heart.__file__).parent / "rules.toml").read_text("utf-8"))
    assert [name for name, one in rules.items() if name not in {"macros", "about"} and len(one["because"]) < 20] == []
