"""The reader of explicit statements that ships: what it hears, that padding hides nothing, and what it was made of."""

import hashlib
import json
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.crisis.finding import Level
from palaver.care.models import spans
from palaver.care.models.port import Heads
from palaver.care.models.raising import Said, signals_of
from palaver.care.models.statements import FILE, StatementReader
from palaver.care.service import shipped_detector
from tests.architecture.source import ROOT
from tests.unit.care.crisis.everyday import ENGLISH, SWAHILI, rows

TRAINING = ROOT / "training" / "care"
LIST = Path(__file__).with_name("explicit.jsonl")  # written by who had seen neither rules nor what was learnt from
LOREM = "Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore. "
# Thought up for this test; the reader has not learnt from them.
SAID = (
    "I swallowed every tablet in the house half an hour ago",
    "I am going to hang myself in the attic after supper",
    "Nimeamua kujinyonga leo usiku watu wakilala",
    "Nishakunywa sumu na sitaki mtu anisaidie",
    "Nimechoka bro, leo najidedisha",
    "I have decided, kesho asubuhi najirusha from the bridge",
)


@cache
def reader() -> StatementReader:
    return StatementReader()


def level(text: str) -> Level:
    found = signals_of(len(text), [Said("statements", reader().read(text), reader().sure)], Level.none)
    return max((Level[one.level] for one in found), default=Level.none)


@pytest.mark.parametrize("text", SAID)
def test_what_somebody_says_in_plain_words_is_high(text: str) -> None:
    assert level(text) == Level.high


@pytest.mark.parametrize("text", SAID[:4])
def test_padding_hides_nothing_and_the_place_of_the_words_is_told(text: str) -> None:
    padded = f"{LOREM * 260}{text}. {LOREM * 260}"
    assert len(padded) > 50_000
    assert level(padded) == Level.high
    place = reader().read(padded).place
    assert place is not None
    said = padded.index(text)
    assert place.start < said + len(text)
    assert place.end > said
    assert place.end - place.start < len(text) + len(LOREM)


def test_invisible_letters_and_repetition_hide_nothing() -> None:
    text = SAID[0]
    assert level("\u200b".join(text)) == Level.high
    assert level(f"{text}. " * 50) == Level.high
    assert all(level(". ".join(those)) == Level.high for those in permutations((text, *LOREM.split(" sed ")), 3))


@pytest.mark.parametrize("text", SAID)
def test_no_empty_line_within_a_statement_hides_it(text: str) -> None:
    words = text.split()
    for size in range(1, len(words)):
        broken = "\n\n".join(" ".join(words[at : at + size]) for at in range(0, len(words), size))
        assert level(broken) == Level.high
        assert level(f"{LOREM * 3}\n\n{broken}\n\n{LOREM * 3}") == Level.high


def test_of_a_letter_of_many_short_paragraphs_both_ends_are_read_over_empty_lines() -> None:
    broken, calm = SAID[0].replace(" ", "\n\n"), "lorem ipsum dolor\n\n" * 1_500
    assert level(f"{broken}\n\n{calm}") == Level.high
    assert level(f"{calm}{broken}") == Level.high
    assert level(calm) == Level.none


def test_what_people_say_every_day_is_hardly_ever_taken_for_it() -> None:
    said = [*rows(ENGLISH), *rows(SWAHILI)]
    loud = [text for text in said if level(text) >= Level.medium]
    assert len(loud) <= len(said) // 50, loud


@pytest.mark.parametrize("text", ["", "   ", "\ud83d", "\n\n.\n"])
def test_of_a_text_without_words_it_says_nothing(text: str) -> None:
    assert reader().read(text) in (Heads(None, None, None), reader().read("?"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_and_a_probability_is_told(text: str) -> None:
    found = reader().read(text)
    assert found.crisis is None or all(0 <= one <= 1 for one in found.crisis)
    assert found.place is None or 0 <= found.place.start < found.place.end <= len(text)


def test_nearly_all_of_a_long_list_of_explicit_statements_is_high_by_rules_or_by_it() -> None:
    said = [json.loads(line)["text"] for line in LIST.read_text("utf-8").splitlines()]
    missed = [text for text in said if max(level(text), Level[shipped_detector().read(text).urgency]) < Level.high]
    assert len(missed) <= 12, missed  # of 240, as at first reading


def test_a_file_that_is_not_whole_is_not_believed(tmp_path: Path) -> None:
    cut = tmp_path / "cut.bin"
    cut.write_bytes(FILE.read_bytes()[:-1])
    with pytest.raises(ValueError, match="not whole"):
        StatementReader(cut).read("any words")


def test_it_is_small_and_the_one_that_the_scripts_make_of_what_is_in_the_repository() -> None:
    assert FILE.stat().st_size < 200_000
    made_of = [*TRAINING.glob("said/*.*l"), TRAINING / "encoder/sentences.toml", TRAINING / "everyday.toml"]
    made_of.append(Path(spans.__file__))
    assert reader().made_of == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made_of}
