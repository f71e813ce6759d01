"""Data comes back as it was, however an answer is cut into pieces, and nothing comes back that was not given."""

import json
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from palaver.care.redaction.detector import Detector
from palaver.care.redaction.entity import KINDS, Entity, settled
from palaver.care.redaction.lists import names
from palaver.care.redaction.tokens import Returning, pieces, replaced, token_of
from tests.promises import keeps

VALUES = {"[PHONE_1]": '07 "12"\n', "[NAME_12]": "Amina"}
WORDS = st.lists(
    st.sampled_from(
        [
            "[PHONE_1]",
            "[phone_1]",
            r"\[NAME\_12\]",
            "[PHONE_2]",
            "[",
            "\\",
            "[PH",
            "_1]",
            "[link](x)",
            "a ",
            "[NAME_1",
            "]",
        ]
    )
)


@keeps("care:redaction:leaves")
@example(words=[r"\[NAME\_12\]"], cuts=[11])
@given(words=WORDS, cuts=st.lists(st.integers(0, 80)))
def test_an_answer_is_the_same_whatever_pieces_it_comes_in(words: list[str], cuts: list[int]) -> None:
    text = "".join(words)
    whole = Returning(VALUES)
    expected = whole.piece(text) + whole.rest()
    edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    cut = Returning(VALUES)
    said = [cut.piece(text[start:end]) for start, end in pairwise(edges)]
    assert "".join(said) + cut.rest() == expected
    assert "[PHONE_1]" not in expected
    assert expected.count("[PHONE_2]") >= words.count("[PHONE_2]")


def test_what_cannot_become_a_token_is_told_at_once_and_json_stays_json() -> None:
    returning = Returning(VALUES)
    assert [returning.piece(one) for one in ("a [l", "ink [P", "HONE_", "1]", " [x")] == [
        "a [l", "ink ", "", VALUES["[PHONE_1]"], " [x",
    ]  # fmt: skip
    inside = Returning(VALUES, json=True)
    assert json.loads(inside.piece('{"to": "[PHONE_1]"}') + inside.rest()) == {"to": VALUES["[PHONE_1]"]}


def test_what_looks_like_a_token_and_what_is_known_is_replaced_too() -> None:
    text = "I wrote [PHONE_1]; Amina and Aminata, and 07125."
    made = pieces(text, [], {"Amina": "NAME", "0712": "PHONE"})
    assert [(one.label, one.value) for one in made] == [("TEXT", "[PHONE_1]"), ("NAME", "Amina")]
    told = replaced(text, made, lambda one: token_of(one.label, 1))
    assert told == "I wrote [TEXT_1]; [NAME_1] and Aminata, and 07125."


@given(st.lists(st.builds(
    lambda start, size, kind: Entity(start=start, end=start + size, kind=kind),
    st.integers(0, 20), st.integers(1, 8), st.sampled_from(KINDS),
)))  # fmt: skip
def test_what_was_found_stays_covered_and_nothing_twice(found: list[Entity]) -> None:
    def places(some: list[Entity]) -> list[int]:
        return sorted(at for one in some for at in range(one.start, one.end))

    assert places(settled(found)) == sorted(set(places(found)))


@given(st.text(alphabet="aZ 0127+-.@()[]:/_°'\"\nKé"))
def test_no_text_is_too_strange(text: str) -> None:
    found = Detector(names).read(text, KINDS)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
