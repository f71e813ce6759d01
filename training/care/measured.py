"""Prints how many posts with a level are found by copies of the reader that had not seen them; it changes nothing."""

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src"))

from palaver.care.crisis import detector as heart
from palaver.care.crisis.finding import Level


def ruled(texts: Sequence[str]) -> np.ndarray:
    """What the rules say of each."""
    books = Path(heart.__file__).parent
    words, rules = (tomllib.loads((books / name).read_text("utf-8")) for name in ("words.toml", "rules.toml"))
    read = heart.Detector(words, rules).read
    return np.array([int(Level[read(text).urgency]) for text in texts])


def found(told: Sequence[np.ndarray], bounds: tuple[float, float, float]) -> np.ndarray:
    """What the reader says of each, by P(>= 1), P(>= 2) and P(>= 4)."""
    low, medium, high = (one >= bound for one, bound in zip(told, bounds, strict=True))
    return np.where(high, Level.high, np.where(medium, Level.medium, np.where(low, Level.low, Level.none)))


def report(name: str, levels: np.ndarray, reader: np.ndarray, rules: np.ndarray) -> None:
    """Recall, and alarms where the level is 0, of the reader, the rules and both."""
    for who, said in (("reader", reader), ("rules", rules), ("both", np.maximum(reader, rules))):
        for at, least in ((2, Level.medium), (4, Level.medium), (4, Level.high)):
            print(f"{name}, {who}: level >= {at} found as {least.name} or above: {_share(said[levels >= at], least)}")
        for least in (Level.low, Level.medium, Level.high):
            print(f"{name}, {who}: level 0 at {least.name} or above: {_share(said[levels == 0], least)}")


def _share(said: np.ndarray, least: Level) -> str:
    return f"{np.mean(said >= least):.4f} ({int(np.sum(said >= least))} of {len(said)})" if len(said) else "none"
