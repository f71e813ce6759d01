"""What is found of personal data in sentences that nobody has seen, and what of other numbers is left alone."""

import pytest

from palaver.care.redaction.detector import Detector
from palaver.care.redaction.entity import KINDS, Kind
from palaver.care.redaction.lists import names
from palaver.care.redaction.service import AT_LEAST
from palaver.care.redaction.settings import SURE
from tests.promises import keeps
from tests.unit.care.redaction.people import Sentence, sentences

DETECTOR = Detector(names)
SEEDS = range(3)


def covered(one: Sentence) -> bool:
    """Whether every letter and digit of what is private is replaced, whatever it was taken for."""
    gone = {at for found in DETECTOR.read(one.text, KINDS) for at in range(found.start, found.end)}
    return all(at in gone for at in range(one.start, one.end) if one.text[at].isalnum())


@keeps("care:redaction")
@pytest.mark.parametrize("kind", ["email", "phone", "card", "iban", "national_id", "name"])
def test_of_a_kind_as_much_is_found_as_is_said(kind: Kind) -> None:
    made = [one for seed in SEEDS for one in sentences(kind, 400, seed)]
    missed = [one.text for one in made if not covered(one)]
    assert 1 - len(missed) / len(made) >= AT_LEAST[kind], missed[:40]


@keeps("care:redaction")
@pytest.mark.parametrize(
    "text",
    [
        "I am 25 years old, born in 1990, and my sons are 3 and 7.",
        "Nina miaka 34, nilizaliwa mwaka wa 1990.",
        "From 2019 to 2021, or 2019-2021, on 12/03/2020 and 2020-03-12 at 10:30:15.",
        "It costs KSh 1,250,000, or 1 250 000 shillings, or $12,345,678.90.",
        "The population is 53 771 296 people, of whom 1,234,567 vote.",
        "Take 500 mg twice a day for 10 days, 20 tablets in all.",
        "Version 3.11.14 took 0.123456 seconds over 1700000000 rows.",
        "Pages 12-15, rooms 101, 102 and 103, chapter 4.2.1.",
        "ISBN 978-3-16-148410-0, listening on 127.0.0.1:8080 with mask 255.255.255.0",
        "2147483647 is the largest, 10 20 30 40 50 come before, and 3.14159265358979 is pi",
        "std::vector<int> a::b; the password is wrong, the password was changed, basic understanding",
        "I live in Nairobi, near the big market, for 12 years now.",
        "Call 911, 999, 112 or 1195.",
        "He ran 42 km in 2:01:09, 1.5 times as fast in 2022/2023",
    ],
)
def test_ages_years_quantities_and_what_is_everybodys_stay(text: str) -> None:
    assert [(one.kind, text[one.start : one.end]) for one in DETECTOR.read(text, SURE)] == []
    assert [one for one in DETECTOR.read(text, KINDS) if one.kind != "name"] == []
