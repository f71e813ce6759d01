"""The services that ship are whole: each with its source and the day it was read, and no number that is none."""

from datetime import date
from importlib.resources import files

import pytest

from palaver.care.resources.countries import COUNTRIES
from palaver.care.resources.reading import shipped
from palaver.care.resources.resource import KINDS, Resource
from tests.promises import keeps

# Where a number may be read besides the service's own page: a government, its police, parliament or regulator, a body
# of the United Nations, and Wikipedia for emergency numbers.
OFFICIAL = (
    ".go.ke", ".go.ug", ".go.tz", ".gov.au", "wyo.gov", "ojp.gov", "fcc.gov", "govdelivery.com", "gov.uk", "police.uk",
    "oireachtas.ie", "govt.nz", "europa.eu", "unwomen.org", "newswire.ca",
)  # fmt: skip
OWN = (
    "sematanzania.org",
    "samaritans.org",
    "giveusashout.org",
    "childline.org.uk",
    "childhelphotline.org",
    "galop.org.uk",
)
EVERY = list(shipped().values())


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)
@keeps("care:resources:sourced")
def test_a_service_that_ships_was_read_on_a_page_of_its_own_or_an_official_one(one: Resource) -> None:
    host = one.source_url.split("/")[2]
    allowed = (*OFFICIAL, *OWN, "findahelpline.com")
    assert host.endswith(allowed) or (one.kind == "emergency" and host == "en.wikipedia.org")
    assert date(2026, 11, 1) <= one.verified_on


def test_every_file_is_of_a_country_or_the_world_and_the_first_countries_are_there() -> None:
    names = {one.name for one in (files("palaver") / "care" / "resources" / "data").iterdir()}
    assert names <= {f"{code.lower()}.json" for code in COUNTRIES} | {"world.json"}
    assert names >= {f"{code}.json" for code in ("ke", "ug", "tz", "rw", "us", "gb", "world")}


def test_every_kind_of_help_has_an_entry() -> None:
    assert {one.kind for one in EVERY} == set(KINDS)


def test_the_first_countries_have_an_emergency_number() -> None:
    served = {one.country for one in EVERY if one.kind == "emergency"}
    assert served >= {"KE", "UG", "TZ", "RW", "US", "GB", None}
