"""The sets as rows of text and wanted answers; it reads files that stay outside the repository, and learns nothing."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

# Hashes of comments of GoEmotions that are not taught as harmless: the rules of 2026-11-22 found something in them.
LEFT_OUT = Path(__file__).with_name("left_out.txt")
EKMAN = {
    "anger": "anger annoyance disapproval",
    "disgust": "disgust",
    "fear": "fear nervousness",
    "joy": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
    "neutral": "neutral",
}
UNSAFE = ("S", "H", "V", "HR", "SH", "S3", "H2", "V2")
LEVELS = 4  # C-SSRS 1, 2, 3 and 4 or above: what the urgency of response is made of
HEADS = {"feelings": 28, "ekman": 7, "levels": LEVELS, "unsafe": len(UNSAFE), "english": 1}
AT = {name: slice(sum(list(HEADS.values())[:at]), sum(list(HEADS.values())[: at + 1])) for at, name in enumerate(HEADS)}
WIDE = sum(HEADS.values())
FEELINGS = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval disgust"
    " embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief remorse"
    " sadness surprise neutral"
).split()
PLEASANT = EKMAN["joy"].split()
UNPLEASANT = [one for name in ("anger", "disgust", "fear", "sadness") for one in EKMAN[name].split()]
# The upper half of Russell's circumplex (1980), as far as it names these words; the lower half and neutral are calm.
STIRRED = (
    "amusement anger annoyance confusion curiosity desire disgust excitement fear joy love nervousness surprise".split()
)
CATEGORIES = (
    "sexual", "hate", "violence", "harassment", "self_harm", "sexual_minors", "hate_threatening", "violence_graphic",
)  # fmt: skip
LANES = [
    *(f"feeling {name}" for name in FEELINGS), *(f"ekman {name}" for name in EKMAN),
    *(f"level {level}" for level in range(1, LEVELS + 1)), *(f"unsafe {name}" for name in CATEGORIES), "english",
]  # fmt: skip


class Row(NamedTuple):
    """A text, and per logit what is wanted: NaN where the set does not say."""

    text: str
    wanted: np.ndarray
    of: str


def row(text: str, of: str, **heads: object) -> Row:
    """A row of which only `heads` are known."""
    wanted = np.full(WIDE, np.nan, np.float32)
    for name, values in heads.items():
        wanted[AT[name]] = values
    return Row(text, wanted, of)


def levels(level: int) -> np.ndarray:
    """1.0 for each of the levels that a text reaches."""
    return (np.arange(1, LEVELS + 1) <= level).astype(np.float32)


def comments(folder: Path, split: str) -> list[Row]:
    """GoEmotions: what is felt, and nobody in danger but where rules found something once."""
    left_out = frozenset(LEFT_OUT.read_text("utf-8").split())
    groups = [[FEELINGS.index(one) for one in said.split()] for said in EKMAN.values()]
    rows: list[Row] = []
    for line in (folder / f"{split}.tsv").read_text("utf-8").splitlines():
        text, ids, _ = line.split("\t")
        feelings = np.zeros(28, np.float32)
        feelings[[int(one) for one in ids.split(",")]] = 1
        ekman = np.array([feelings[group].max() for group in groups])
        known = {} if sha256(text.encode()).hexdigest()[:16] in left_out else {"levels": levels(0)}
        rows.append(row(text, "goemotions", feelings=feelings, ekman=ekman, english=1, **known))
    return rows


def posts(file: Path) -> list[Row]:
    """Forum posts with a human level."""
    said = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [row(one["text"], "cssrs", levels=levels(one["level"]), english=1) for one in said]


def prompts(file: Path) -> list[Row]:
    """OpenAI's set: what is unsafe, where its makers said; nobody is in danger where there is no self-harm."""
    rows: list[Row] = []
    for line in file.read_text("utf-8").splitlines():
        said = json.loads(line)
        unsafe = [np.nan if said.get(letter) is None else float(said[letter]) for letter in UNSAFE]
        known = {"levels": levels(0)} if said.get("SH") == 0 else {}
        rows.append(row(said["prompt"], "openai", unsafe=unsafe, **known))
    return rows


def written(file: Path) -> list[Row]:
    """Sentences written for Palaver."""
    said: dict[str, list[str]] = tomllib.loads(file.read_text("utf-8"))
    return [row(t, "written", levels=levels(int(name[-1])), english=1) for name, texts in said.items() for t in texts]


def swahili(folder: Path) -> list[Row]:
    """Tweets and sentences in a language that the encoder has not learnt: it is to know that it does not know."""
    lines = [line.split("\t")[0] for line in (folder / "afrisenti-swa/train.tsv").read_text("utf-8").splitlines()[1:]]
    return [row(text, "swahili", english=0) for text in lines]


def folds(rows: Iterable[Row], count: int) -> list[int]:
    """Which part each row is held out with: the same in every run, and every level in each part."""
    seen: Counter[bytes] = Counter()
    parts: list[int] = []
    for one in rows:
        key = np.nan_to_num(one.wanted, nan=-1).tobytes()
        parts.append(seen[key] % count)
        seen[key] += 1
    return parts
