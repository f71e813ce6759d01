"""What ships about culture is whole: each with where it was read, when, where it holds, and in both languages."""

from datetime import date

import pytest

from palaver.care.culture.analysing import Analyst
from palaver.care.culture.knowledge import Caution, Entry, Phrase
from palaver.care.culture.reading import letters, shipped
from palaver.care.culture.spoken import Spoken
from tests.promises import keeps

KNOWN = shipped()
EVERY: list[Entry | Phrase | Caution] = [
    *KNOWN.entries.values(), *KNOWN.phrases.values(), *KNOWN.cautions.values(),
]  # fmt: skip
ANALYST = Analyst(Spoken(letters()), [*KNOWN.entries.values()], [*KNOWN.phrases.values()], [*KNOWN.cautions.values()])


@keeps("care:culture:sourced")
@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
def test_what_is_known_says_where_it_was_read_when_where_it_holds_and_that_nobody_confirmed_it(
    one: Entry | Phrase | Caution,
) -> None:
    assert one.source_url.startswith("http")
    assert date(2026, 11, 1) <= one.read_on <= date(2026, 12, 31)
    assert one.regions
    assert (one.reviewed_by, one.confirmed) == ("", False)


def test_there_is_enough_for_east_africa_in_english_and_swahili() -> None:
    assert len(KNOWN.entries) >= 60
    assert len(KNOWN.phrases) >= 60
    assert {region for one in EVERY for region in one.regions} >= {"KE", "UG", "TZ", "RW", "ET", "SO"}
    assert {one.language for one in KNOWN.phrases.values()} >= {"sw", "sheng", "en", "lg", "so", "rw"}
    assert all(one.title.en != one.title.sw or one.topic == "distress" for one in KNOWN.entries.values())
    assert not KNOWN.entries.keys() & KNOWN.phrases.keys() - {"buufis", "black-tax", "kwibuka"}


def test_no_advice_that_ships_is_one_that_answers_are_warned_of() -> None:
    for entry in KNOWN.entries.values():
        names_what_not = any(word in entry.guidance.lower() for word in ("never", "do not", "avoid"))
        assert names_what_not or ANALYST.cautions(entry.guidance) == [], entry.id


def test_every_cue_and_every_phrase_finds_its_own() -> None:
    for entry in KNOWN.entries.values():
        for cue in entry.cues:
            text = cue.replace(" ... ", " ").replace("*", "")
            assert entry.id in {one.id for one in ANALYST.read("", text).entries}, (entry.id, cue)
    for phrase in KNOWN.phrases.values():
        for said in phrase.says:
            found = {one.id for one in ANALYST.read("", said).phrases}
            assert phrase.id in found, (phrase.id, said, found)
