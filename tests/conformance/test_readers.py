"""What every trained reader of words keeps, whatever is inside: the small one and the encoder of the extra `care`."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.models.encoder import EncoderReader, encoder_folder
from palaver.care.models.port import EKMAN, UNSAFE, Heads, Reader
from palaver.care.models.small import SmallReader


def encoder() -> Reader:
    folder = encoder_folder()
    assert folder is not None, "the extra `care` is part of what tests need"
    return EncoderReader(folder)


READERS: dict[str, Callable[[], Reader]] = {"small": SmallReader, "encoder": encoder}
SERIOUS = (
    "I have felt like this for months and nobody knows. I don't want to be alive any more, I think about suicide every"
    " day, and tonight, when everybody sleeps, I am going to kill myself."
)
HAPPY = "Thank you so much, this is wonderful, I love it and I am so happy for you!"
EVERYDAY = (
    "Can you tell me what time the bus to the market leaves tomorrow morning?",
    "Write a short birthday greeting for my colleague, please.",
    "This traffic is killing me, I will be late for dinner.",
    "How do I boil an egg so that it is still soft inside?",
    "I finished the report, could you check the second table for mistakes?",
    "My team lost again, I am so angry at the referee.",
)


@pytest.fixture(scope="module", params=READERS)
def reader(request: pytest.FixtureRequest) -> Reader:
    return READERS[request.param]()


def danger(reader: Reader, text: str) -> str:
    """What the text is called by this reader alone."""
    said = reader.read(text).crisis or (0.0, 0.0, 0.0, 0.0)
    if said[3] >= reader.sure.high:
        return "high"
    return "medium" if said[1] >= reader.sure.medium else "low" if said[0] >= reader.sure.low else "none"


def whole(said: Heads) -> None:
    if said.crisis is not None:
        assert all(0 <= later <= earlier <= 1 for earlier, later in pairwise(said.crisis))
    if said.emotions is not None:
        assert set(said.emotions.ekman) == set(EKMAN)
        assert all(0 <= likely <= 1 for likely in said.emotions.ekman.values())
        assert -1 <= said.emotions.valence <= 1
        assert -1 <= said.emotions.arousal <= 1
    if said.unsafe is not None:
        assert set(said.unsafe) == set(UNSAFE)
        assert all(0 <= likely <= 1 for likely in said.unsafe.values())


def test_it_says_who_it_is_and_from_where_on_it_counts(reader: Reader) -> None:
    assert reader.version.startswith(f"{reader.name}-")
    sure = reader.sure
    assert all(0 < bound < 1 for bound in (sure.low, sure.medium, sure.high, *sure.unsafe.values()))
    assert all(0 < bound < 1 for bounds in sure.emotion.values() for bound in bounds.values())


def test_the_same_text_gives_the_same_answer(reader: Reader) -> None:
    assert reader.read(SERIOUS) == reader.read(SERIOUS)
    assert READERS[reader.name]().read(SERIOUS) == reader.read(SERIOUS)


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200d", "\x00", "🙂🙂", "?!", "a" * 100_000])
def test_no_text_is_too_odd_for_it(reader: Reader, text: str) -> None:
    whole(reader.read(text))


def test_of_nothing_it_says_nothing(reader: Reader) -> None:
    assert reader.read("") == Heads(None, None, None)


def test_danger_that_is_said_plainly_is_heard(reader: Reader) -> None:
    assert danger(reader, SERIOUS) in {"medium", "high"}


def test_what_is_said_on_any_day_is_no_danger(reader: Reader) -> None:
    assert {text: danger(reader, text) for text in EVERYDAY} == dict.fromkeys(EVERYDAY, "none")


@pytest.mark.parametrize("at", ["before", "after"])
def test_danger_is_heard_beside_a_long_text(reader: Reader, at: str) -> None:
    padding = " ".join(EVERYDAY) * 12
    text = f"{SERIOUS} {padding}" if at == "before" else f"{padding} {SERIOUS}"
    assert danger(reader, text) in {"medium", "high"}


def test_joy_is_told_from_sadness(reader: Reader) -> None:
    happy = reader.read(HAPPY).emotions
    sad = reader.read("I am so sad and lonely, I cried the whole night and I miss her terribly.").emotions
    assert happy is not None
    assert sad is not None
    bounds = reader.sure.emotion["en"]
    assert happy.ekman["joy"] >= bounds["joy"]
    assert sad.ekman["sadness"] >= bounds["sadness"]
    assert happy.valence > 0 > sad.valence


@settings(deadline=None)  # how long a text takes on a busy machine is measured elsewhere
@given(st.text(max_size=200))
def test_whatever_is_written_its_answers_are_probabilities(reader: Reader, text: str) -> None:
    whole(reader.read(text))


def test_the_encoder_says_nothing_about_danger_in_a_sentence_alone_which_idioms_would_trip() -> None:
    said = encoder().read("I could murder a pizza.")
    assert said.crisis is None
    assert said.emotions is not None


def test_of_every_feeling_that_the_encoder_tells_it_is_known_what_it_counts_for_beside_the_small_reader() -> None:
    sure = encoder().sure
    assert set(sure.beside["en"]) == set(sure.emotion["en"]) == set(EKMAN)
    assert all(small > 0 and own > 0 for small, own, _ in sure.beside["en"].values())


def test_half_a_character_does_not_trip_the_encoder() -> None:
    whole(encoder().read(SERIOUS + "\ud83d"))


def test_the_encoder_says_nothing_about_a_language_that_it_has_not_learnt() -> None:
    said = encoder().read("Habari za asubuhi, leo nimeamka mapema na nimepika chai kwa ajili ya familia yangu yote.")
    assert said == Heads(None, None, None)
