"""Prints how many posts with a level are found by copies of the reader that had not seen them; it changes nothing."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src"))

from palaver.care.crisis import detector as heart
from palaver.care.crisis.finding import Level
from palaver.care.models.raising import about_oneself


class Told(NamedTuple):
    """P(>= 1), P(>= 2) and P(>= 4) by one reader of many texts, and its bounds."""

    likely: np.ndarray
    sure: Mapping[str, float]


class Ruled(NamedTuple):
    """What the rules say of many texts, and of those what is said about oneself."""

    urgency: np.ndarray
    oneself: np.ndarray


def ruled(texts: Sequence[str]) -> Ruled:
    """What the rules say of each."""
    books = Path(heart.__file__).parent
    words, rules = (tomllib.loads((books / name).read_text("utf-8")) for name in ("words.toml", "rules.toml"))
    read = heart.Detector(words, rules).read
    found = [read(text) for text in texts]
    return Ruled(
        np.array([int(Level[one.urgency]) for one in found]), np.array([int(about_oneself(one)) for one in found])
    )


def together(readers: Sequence[Told], rules: Ruled) -> np.ndarray:
    """What readers and rules say of each, as `care/models/raising.py` puts them together."""
    alone = [_found(one, one.sure["high"]) for one in readers]
    medium = np.maximum.reduce([rules.oneself, *alone]) >= Level.medium
    after = [np.where(medium, _found(one, one.sure["high_after"]), Level.none) for one in readers]
    return np.maximum.reduce([rules.urgency, *alone, *after])


def _found(told: Told, at_high: float) -> np.ndarray:
    likely, sure = np.minimum.accumulate(told.likely), told.sure
    medium = np.where(likely[1] >= sure["medium"], Level.medium, np.where(likely[0] >= sure["low"], Level.low, 0))
    return np.where(likely[2] >= at_high, Level.high, medium)


def report(name: str, levels: np.ndarray, reader: Told, rules: Ruled) -> None:
    """Recall, and alarms where the level is 0, of the reader, the rules and both."""
    nothing = Ruled(np.zeros(len(levels), int), np.zeros(len(levels), int))
    for who, said in (
        ("reader", together([reader], nothing)),
        ("rules", rules.urgency),
        ("both", together([reader], rules)),
    ):
        for at, least in ((2, Level.medium), (4, Level.medium), (4, Level.high)):
            print(f"{name}, {who}: level >= {at} found as {least.name} or above: {_share(said[levels >= at], least)}")
        print(f"{name}, {who}: below level 4 at high or above: {_share(said[levels < 4], Level.high)}")
        for least in (Level.low, Level.medium, Level.high):
            print(f"{name}, {who}: level 0 at {least.name} or above: {_share(said[levels == 0], least)}")


def _share(said: np.ndarray, least: Level) -> str:
    return f"{np.mean(said >= least):.4f} ({int(np.sum(said >= least))} of {len(said)})" if len(said) else "none"
