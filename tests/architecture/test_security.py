"""The table of the security standard names tests that exist, and says of every line how it stands."""

import re

from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (V\d+[^|]*) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`((?:unit|journeys|browser|faults|conformance|architecture)/[\w/.]+)`")
CHAPTERS = 17


def test_every_test_that_is_named_exists() -> None:
    named = TEST.findall(PAGE.read_text("utf-8"))
    assert len(named) > 100
    assert [path for path in named if not (ROOT / "tests" / path).exists()] == []


def test_every_line_has_a_test_or_says_why_it_has_none() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))
    for section, stands, shown in rows:
        assert TEST.search(shown) or re.search(r"\*no\*|not applicable|\*Operator\*", stands), section
    chapters = {int(number) for section, _, _ in rows for number in re.findall(r"V(\d+)", section)}
    assert chapters == set(range(1, CHAPTERS + 1))
