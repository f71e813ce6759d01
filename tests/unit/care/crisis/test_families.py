"""Whole families of statements: ways to say it, in other words than those that the rules were mended with."""

import pytest

from palaver.care.crisis.finding import Level
from palaver.care.service import shipped_detector
from tests.promises import keeps

SAID = [
    "I'm done being alive by Thursday",
    "Pulling the plug on my life tomorrow",
    "They said kill yourself, fine, I will",
    "The voices tell me to kill myself and tonight I obey",
    "One part of me wants to be dead",
    "My wish is to drink pesticide",
    "All I wrote is on the table. Doing it at 4am, gave my bike to Tom",
    "The letters are written, I wrote them all. They will find me in the morning",
    "I put the pistol under my chin",
    "I did it, I swallowed all of her pills",
    "They will read this when I am gone, I will be dead",
    "I'm stepping in front of a tram tonight",
    "The date of my death is fixed",
    "Your mother is about to hang herself",
    "I drank it. It was the rat killer",
    "I long for death",
    "Three days ago I tried to kill myself",
    "I took them all at once, all the pills",
    "The gun's in my mouth",
    "I am leaving this world on Monday",
    "mwana wenu? Mtoto wenu anajinyonga",
    "Baba yenu anakwenda kujiua",
    "nikijiua kesho nani atalipa ada",
    "kwa heri dada, kwa heri kaka, mtoto wenu anajimaliza",
    "nitajitupa kwenye maji",
    "Anayejiua ni mimi",
    "masaa imefika ya kujidedi",
    "relini nalala leo",
    "wasema suicide ni dhambi lakini mimi nitaifanya",
]
QUIET = [
    "I'm topping myself up with coffee",
    "Twenty years ago I took an overdose, and I am glad that I live",
    "In 2005 I overdosed, and I am glad that I live",
    "I swapped to another bus, thanks for everything",
    "sijasema nataka kufa, nimechoka tu",
    "sikumaanisha kujinyonga",
    "I'm on the wrong train",
    "I am leaving now, see you tomorrow",
    "What do you want out of life?",
    "My half of the bill is on the table",
    "simu yangu imekufa",
]


def level(text: str) -> Level:
    return Level[shipped_detector().read(text).urgency]


@keeps("care:explicit")
@pytest.mark.parametrize("text", SAID)
def test_a_statement_of_a_family_is_high_or_critical(text: str) -> None:
    assert level(text) >= Level.high


@pytest.mark.parametrize("text", QUIET)
def test_what_only_looks_like_one_or_is_long_past_alarms_nobody(text: str) -> None:
    assert level(text) <= Level.medium


@pytest.mark.parametrize(
    "text",
    ["sijasema nataka kufa, nitajiua leo", "In 2005 I overdosed. Tonight I will kill myself", "simu bye, najiua"],
)
def test_what_is_denied_or_past_takes_nothing_back_of_what_is_said_beside_it(text: str) -> None:
    assert level(text) >= Level.high


def test_hours_and_days_ago_are_not_long_ago() -> None:
    now, then = ("I overdosed two hours ago", "Two days ago I tried to hang myself"), "Two years ago I overdosed"
    assert all(level(text) >= Level.high for text in now)
    assert level(then) == Level.medium
