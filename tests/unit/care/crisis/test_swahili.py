"""Swahili and Sheng as people write them: what is grave is heard, and what is said every day is left alone."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from palaver.care.crisis import detector as heart
from palaver.care.crisis.detector import Detector
from palaver.care.crisis.finding import Level
from tests.promises import keeps
from tests.unit.care.crisis.swahili import EVERYDAY, EXPLICIT, THOUGHTS, TOLD, rows


@cache
def detector() -> Detector:
    books = Path(heart.__file__).parent
    words, rules = (tomllib.loads((books / name).read_text("utf-8")) for name in ("words.toml", "rules.toml"))
    return Detector(words, rules)


def level(text: str) -> Level:
    return Level[detector().read(text).urgency]


@keeps("care:explicit")
def test_intent_a_plan_and_a_wish_to_die_are_high_or_critical_in_the_words_of_mombasa_dar_and_nairobi() -> None:
    assert len(rows(EXPLICIT)) >= 240
    assert [text for text in rows(EXPLICIT) if level(text) < Level.high] == []


def test_thoughts_that_go_on_and_a_wish_not_to_wake_are_medium_or_more() -> None:
    assert [text for text in rows(THOUGHTS) if level(text) < Level.medium] == []


def test_what_is_told_of_others_names_help_and_alarms_nobody() -> None:
    assert {level(text) for text in rows(TOLD)} == {Level.low}


def test_what_people_say_every_day_in_swahili_and_sheng_is_nothing() -> None:
    assert len(rows(EVERYDAY)) >= 380
    assert [text for text in rows(EVERYDAY) if level(text) > Level.none] == []


@pytest.mark.parametrize(
    "pair",
    [
        ("Nitajitupa ziwani", "Nitajitupa ziwani kuogelea na marafiki"),
        ("Nimekunywa dawa ya panya", "Dawa ya panya inauzwa wapi?"),
        ("Nimenunua sumu, nitakunywa usiku", "Nimenunua dawa, nitakunywa usiku"),
        ("Kesho sitakuwa hai", "Kesho sitakuwa ofisini"),
        ("Nataka kukatisha maisha yangu", "Nataka kukatisha safari yangu"),
        ("Nitajiondoa duniani", "Nitajiondoa kwenye deni"),
        ("Nina mpango wa kujiua", "Serikali ina mpango wa kuzuia kujiua"),
        ("Nimeandika barua, nikifa msilie", "Nimeandika barua ya kuaga wafanyakazi wenzangu"),
        ("I. Want. To. Die.. This traffic is killing me", "This traffic.. is. killing. me."),
    ],
)
def test_a_word_more_makes_the_difference(pair: tuple[str, str]) -> None:
    assert level(pair[0]) >= Level.high
    assert level(pair[1]) == Level.none


@keeps("care:explicit")
@pytest.mark.parametrize(
    "text", ["Nataka kufa", "Nitajiua leo", "Nataka kudedi", "Nataka kumaliza maisha yangu", "Nimekunywa sumu"]
)
def test_no_spelling_hides_a_statement_in_swahili(text: str) -> None:
    spelled = (
        text.replace(" ", ""),
        f"#{text.replace(' ', '')}",
        "   ".join(" ".join(word) for word in text.split()),
        " ".join(".".join(word) for word in text.split()),
        text.replace(" ", "_"),
        text.replace(" ", "... "),
        text.translate(str.maketrans("aieo", "@130")),
        "".join(letter * 3 if letter in "aeiou" else letter for letter in text),
        text.replace("a", "\u0430").upper(),
        "\u200b".join(text),
        text.replace(" ", " \N{LOUDLY CRYING FACE} "),
    )
    assert [one for one in spelled if level(one) < Level.high] == []


@pytest.mark.parametrize("text", ["natakakufaulu mtihani", "natakakufanyakazi", "nitakufahamishakesho", "nimefika"])
def test_glued_words_of_every_day_are_left_alone(text: str) -> None:
    assert level(text) == Level.none
