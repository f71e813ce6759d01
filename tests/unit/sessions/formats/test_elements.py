"""An array is taken apart into what it holds, however its bytes arrive."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palaver.sessions.formats.brought import Broken
from palaver.sessions.formats.elements import elements

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(alphabet='a"\\[]{},\n€'),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def pieces(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


@given(some.lists(VALUES, max_size=5), some.integers(1, 40), some.sampled_from([None, 1]))
def test_whatever_an_array_holds_comes_out_of_it_in_pieces_of_any_size(
    values: list[Any], size: int, indent: int | None
) -> None:
    whole = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    found = list(elements(pieces(whole, size), 10_000))
    assert [json.loads(one.body) for one in found] == values
    for one in found:
        assert one.body.split(b"\n")[0] in whole.split(b"\n")[one.line - 1]


@given(some.lists(VALUES, min_size=1, max_size=4), some.data())
def test_an_array_that_is_cut_anywhere_is_broken(values: list[Any], data: some.DataObject) -> None:
    whole = json.dumps(values).encode()
    cut = whole[: data.draw(some.integers(1, len(whole) - 1))]
    with pytest.raises(Broken):
        list(elements(pieces(cut, 7), 10_000))


@pytest.mark.parametrize(
    ("whole", "says"), [(b"", "empty"), (b"[1] 2", "behind the end"), (b"[1,,2]", "nothing before")]
)
def test_what_is_no_array_says_why(whole: bytes, says: str) -> None:
    with pytest.raises(Broken, match=says):
        list(elements([whole], 100))


def test_one_element_may_not_be_larger_than_what_is_held() -> None:
    with pytest.raises(Broken, match="more than 10 bytes"):
        list(elements(pieces(b'["' + b"a" * 20 + b'"]', 4), 10))
