"""Reads the public sets that care learns from, and our own sentences; it keeps nothing and learns nothing."""

import csv
import json
import re
import tomllib
from collections.abc import Iterable
from itertools import product
from pathlib import Path

FINE = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval disgust"
    " embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief remorse"
    " sadness surprise neutral"
).split()
# Which of GoEmotions' classes belong to which of Ekman's (Demszky et al., 2020, appendix).
GROUPS = {
    "anger": "anger annoyance disapproval",
    "disgust": "disgust",
    "fear": "fear nervousness",
    "joy": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
    "neutral": "neutral",
}
EKMAN_OF = {fine: ekman for ekman, those in GROUPS.items() for fine in those.split()}
PLEASANT = frozenset(GROUPS["joy"].split())
UNPLEASANT = frozenset(one for name in ("anger", "disgust", "fear", "sadness") for one in GROUPS[name].split())
# The upper half of Russell's circumplex (1980), as far as it names these words; the lower half and neutral are calm.
STIRRED = frozenset(
    "amusement anger annoyance confusion curiosity desire disgust excitement fear joy love nervousness surprise".split()
)
SENTENCES = Path(__file__).with_name("encoder") / "sentences.toml"
EVERYDAY = Path(__file__).with_name("everyday.toml")


def goemotions(path: Path) -> list[tuple[str, frozenset[str]]]:
    """Comments and their fine classes."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row[0], frozenset(FINE[int(one)] for one in row[1].split(","))) for row in rows]


def brighter(path: Path) -> list[tuple[str, frozenset[str]]]:
    """Short texts and the emotions that people saw in them, often none."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["text"], frozenset(name for name, said in row.items() if said == "1")) for row in rows]


def afrisenti(path: Path) -> list[tuple[str, str]]:
    """Tweets, each positive, neutral or negative."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row[0], row[1]) for row in rows[1:] if len(row) == 2]


def cssrs(path: Path) -> list[tuple[str, int]]:
    """Posts and the level that people gave them."""
    return [(row["text"], int(row["level"])) for row in _lines(path)]


def moderation(path: Path) -> list[tuple[str, dict[str, int]]]:
    """Prompts and the labels that somebody decided on; the others are not known."""
    return [
        (row["prompt"], {name: said for name, said in row.items() if name != "prompt" and said in {0, 1}})
        for row in _lines(path)
    ]


def sentences() -> list[tuple[str, int]]:
    """Our own sentences and their level."""
    levels: dict[str, Iterable[str]] = tomllib.loads(SENTENCES.read_text("utf-8"))
    return [(text, int(name[-1])) for name, texts in sorted(levels.items()) for text in texts]


def everyday(file: Path = EVERYDAY) -> list[str]:
    """Our own sentences without danger, each slot filled with each of its words."""
    book = tomllib.loads(file.read_text("utf-8"))
    return [text for sentence in book["sentences"]["said"] for text in _filled(sentence, book["slots"])]


def _filled(sentence: str, slots: dict[str, list[str]]) -> Iterable[str]:
    asked = re.findall(r"\{(\w+)\}", sentence)
    for those in product(*(slots[name] for name in asked)):
        text = sentence.format(**dict(zip(asked, those, strict=True)))
        yield text[0].upper() + text[1:]


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
