"""The small reader that ships: what it knows, what it does not, and that it is the one the scripts make."""

import hashlib
import json
from functools import cache
from math import exp, sqrt
from pathlib import Path
from time import process_time

import pytest

from palaver.care.crisis.finding import Level
from palaver.care.emotion.feeling import feeling_of
from palaver.care.models import grams
from palaver.care.models.port import UNSAFE, Heads
from palaver.care.models.raising import Said, signals_of
from palaver.care.models.small import FILE, SmallReader
from tests.architecture.source import ROOT
from tests.unit.care.crisis.everyday import ENGLISH, SWAHILI, rows

TRAINING = ROOT / "training" / "care"


@cache
def reader() -> SmallReader:
    return SmallReader()


def level(text: str) -> Level:
    found = signals_of(len(text), [Said("small", reader().read(text), reader().sure)], Level.none)
    return max((Level[one.level] for one in found), default=Level.none)


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("I am so happy for you, congratulations!", "joy"),
        ("He makes me so angry, what an idiot.", "anger"),
        ("I'm so sad, I miss my dog every day", "sadness"),
        ("I'm terrified of flying, so scared", "fear"),
        ("That is disgusting, gross", "disgust"),
        ("Wow, I did not expect that!", "surprise"),
        ("Nimefurahi sana leo, asante Mungu", "joy"),
    ],
)
def test_plain_feelings_are_told(text: str, emotion: str) -> None:
    assert feeling_of(reader().read(text).emotions, reader().sure).emotion == emotion


@pytest.mark.parametrize(
    "text",
    ["", "   ", "1234 5678", "qwzx jkvbq pfftz wrrgl", "Ich habe heute keine Zeit, weil ich arbeiten muss", "他很高兴"],
)
def test_of_a_text_whose_words_it_does_not_know_it_says_nothing(text: str) -> None:
    assert reader().read(text) == Heads(None, None, None)


def test_half_a_surrogate_pair_takes_nothing_from_the_words_around_it() -> None:
    assert level("I want to die \ud83d now") >= level("I want to die ? now") > Level.none
    assert reader().read("\ud83d") == reader().read("?")


def test_what_people_say_every_day_hardly_alarms_it_and_is_never_high() -> None:
    said = [*rows(ENGLISH), *rows(SWAHILI)]
    found = [level(text) for text in said]
    assert sum(one >= Level.medium for one in found) <= 3
    assert max(found) < Level.high


def test_danger_in_words_that_no_rule_has_is_noticed() -> None:
    texts = (
        "I have nothing left. I keep thinking about not being here and nobody would notice that I am gone.",
        "I am done. I tried again last night and ended up in the hospital, I wish it had worked.",
    )
    assert all(level(text) >= Level.low for text in texts)


def test_probabilities_never_rise_with_the_level_and_the_gravest_part_of_a_long_text_counts() -> None:
    grave = "I keep thinking about ending my life and I have nobody to tell. "
    padding = "The bus was late and we talked about the weather. " * 40
    alone, long = reader().read(grave).crisis, reader().read(padding + grave + padding).crisis
    assert alone is not None
    assert long is not None
    assert list(alone) == sorted(alone, reverse=True)
    assert long[0] >= 0.5


def test_the_same_text_gives_the_same_answer_and_the_file_is_small() -> None:
    text = "I don't know what to say 😂!!!"
    assert SmallReader().read(text) == reader().read(text)
    assert FILE.stat().st_size <= 8_000_000


def test_a_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "small.bin"
    cut.write_bytes(FILE.read_bytes()[:-1])
    with pytest.raises(ValueError, match="not whole"):
        SmallReader(cut).read("text")


def test_sums_of_many_rows_are_what_adding_one_by_one_gives() -> None:
    text = " ".join(rows(ENGLISH))[:1_000]
    head, _, rest = FILE.read_bytes().partition(b"\n")
    lanes, table = json.loads(head)["lanes"], rest[-(32 << 17) :]
    those = [table[at * 32 : at * 32 + 32] for at in grams.buckets(grams.words(text))]
    assert len(those) > 600
    length = sqrt(sum(row[31] for row in those) / 2)

    def likely(name: str) -> float:
        scale, bias = lanes[name]
        return 1 / (1 + exp(-(scale * sum(row[list(lanes).index(name)] - 128 for row in those) / length + bias)))

    said = reader().read(text)
    assert said.unsafe is not None
    assert said.unsafe == pytest.approx({name: likely(f"unsafe_{name}") for name in UNSAFE})


def test_reading_costs_little_and_a_long_text_not_more_than_its_windows() -> None:
    text = "I went to the market this morning and everything was so expensive, I don't know what to do about it."
    began = process_time()
    for _ in range(20):
        reader().read(text)
    assert (process_time() - began) / 20 < 0.003
    assert len(list(grams.windows(text * 1_000))) == 32


def test_the_file_was_made_from_what_stands_here() -> None:
    made_of = SmallReader().made_of
    files = [TRAINING / "encoder" / "sentences.toml", TRAINING / "everyday.toml", Path(grams.__file__)]
    assert made_of == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
