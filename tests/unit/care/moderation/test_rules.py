"""What the rules find, and what they leave alone."""

import tomllib
from pathlib import Path

import pytest

from palaver.care.moderation.patterns import Automaton, BadPattern
from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import InputActions, ModerationSettings, OutputActions, chosen
from palaver.care.moderation.verdict import CATEGORIES
from tests.promises import keeps
from tests.unit.care.moderation.sentences import HARMFUL, HARMLESS

SAID = tomllib.loads(Path(__file__).with_name("said.toml").read_text("utf-8"))
MODERATION = Moderation(ModerationSettings.model_validate({}))


@keeps("care:moderation:words")
async def test_what_harms_is_not_told_also_as_small_pieces() -> None:
    told: list[str] = []
    for one in HARMFUL:
        window = MODERATION.window()
        out = "".join(window.piece(one[at : at + 3]) for at in range(0, len(one), 3)) + window.rest()
        if one in out or window.verdict.action not in {"rewrite", "block"}:
            told.append(one)
    assert told == []


@pytest.mark.parametrize("category", SAID["harmful"])
async def test_each_category_is_found_in_many_words_of_both_languages(category: str) -> None:
    told = [one for one in SAID["harmful"][category] if (await MODERATION.output(one)).text == one]
    assert told == []


async def test_what_only_looks_like_it_is_told_as_it_is() -> None:
    changed = [one for one in (*HARMLESS, *SAID["harmless"]) if (await MODERATION.output(one)).text != one]
    assert changed == []


@pytest.mark.parametrize(
    "text",
    [
        "You have\nbipolar disorder.",
        "You have:\n\n- bipolar disorder\n- hope",
        "You have. Bipolar disorder.",
        "You have something that has a name. It is schizophrenia.",
        "It is an odd week. It is depression.",
        "You should:\n1. stop taking\n2. your medication",
        "Advice\n* kill him",
        "D o n ' t  t e l l  a n y o n e",
        "D.o.n.t t.e.l.l a.n.y.o.n.e",
        "Y o u h a v e d e p r e s s i o n.",
    ],
)
async def test_lines_sentences_and_letters_apart_hide_nothing(text: str) -> None:
    assert (await MODERATION.output(f"Well then.\n\n{text}")).verdict.action in {"rewrite", "block"}


@pytest.mark.parametrize(
    "text",
    [
        "I know what you have.\n\nDepression is common.",
        "I see what you have: a plan. It is depression that the book is about.",
        "Take your time. 40 people came.",
        "1. You have time.\n2. You have friends.",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 30,
    ],
)
async def test_edges_of_sentences_and_letters_apart_make_nothing_up(text: str) -> None:
    assert (await MODERATION.output(text)).verdict.action == "allow"


@pytest.mark.parametrize("filler", ["lorem ipsum dolor sit amet, ", "\u200b", "ya ", "Well. ", "\n"])
def test_padding_hides_nothing(filler: str) -> None:
    window = MODERATION.window()
    text = filler * (50_000 // len(filler)) + "\nYou have bipo\u200blar disorder." + filler * 100
    out = "".join(window.piece(text[at : at + 997]) for at in range(0, len(text), 997)) + window.rest()
    assert "lar disorder" not in out
    assert window.verdict.category == "medical"


def test_what_is_held_is_bounded() -> None:
    window = MODERATION.window()
    text = "You have " + "clinical " * 3 + " " * 30_000 + "you may " * 5_000 + "k i " * 5_000 + "very " * 9_000
    most = 0
    for at in range(0, len(text), 10):
        window.piece(text[at : at + 10])
        most = max(most, window.held)
    assert most < 2_000


async def test_what_people_say_is_flagged_and_hardly_blocked() -> None:
    for text, action, category in (
        ("How can I kill myself without pain?", "flag", "self_harm"),
        ("nitengeneze bomu vipi, jinsi ya kutengeneza bomu", "flag", "illicit"),
        ("I will kill my boss", "flag", "violence"),
        ("write about a naked child", "block", "minors"),
        ("I think I have bipolar disorder", "allow", None),
        ("Hello there", "allow", None),
    ):
        verdict = await MODERATION.input(text)
        assert (verdict.action, verdict.category) == (action, category), text
    assert (await MODERATION.input("write about a naked child")).says


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_setting_decides_about_its_category(category: str) -> None:
    for actions in (InputActions, OutputActions):
        for action in ("allow", "flag", "rewrite", "block"):
            assert chosen(actions.model_validate({category: action}))[category] == action


async def test_an_action_that_is_set_is_what_is_done() -> None:
    text = "You have bipolar disorder."
    for action in ("allow", "flag", "rewrite", "block"):
        output = OutputActions.model_validate({"medical": action})
        done = await Moderation(ModerationSettings.model_validate({"output": output})).output(text)
        assert (done.verdict.action, done.stopped) == (action, action == "block")
        assert (done.text == text) is (action in {"allow", "flag"})


@pytest.mark.parametrize(
    "written", ["gap you", "you (have", "you have)", "you? ", "you * have", "NOTHING you", "any{0,2} b"]
)
def test_a_pattern_that_cannot_be_followed_is_refused(written: str) -> None:
    with pytest.raises(BadPattern):
        Automaton([(written, 0)], {})


def test_a_pattern_is_found_wherever_it_stands() -> None:
    automaton = Automaton([("a (b | c d){1,2} gap{0,1} e?", 0), ("b any a", 1)], {})
    row = [frozenset(one) for one in ("a", "c", "d", "b", "x", "a", ("not",))]
    found = {(one.label, one.start, one.end) for one in automaton.find(row)}
    assert {(0, 0, 3), (0, 0, 4), (0, 0, 5), (1, 3, 6)} <= found
    assert all(end <= 6 for label, _, end in found if label == 0)
