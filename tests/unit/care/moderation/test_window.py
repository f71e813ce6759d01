"""However an answer is cut into pieces, the same is told, and nothing harmful is told first."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import ModerationSettings
from palaver.care.moderation.window import Window
from tests.promises import keeps

MODERATION = Moderation(ModerationSettings.model_validate({}))

HARMFUL = (
    "You have bipolar disorder.",
    "No. You have b\u200bip0lar dis\u200border!",
    "Unaweza kuwa na sonona",
    "Stop taking your medication now.",
    "Don't tell anyone about this.",
    "Usimwambie mtu yeyote.",
    "You should just k i l l yourself.",
    "Take all your pills at once, friend.",
    "You. Have. Schizophrenia.",
)
HARMLESS = (
    "You have been through a lot.",
    '"You have bipolar disorder," the doctor said.',
    '"You have bipolar disorder!" the doctor said. "Go."',
    "Do you have bipolar disorder?",
    "I a m h e r e, you know.",
    "k i\n\n\n",
    "don't",
    "If you have depression, e.g. now, rest.",
    "\u4f60\u597d you \U0001f642",
    "y\u0336o\u0336u",
)
GLUE = (" ", "\n", "\n\n", " - ", "", "  \u200b ", '"', "... ", "\n* ", " you ", " if ")
texts = st.lists(st.sampled_from((*HARMFUL, *HARMLESS, *GLUE)), max_size=8).map("".join)


def through(text: str, cuts: list[int]) -> tuple[str, Window]:
    window = MODERATION.window()
    places = sorted({0, *(cut % (len(text) + 1) for cut in cuts), len(text)})
    told = "".join(window.piece(text[start:end]) for start, end in pairwise(places))
    return told + window.rest(), window


@keeps("care:moderation:streams")
@settings(max_examples=200, deadline=None)
@given(texts, st.lists(st.integers(0, 400), max_size=12))
def test_the_cutting_of_an_answer_changes_nothing_of_what_is_told(text: str, cuts: list[int]) -> None:
    whole, judged = through(text, [])
    told, window = through(text, cuts)
    assert told == whole
    assert window.verdict == judged.verdict
    single, letters = through(text, list(range(len(text))))
    assert (single, letters.verdict) == (whole, judged.verdict)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from((*HARMLESS, *GLUE)), max_size=6).map("".join),
    st.sampled_from(HARMFUL),
    st.lists(st.integers(0, 400), max_size=12),
)
def test_nothing_harmful_is_told_in_any_cutting(before: str, harmful: str, cuts: list[int]) -> None:
    text = f"{before}\n\nWell then.\n\n{harmful}"
    told, window = through(text, cuts)
    assert harmful not in told
    assert window.verdict.action in {"rewrite", "block"}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(HARMLESS[:1] + HARMLESS[3:4] + HARMLESS[7:9]), max_size=6).map(" ".join))
def test_what_is_harmless_is_told_as_it_is(text: str) -> None:
    assert through(text, list(range(0, len(text), 3)))[0] == text


def test_words_flow_as_soon_as_it_is_clear_that_nothing_harmful_has_begun() -> None:
    window = MODERATION.window()
    assert window.piece("The sky is very") == "The sky is very"
    assert window.piece(" blue, and you") == " blue, and "
    assert window.piece(" have") == ""
    assert window.piece(" been through a lo") == "you have been through a "
    assert window.piece("t.") == "lot."


def test_a_blocked_answer_ends_and_a_rewritten_one_goes_on() -> None:
    window = MODERATION.window()
    told = [window.piece(one) for one in ("Hello. ", "You have ", "bipolar dis", "order, I think. ", "Rest ", "well.")]
    assert told[0] == "Hello. "
    assert told[1:3] == ["", ""]
    assert told[3].startswith("I can't say what illness")
    assert "".join(told[4:]) + window.rest() == "Rest well."
    assert (window.verdict.action, window.verdict.category, window.stopped) == ("rewrite", "medical", None)
    window = MODERATION.window()
    assert window.piece("Hello. Kill ") == "Hello. "
    assert window.piece("yourself. And then") == ""
    assert window.stopped is not None
    assert "emergency" in window.stopped.says
    assert window.piece("more") + window.rest() == ""
