"""A list of services is read whole or refused with the entry that is wrong; an operator's file stands over ours."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from palaver.care.resources.freshness import doubts
from palaver.care.resources.reading import ResourcesRefused, of_country, problems_of, shipped, with_own
from palaver.core.care import CareChannel
from tests.architecture.source import ROOT

LINE = """
[[resources]]
id = "ke-example-line"
country = "KE"
name = "Example Line"
kind = "crisis_line"
channels = [{ kind = "phone", to = "+254700000000", shown = "0700 000 000" }]
languages = ["en", "sw"]
source_url = "https://example.org/contact"
verified_on = 2026-11-20
verified_by = "Ada"
"""


def written(folder: Path, text: str) -> Path:
    """An operator's file."""
    file = folder / "help.toml"
    file.write_text(text, "utf-8")
    return file


def test_an_operator_adds_replaces_and_removes(tmp_path: Path) -> None:
    replacing = LINE.replace("ke-example-line", "ke-emergency-999").replace("crisis_line", "emergency")
    worldwide = LINE.replace("ke-example-line", "everywhere").replace('"KE"', '"world"')
    known = with_own(written(tmp_path, 'remove = ["us-crisis-text-line"]\n' + LINE + replacing + worldwide))
    assert known["everywhere"].country is None
    assert known["ke-example-line"].confirmed
    assert known["ke-emergency-999"].name == "Example Line"
    assert "us-crisis-text-line" not in known
    assert set(shipped()) - set(known) == {"us-crisis-text-line"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resources = 3", "help.toml: Expected `array`"),
        ("resources = [", "help.toml is not TOML: "),
        ('remove = ["nobody"]', "help.toml: remove: there is no nobody"),
        (LINE + LINE, "resource 2 (ke-example-line): the id stands there twice"),
        (LINE.replace('"KE"', '"XX"'), "resource 1 (ke-example-line): 'XX' is no country"),
        (LINE.replace("+254700000000", "0700 000 000"), "'0700 000 000' is not a number"),
        (LINE.replace("0700 000 000", "0700 000 001"), "'0700 000 001' is not the number +254700000000"),
        (LINE.replace("crisis_line", "hotline"), "resource 1 (ke-example-line): Invalid enum value 'hotline'"),
        (LINE.replace("https://example.org/contact", "example"), "source_url 'example' is no address"),
        (LINE.replace('country = "KE"', ""), "missing required field `country`"),
        (LINE.replace("verified_on = 2026-11-20", ""), "missing required field `verified_on`"),
        (LINE.replace('verified_by = "Ada"', 'verfied_by = "Ada"'), "unknown field `verfied_by`"),
        (LINE + 'paired_with = ["ke-other"]', "ke-example-line is paired with ke-other, which is not there"),
        ('remove = ["world-emergency"]', "there is no resource of kind emergency for the whole world"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_entry(tmp_path: Path, text: str, said: str) -> None:
    problems = problems_of(written(tmp_path, text))
    assert len(problems) == 1
    assert said in problems[0]
    assert "help.toml" in problems[0]


def test_a_file_that_is_not_there_is_refused() -> None:
    assert problems_of(Path("/nowhere/help.toml")) == ("/nowhere/help.toml cannot be read: No such file or directory.",)
    assert problems_of(None) == ()


def test_everything_wrong_in_a_file_is_said_at_once(tmp_path: Path) -> None:
    other = LINE.replace("ke-example-line", "ke-other")
    text = LINE.replace('"KE"', '"XX"') + other.replace("crisis_line", "hotline")
    assert len(problems_of(written(tmp_path, text))) == 2


def test_a_file_that_ships_holds_services_of_its_country_only() -> None:
    with pytest.raises(ResourcesRefused, match=r"ug\.json: ke-x is of KE"):
        of_country(
            "ug",
            b'{"resources": [{"id": "ke-x", "country": "KE", "name": "X", "kind": "text", "verified_on": "2026-11-21",'
            b' "channels": [{"kind": "sms", "to": "116"}], "source_url": "https://example.org"}]}',
        )


@pytest.mark.parametrize("number", ["1", "1234567", "+0123456789", "116 123", "116-123", "+25470000000000000", "a116"])
def test_what_is_no_number_in_a_normal_form_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        CareChannel("phone", number)


def test_a_number_without_its_country_is_a_directorys_only(tmp_path: Path) -> None:
    assert CareChannel("phone", "0700000000", "0700 000 000").local
    local = LINE.replace('"+254700000000"', '"0700000000"')
    assert local != LINE
    (problem,) = problems_of(written(tmp_path, local))
    assert "'0700000000' is not a number: a short code, or + and the digits" in problem


def test_a_service_is_doubted_once_half_a_year_has_passed_or_while_nobody_has_confirmed_it(tmp_path: Path) -> None:
    known = with_own(written(tmp_path, LINE))
    read = date(2026, 11, 20)
    assert "ke-example-line" not in doubts(known.values(), date(2027, 5, 19)).old
    late = doubts(known.values(), date(2027, 5, 20))
    assert late.old == ("ke-example-line",)
    assert "ke-example-line" not in late.unconfirmed
    assert late.says is not None
    assert "1 were last read more than 180 days ago" in late.says
    assert doubts([known["ke-example-line"]], read).says is None
    assert doubts([known["ke-example-line"]], date(2026, 11, 19)).says is None  # it is tomorrow elsewhere
    early = doubts([known["ke-example-line"]], date(2026, 11, 18))  # a slip of a year, or a clock that is wrong
    assert early.ahead == ("ke-example-line",)
    assert early.says is not None
    assert early.says.endswith("; 1 have a day that has not come.")
    blank = msgspec.structs.replace(known["ke-example-line"], verified_by=" ")
    assert not blank.confirmed


def test_the_file_that_the_page_shows_can_be_used(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "care" / "resources.md").read_text("utf-8")
    shown = page.split("```text\n")[1].split("```")[0]
    assert with_own(written(tmp_path, shown))["ke-example-line"].confirmed
