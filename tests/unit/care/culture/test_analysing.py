"""Texts are read in their culture: what is said to say little is no finding, and nothing has a level."""

from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.care.culture.analysing import Analyst, CultureAnalysis
from palaver.care.culture.reading import letters, shipped
from palaver.care.culture.spoken import Spoken
from tests.promises import keeps
from tests.unit.care.crisis.everyday import ENGLISH, SWAHILI, rows


@cache
def analyst() -> Analyst:
    known = shipped()
    return Analyst(Spoken(letters()), [*known.entries.values()], [*known.phrases.values()], [*known.cautions.values()])


def read(text: str, answer: str | None = None) -> CultureAnalysis:
    return analyst().read("1", text, answer)


@keeps("care:culture:no-level")
def test_saying_that_all_is_well_is_told_as_that_with_a_kind_question_and_no_level() -> None:
    found = read("Sawa tu.")
    assert (found.deflects, [one.reading for one in found.phrases]) == (True, ["deflection"])
    assert [one.language for one in found.probes] == ["sw"]
    assert found.guidance == ["They write Swahili: answer in plain Swahili."]
    fields = {field.name for kind in (CultureAnalysis, *_told()) for field in msgspec.structs.fields(kind)}
    assert not fields & {"level", "urgency", "risk", "score", "severity"}


def _told() -> list[type[msgspec.Struct]]:
    found = read("Nimefeli KCSE, nimechoka na maisha", "Man up.")
    return [type(one) for one in (*found.phrases, *found.entries, *found.probes, *found.cautions)]


def test_who_says_more_than_that_all_is_well_does_not_deflect() -> None:
    assert read("niko sawa, asante").deflects
    assert not read("niko sawa lakini jana mume wangu alinipiga tena mbele ya watoto").deflects
    assert not read("Nilienda sokoni").deflects


def test_english_is_asked_in_english_and_no_more_than_two_questions() -> None:
    found = read("My family says mambo ni mengi and we carry this black tax, and I am honestly so tired of all of it")
    assert [one.language for one in found.probes] == ["en", "en"]
    many = read("nimechoka na maisha, nimekata tamaa, nina huzuni, nina wasiwasi, moyo unauma, sina ganji")
    assert len(many.probes) == 2
    assert many.probes[0].because in {"nimechoka-na-maisha", "kukata-tamaa"}


def test_what_was_noticed_becomes_at_most_three_sentences_and_everyday_english_none() -> None:
    guidance = analyst().guidance(
        "Nimefeli KCSE and wazazi wako disappointed, niko na stress mob, nina huzuni na mkopo"
    )
    assert len(guidance) == 3
    assert guidance[-1] == "They mix Swahili, English and Sheng: answer in the same mixture, and do not correct it."
    quiet = [text for text in rows(ENGLISH) if analyst().guidance(text)]
    assert len(quiet) <= 0.15 * len(rows(ENGLISH)), quiet


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("I failed my KCSE", "exam-results"),
        ("nilipoteza pesa kwa kubet", "betting"),
        ("these loan apps are calling my boss", "loan-apps"),
        ("mume wangu hunipiga", "beating-called-normal"),
        ("nadhani nimerogwa", "causes-named-in-kenya"),
        ("I am gay and my pastor knows", "lgbtq-uganda"),
        ("mwanaume halii", "men-do-not-cry"),
    ],
)
def test_what_a_text_speaks_about_is_found(text: str, entry: str) -> None:
    assert entry in {one.id for one in read(text).entries}


@keeps("care:culture:answers")
@pytest.mark.parametrize(
    ("answer", "caution"),
    [
        ("Africans are very religious, so pray more.", "one-africa"),
        ("That is just superstition.", "only-superstition"),
        ("Man up, your kids need you.", "be-a-man"),
        ("Pray harder and it will pass.", "pray-harder"),
        ("Try to endure this marriage for the children.", "endure-it"),
        ("You should cut off your family.", "cut-off-family"),
        ("Please call 911 at once.", "foreign-number"),
        ("Kujiua ni dhambi.", "sin-and-shame"),
        ("All Kikuyus love money.", "all-of-a-people"),
        ("Jikaze tu, usilie.", "be-strong"),
        ("Come out to your family first.", "tell-everybody"),
    ],
)
def test_an_answer_that_judges_a_people_is_named_with_what_to_do_instead(answer: str, caution: str) -> None:
    found = {one.id: one for one in read("hi", answer).cautions}
    assert caution in found
    assert found[caution].instead
    assert answer[found[caution].start : found[caution].end]


@keeps("care:culture:answers")
@pytest.mark.parametrize(
    "answer",
    [
        "Pole sana. Asante kwa kunieleza. Je, uko salama sasa?",
        "I am sorry. Many people here know this. Who else knows about it?",
        "Your faith may be a strength: what does it give you?",
        "Kenya's High Court ended that law in 2025.",
        "Some families in Kisii do it that way; how is it in yours?",
        "You can call 999 in Kenya.",
    ],
)
def test_a_kind_answer_is_left_alone(answer: str) -> None:
    assert read("hi", answer).cautions == []


@given(st.lists(st.sampled_from(["sawa", "tu", "I", "nimechoka", "😭", ".", "mkopo", "the", "niko"]), max_size=12))
def test_whatever_is_said_has_its_places_in_the_text(words: list[str]) -> None:
    text = " ".join(words)
    found = read(text)
    for one in (*found.segments, *found.phrases):
        assert 0 <= one.start < one.end <= len(text)
    assert found.switches < max(1, len(found.segments))


def test_swahili_of_every_day_is_told_as_swahili() -> None:
    right = [text for text in rows(SWAHILI) if "sw" in read(text).languages or "sheng" in read(text).languages]
    assert len(right) >= 0.9 * len(rows(SWAHILI))
