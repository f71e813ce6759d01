"""An operator's packs replace, add and take away; what is wrong in one is said, all of it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from palaver.care.culture.reading import PacksRefused, problems_of, shipped, with_own

PHRASE = """
version = "1"
remove = ["utajua-hujui"]

[[phrases]]
id = "niko-rada"
language = "sheng"
reading = "deflection"
regions = ["KE"]
says = ["niko rada"]
means = "I am alert."
probe = { en = "And besides?", sw = "Na zaidi?" }
source_url = "https://example.org/sheng"
read_on = 2026-11-20
reviewed_by = "Ada"
"""
FIELDS: dict[str, Any] = {
    "id": "x", "language": "sw", "reading": "proverb", "regions": ["KE"], "says": ["a b"], "means": "m",
    "source_url": "https://example.org", "read_on": "2026-11-20",
}  # fmt: skip


def test_a_pack_stands_over_what_ships_and_its_version_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PHRASE, "utf-8")
    (tmp_path / "notes.txt").write_text("no pack", "utf-8")
    known = with_own(tmp_path)
    assert known.phrases["niko-rada"].confirmed
    assert "utajua-hujui" in shipped().phrases
    assert "utajua-hujui" not in known.phrases
    assert known.version == f"{shipped().version}+mine-1"
    assert problems_of(tmp_path) == problems_of(None) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"regions": ["XX"]}, "is no country and no region"),
        ({"regions": []}, "it holds nowhere"),
        ({"source_url": "a book"}, "is no address"),
        ({"says": []}, "there are no words to know it by"),
        ({"says": ["A b"]}, "is no pattern of small words"),
        ({"says": ["... b"]}, "is no pattern of small words"),
        ({"says": ["a+"]}, "is no pattern of small words"),
        ({"reading": "deflection"}, "has a question that may follow"),
        ({"id": "X y"}, "is not small letters"),
        ({"more": 1}, "unknown field"),
        ({"level": "high"}, "unknown field"),
        ({"probe": {"en": "a", "sw": " "}}, "in one language only"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    content = {"version": "1", "phrases": [FIELDS, {**FIELDS, "id": "y", **change}]}
    (tmp_path / "p.json").write_bytes(msgspec.json.encode(content))
    (problem,) = problems_of(tmp_path)
    assert problem.startswith("p.json: phrase 2")
    assert says in problem


def test_everything_wrong_is_said_at_once_and_what_cannot_be_read_as_well(tmp_path: Path) -> None:
    content = {"version": "1", "phrases": [FIELDS, FIELDS], "entries": [{}], "remove": ["nothing"]}
    (tmp_path / "p.json").write_bytes(msgspec.json.encode(content))
    with pytest.raises(PacksRefused) as refused:
        with_own(tmp_path)
    assert len(refused.value.problems) == 3
    assert "the id stands there twice" in str(refused.value)
    (tmp_path / "p.json").write_text("{", "utf-8")
    assert problems_of(tmp_path)[0].startswith("p.json cannot be read")
    assert "cannot be read" in problems_of(tmp_path / "nowhere")[0]
