from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.core.errors import Invalid
from palaver.files.paths import DEEPEST, LONGEST_NAME, LONGEST_PATH, folder_inside, inside

BAD = {
    "/etc/passwd": "absolute",
    "//host/share": "absolute",
    "..": "goes up",
    "a/../b": "goes up",
    "a/..": "goes up",
    "./../b": "goes up",
    "..\\b": "backslashes",
    "a\\b": "backslashes",
    "C:": "drive letter",
    "c:/windows": "drive letter",
    "a\0b": "control characters",
    "a\nb": "control characters",
    "a\x7fb": "control characters",
    "a\x85b": "control characters",
    "a\ud800b": "Unicode",
    "": "empty",
    ".": "empty",
    "./": "empty",
    "/".join(["a" * 200] * 6): "too long",
    "a" * (LONGEST_NAME + 1): "too long",
    "ä" * (LONGEST_NAME // 2 + 1): "too long",
    "/".join("a" * (DEEPEST + 1)): "too deep",
}


@pytest.mark.parametrize("path", BAD, ids=lambda path: repr(path)[:30])
def test_a_path_that_could_mean_something_outside_is_refused_and_says_why(path: str) -> None:
    with pytest.raises(Invalid, match=BAD[path]):
        inside(path)


@pytest.mark.parametrize(
    ("path", "spelling"),
    [("a", "a"), ("./a//b/./c/", "a/b/c"), ("a b/ü.txt", "a b/ü.txt"), ("...", "..."), ("..a/b..", "..a/b..")],
)
def test_a_path_has_one_spelling(path: str, spelling: str) -> None:
    assert inside(path) == spelling


@pytest.mark.parametrize("path", ["", ".", "./", "././/"])
def test_a_folder_may_be_the_workspace_itself(path: str) -> None:
    assert folder_inside(path) == ""


@given(st.text(st.sampled_from("ab./\\:\0 \n~*é\ud800") | st.characters(), max_size=60))
def test_whatever_is_accepted_lies_inside_and_stays_as_it_is(path: str) -> None:
    try:
        accepted = inside(path)
    except Invalid:
        return
    root = Path("/workspace")
    assert root in (root / accepted).parents
    assert ".." not in PurePosixPath(accepted).parts
    assert "\0" not in accepted
    assert inside(accepted) == accepted
    assert len(accepted.encode()) <= LONGEST_PATH


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20), min_size=1, max_size=10))
def test_ordinary_names_are_accepted(names: list[str]) -> None:
    assert inside("/".join(names)) == "/".join(names)
