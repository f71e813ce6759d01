"""What a directory answers: as it is given and all of it, or nothing; and never in the place of what has to stay."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palaver.care.resources.choosing import Wish, choose
from palaver.care.resources.listing import MOST, Listing, ListingRefused, listing, merged
from palaver.care.resources.reading import shipped
from palaver.care.resources.resource import FALLBACK, Resource
from palaver.core.care import CareChannel

DAY = date(2026, 11, 22)
ONE = {"name": "A line", "phoneNumber": "(866) 488-7386", "more": {"of": ["that"]}, "topics": None}


def heard(*entries: Any, country: str = "US") -> Listing:
    return listing(json.dumps({"helplines": entries, "total": 1}).encode(), country, DAY)


def ways(**fields: Any) -> list[tuple[str, str, str]]:
    """How an entry with these fields is reached."""
    found = heard({"name": "A line", **fields}).services
    return [(way.kind, way.to, way.shown) for one in found for way in one.channels]


def test_a_helpline_is_told_as_it_is_given_unconfirmed_and_with_who_lists_it() -> None:
    (one,) = heard(ONE).services
    assert (one.name, one.kind, one.country, one.confirmed, one.verified_on) == (
        "A line",
        "crisis_line",
        "US",
        False,
        DAY,
    )
    assert (one.source_url, "ThroughLine" in (one.note or "")) == ("https://findahelpline.com", True)
    assert one.channels == (CareChannel("phone", "8664887386", "(866) 488-7386"),)
    assert (one.hours, one.cost, one.languages) == (None, None, ())
    text = heard({"name": "B", "smsNumber": "741741", "whatsappUrl": "https://wa.me/1", "website": "https://b.org/"})
    assert [(way.kind, way.to) for way in text.services[0].channels] == [
        ("sms", "741741"), ("chat", "https://wa.me/1"), ("web", "https://b.org/"),
    ]  # fmt: skip
    assert text.services[0].kind == "text"


@pytest.mark.parametrize(
    ("given_so", "to", "shown"),
    [("988", "988", ""), ("116 123", "116123", "116 123"), ("+44 116 123", "+44116123", "+44 116 123"),
     ("0800 1111", "08001111", "0800 1111"), ("1-800-273-8255", "18002738255", "1-800-273-8255")],
)  # fmt: skip
def test_a_number_is_shown_exactly_as_it_is_given(given_so: str, to: str, shown: str) -> None:
    assert ways(phoneNumber=given_so) == [("phone", to, shown)]


@pytest.mark.parametrize(
    "number",
    ["1-800-273-TALK", "988 or 911", "+44 (0)20 1", "9", "tel:988", "116 123 / 117", "٩٨٨", "9" * 16, 988, None, "",
     ["988"], "9\n88", "+0123456789", "<b>988"],
)  # fmt: skip
def test_what_could_not_be_dialled_is_left_out(number: Any) -> None:
    assert ways(phoneNumber=number) == []
    assert ("web", "https://a.org", "") in ways(phoneNumber=number, website="https://a.org")


@pytest.mark.parametrize(
    "link",
    ["http://a.org", "javascript:alert(1)", "https://127.0.0.1/x", "https://[::1]/", "https://me:pass@a.org/", "https://a",
     "https://a.org/\n", "https://2130706433/", "https://a.org/" + "x" * 2000, "https://ä.org", 7, None],
)  # fmt: skip
def test_a_link_that_the_guard_would_not_follow_is_left_out(link: Any) -> None:
    assert ways(webChatUrl=link, whatsappUrl=link, website=link) == []


@pytest.mark.parametrize(
    "half", [{"phoneNumber": "988"}, {**ONE, "name": " "}, {**ONE, "name": "a\nb"}, {"name": "x"}, {}, None, "988", [1]]
)
def test_of_a_list_with_an_entry_that_cannot_be_shown_nothing_is_shown_and_it_is_counted(half: Any) -> None:
    assert heard(ONE, half) == Listing((), 1)
    assert heard(half) == Listing((), 1)
    assert heard() == Listing()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"helplines": [{"na', b"[]", b"{}", b'{"helplines": 1}', b"[" * 9999, b"\xff"]
)
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ListingRefused, match="cannot be read"):
        listing(body, "US", DAY)


def test_a_list_that_is_not_short_is_not_what_was_asked_for() -> None:
    assert len(heard(*[ONE] * MOST).services) == MOST
    with pytest.raises(ListingRefused, match="instead of a short list"):
        heard(*[ONE] * (MOST + 1))


def told(country: str, *entries: Any, own: frozenset[str] = frozenset(), limit: int | None = 1) -> list[Resource]:
    """Who is told in a country once the directory has answered; `own` are of the operator."""
    listed = heard(*entries, country=country).services
    return choose(merged(shipped(), own, listed).values(), Wish(country), limit)


def test_what_comes_together_is_told_together() -> None:
    names = [one.name for one in told("KE", ONE, {**ONE, "name": "B", "phoneNumber": "1190"})]
    assert {"A line", "B"} <= set(names)


def test_of_a_number_that_ships_as_well_the_directorys_entry_is_told_and_the_rest_stays() -> None:
    found = told("US", {"name": "Lifeline", "phoneNumber": "988"}, limit=None)
    assert "Lifeline" in [one.name for one in found]
    ids = {one.id for one in choose(shipped().values(), Wish("US"))}
    assert {one.id for one in found} == ids - {"us-988-lifeline"} | {"throughline-us-1"}


def test_the_operators_own_emergency_numbers_and_lines_for_some_stand_before_the_directorys() -> None:
    own = frozenset({"us-988-lifeline"})
    mine = told("US", {"name": "Lifeline", "phoneNumber": "988"}, own=own, limit=None)
    assert [one.id for one in mine] == [one.id for one in choose(shipped().values(), Wish("US"))]
    pair = [{"name": "Adults", "phoneNumber": "116 000"}, {"name": "Children", "phoneNumber": "0800 1111"}]
    ids = [one.id for one in told("GB", *pair, limit=5)]
    assert {"throughline-gb-1", "gb-childline"} <= set(ids)  # still a pair, where ours is the other one
    assert "throughline-gb-2" not in ids
    assert "ke-emergency-999" in [one.id for one in told("KE", {"name": "Police", "phoneNumber": "999"})]
    assert "gb-shout" in [one.id for one in told("GB", {"name": "T", "smsNumber": "85258"}, limit=None)]  # it says more


numbers = st.sampled_from(["988", "911", "999", "116", "0800 1111", "741741", "1-800-799-7233", "116 123", "12345"])
entries = st.lists(st.fixed_dictionaries({"name": st.sampled_from("ABC"), "phoneNumber": numbers}), max_size=MOST)


@given(st.sampled_from(["US", "GB", "KE", "JP"]), entries, st.sets(st.sampled_from(sorted(shipped())), max_size=5))
def test_whatever_is_listed_every_pair_is_whole_and_nothing_that_ends_an_answer_is_lost(
    country: str, given_so: list[Any], own: set[str]
) -> None:
    known: Mapping[str, Resource] = merged(shipped(), own, heard(*given_so, country=country).services)
    for one in known.values():
        assert all(one.id in known[name].paired_with for name in one.paired_with)
    assert {one.id for one in known.values() if one.kind in FALLBACK} == {
        one.id for one in shipped().values() if one.kind in FALLBACK
    }
    assert own <= known.keys()
    choose(known.values(), Wish(country, None, ("children",)), 5)
