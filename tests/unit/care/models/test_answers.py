"""The reader of answers that ships: what it was made of, and that its sums are right."""

import hashlib
import json
from functools import cache
from itertools import accumulate
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palaver.care.models import phrases
from palaver.care.models.answers import FILE, KINDS, RAISED, AnswerReader, Sentence
from tests.architecture.source import ROOT

SAID = ROOT / "training" / "care" / "answers"
WORDS = ("you", "have", "don't", "tell", "your", "mother", "2x", "dawa", "usimwambie", "sky", "", "\ud83d")
rows = st.lists(
    st.tuples(st.sampled_from(WORDS), st.frozensets(st.sampled_from(("illness", "not", "say")), max_size=2)),
    max_size=60,
)


@cache
def reader() -> AnswerReader:
    return AnswerReader()


@settings(max_examples=50, deadline=None)
@given(rows)
def test_what_is_added_word_by_word_is_what_the_last_words_come_to_at_once(
    said: list[tuple[str, frozenset[str]]],
) -> None:
    sentence, trail, hashes = Sentence(reader()), phrases.Trail(), list[list[int]]()
    for word, meanings in said:
        sentence.add(word, meanings, quoted=False)
        bare, those = phrases.plain(word), phrases.meant(meanings)
        if bare:
            hashes.append(phrases.own(bare, those) + trail.add(bare, those, quoted=False))
    window = [one for word in hashes[-phrases.WORDS :] for one in word]
    header, weights = FILE.read_bytes().split(b"\n", 1)
    assert len(header) < 3_000
    sums = [sum(weights[at * phrases.PLACES + one] - RAISED for one in window) for at in range(len(KINDS))]
    about = json.loads(header)
    told = [one * about["scale"] / sqrt(len(window) or 1) + bias for one, bias in zip(sums, about["bias"], strict=True)]
    assert sentence.told()[0] == pytest.approx(max(told))


def test_a_long_sentence_is_judged_again_and_again() -> None:
    sentence = Sentence(reader())
    due = [sentence.whole for _ in range(60) if sentence.add("word", frozenset(), quoted=False) is None]
    assert [at + 1 for at, one in enumerate(due) if one] == list(accumulate([24, 8, 8, 8, 8]))


def test_a_file_that_is_not_whole_is_not_believed(tmp_path: Path) -> None:
    cut = tmp_path / "cut.bin"
    cut.write_bytes(FILE.read_bytes()[:-1])
    with pytest.raises(ValueError, match="not whole"):
        AnswerReader(cut).weighed([1])


def test_it_is_small_and_the_one_that_the_script_makes_of_what_is_in_the_repository() -> None:
    assert FILE.stat().st_size < 150_000
    made_of = [*SAID.glob("*.*l"), Path(phrases.__file__)]
    assert reader().made_of == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made_of}
