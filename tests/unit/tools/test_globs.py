import pytest

from palaver.core.errors import Invalid
from palaver.tools.globs import glob


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.py", "a.py", True),
        ("*.py", "src/a.py", True),
        ("*.py", "a.pyc", False),
        ("src/*", "src/a", True),
        ("src/*", "src/a/b", False),
        ("src/**", "src/a/b", True),
        ("**/*.py", "a.py", True),
        ("**/*.py", "x/y/a.py", True),
        ("**/test/*.py", "x/test/a.py", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("*.{ts,tsx}", "src/a.tsx", True),
        ("{a,b}/{c,d}", "b/d", True),
        ("{a,b}/{c,d}", "b/e", False),
        ("{a,{b,c}}", "c", True),
        ("a{", "a{", True),
        ("[ab].c", "b.c", True),
        ("[!ab].c", "b.c", False),
        ("?", "ü", True),
        ("README", "docs/README", True),
        ("docs", "docs/README", False),
    ],
)
def test_a_glob_means_what_it_names(pattern: str, path: str, fits: bool) -> None:
    assert glob(pattern)(path) is fits


@pytest.mark.parametrize("pattern", ["", "../*", "[", "x" * 2_000, "{a,b}" * 10])
def test_a_glob_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid, match="cannot be used"):
        glob(pattern)


def test_a_glob_made_to_be_slow_is_not() -> None:
    assert not glob("**/*a" * 60 + "b")("/".join(["a" * 60] * 60))
