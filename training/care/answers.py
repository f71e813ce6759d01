"""Trains the reader of answers that ships, from sentences written for Palaver and everyday texts.

`make care-train DATA=folder` runs it. For each kind one logistic regression over hashed words and meanings of a
sentence, heard through the very window that judges answers. It prints what copies say of texts that they had not seen.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple
from zlib import crc32

import numpy as np
import scipy.sparse as sp
import sets
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src"))

import msgspec

from palaver.care.models import phrases
from palaver.care.models.answers import FILE, KINDS, RAISED
from palaver.care.moderation.book import Book
from palaver.care.moderation.listening import Deaf
from palaver.care.moderation.patterns import Meanings
from palaver.care.moderation.verdict import CATEGORIES, ModerationCategory
from palaver.care.moderation.window import Window

SAID = Path(__file__).with_name("answers")
RULES = ROOT / "src/palaver/care/moderation"
VERSION = "2026.11.22.2"
KIND = {
    "diagnosis": "medical",
    "medicine": "medical",
    "secrecy": "secrecy",
    "discouraging": "secrecy",
    "selfharm": "self_harm",
}
FILLED = 4  # how often a sentence with slots is filled
FOLDS = 4
# What a text counts; those that share a line, less.
HARMFUL = {"medical": 1.0, "secrecy": 1.2, "self_harm": 1.6}
HARMLESS, QUIET, SLOTS = 2.0, 0.5, 0.6
SOME = 5  # of so many comments one is learnt from
FREEDOM = 10.0  # how freely it may fit (C)
ACT, ASKED, HOLD, WATCH, DOUBT = 0.1, 1.0, -1.8, -2.6, -2.2  # see docs/care/models/answers.md


class Row(NamedTuple):
    """A text, what is harmful about it, if anything, what it counts, and which line of ours it stems from."""

    text: str
    harmful: str | None
    counts: float
    line: int


class Recorder(Deaf):
    """Writes down what a reader would hear."""

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[list[list[int]]] = []
        self.ends()

    def word(self, word: str, meanings: Meanings, at: int, *, quoted: bool, watched: bool) -> None:
        bare, those = phrases.plain(word), phrases.meant(meanings)
        found = phrases.own(bare, those) + self._trail.add(bare, those, quoted=quoted) if bare else []
        self._words.append(found)

    def found(self, *, asked: bool) -> ModerationCategory | None:
        if asked and self._words:
            self._words[-1] = self._words[-1] + self._trail.asked()
        return None

    def ends(self) -> None:
        if getattr(self, "_words", None):
            self.sentences.append(self._words)
        self._words: list[list[int]] = []
        self._trail = phrases.Trail()


def book() -> Book:
    """The rules for what models say, whose words the reader shares."""
    words, rules = ((RULES / name).read_text("utf-8") for name in ("words.toml", "rules.toml"))
    return Book(tomllib.loads(words), tomllib.loads(rules), "output")


def heard(text: str, rules: Book) -> Recorder:
    """The sentences of a text as the window hears them."""
    recorder = Recorder()
    window = Window(rules, dict.fromkeys(CATEGORIES, "allow"), {}, recorder)
    window.piece(text)
    window.rest()
    recorder.ends()
    return recorder


def rows_of(sentence: Sequence[list[int]]) -> Iterator[list[int]]:
    """What is judged of a sentence: all of it, or of a long one so many words again and again."""
    size, most = len(sentence), phrases.WORDS
    starts = [0] if size <= most else [*range(0, size - most, phrases.STEP), size - most]
    for start in starts:
        yield [one for word in sentence[start : start + most] for one in word]


def matrix(rows: Sequence[Sequence[int]]) -> sp.csr_matrix:
    """How often each row has each hash, by the root of how many it has."""
    ends = np.cumsum([0, *map(len, rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(len(row), 1)), dtype=np.float32) for row in rows])
    columns = np.fromiter((one for row in rows for one in row), dtype=np.int32, count=int(ends[-1]))
    found = sp.csr_matrix((values, columns, ends), shape=(len(rows), phrases.PLACES))
    found.sum_duplicates()
    return found


def filled(line: str, slots: dict[str, list[str]]) -> list[str]:
    """A sentence with something in each of its slots, some ways of it."""
    chance = Random(crc32(line.encode()))

    def one(found: re.Match[str]) -> str:
        word = chance.choice(slots[found[1].lower()])
        return word[0].upper() + word[1:] if found[1][0].isupper() or found.start() == 0 else word

    return sorted({re.sub(r"\{(\w+)\}", one, line) for _ in range(FILLED if "{" in line else 1)})


def framed(text: str, frame: str) -> str:
    """A sentence within another."""
    core = text.rstrip(".!")
    within = frame.startswith("{c}") or '"{c}' in frame or re.match(r"I\b|[A-Z]{3}", core)
    whole = frame.replace("{c}", core if within else core[0].lower() + core[1:])
    return whole if whole[-1] in '.?!"' else f"{whole}."


def ours() -> Iterator[Row]:
    """Sentences written for Palaver, as they are and within others."""
    slots = tomllib.loads((SAID / "slots.toml").read_text("utf-8"))
    frames = tomllib.loads((SAID / "frames.toml").read_text("utf-8"))
    for file in sorted(SAID.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            said = json.loads(line)
            harmful = KIND[said["kind"]] if file.name.startswith("harmful") else None
            number = crc32(said["text"].encode())
            for text in filled(said["text"], slots):
                mine = Row(text, harmful, HARMFUL[harmful] if harmful else HARMLESS, number)
                yield mine._replace(counts=mine.counts * (SLOTS if "{" in said["text"] else 1))
                if said["language"] in frames["harmful"] and said["kind"] != "everyday":
                    yield from _within(mine, {one: two[said["language"]] for one, two in frames.items()})


def _within(row: Row, frames: dict[str, list[str]]) -> Iterator[Row]:
    chance = Random(crc32(f"w{row.text}".encode()))
    like = frames["asking" if row.text.endswith("?") else "harmful"]
    yield row._replace(text=framed(row.text, chance.choice(like)), counts=row.counts * SLOTS)
    if row.harmful and like is frames["harmful"]:
        yield Row(framed(row.text, chance.choice(frames["harmless"])), None, HARMLESS * SLOTS, row.line)


def quiet(data: Path, rules: Book) -> Iterator[Row]:
    """What people write who talk of other things; nothing in which the rules hear something."""
    comments = [text for text, _ in sets.goemotions(data / "goemotions/train.tsv")][::SOME]
    tweets = [text for text, _ in sets.afrisenti(data / "afrisenti-swa/train.tsv")]
    swahili = [text for text, _ in sets.brighter(data / "brighter/swa-train.csv")]
    flag = dict.fromkeys(CATEGORIES, "flag")
    for text in (*comments, *tweets, *swahili):
        window = Window(rules, flag, {})
        window.piece(text)
        window.rest()
        if not window.hits:
            yield Row(text, None, QUIET, crc32(text.encode()))


class Learnt(NamedTuple):
    """All texts, as rows of hashes, and whose each is."""

    texts: list[Row]
    rows: sp.csr_matrix
    whose: np.ndarray

    def fitted(self, without: int | None) -> list[LogisticRegression]:
        """One for each kind, from all texts but those of a fold."""
        kinds = np.array([one.harmful or "" for one in self.texts])[self.whose]
        counts = np.array([one.counts for one in self.texts])[self.whose]
        kept = np.array([one.line % FOLDS != without for one in self.texts])[self.whose]
        models = []
        for kind in KINDS:
            chosen = kept & ((kinds == kind) | (kinds == ""))
            model = LogisticRegression(solver="liblinear", C=FREEDOM, random_state=0, tol=1e-3)
            models.append(model.fit(self.rows[chosen], kinds[chosen] == kind, counts[chosen]))
        return models

    def told(self, models: list[LogisticRegression]) -> np.ndarray:
        """Of each text, what its gravest sentence gets."""
        found = np.full(len(self.texts), -60.0)
        for model in models:
            np.maximum.at(found, self.whose, model.decision_function(self.rows))
        return found


def learnt(texts: list[Row], rules: Book) -> Learnt:
    """Cut into what is judged."""
    found, whose = list[list[int]](), list[int]()
    for at, one in enumerate(texts):
        for sentence in heard(one.text, rules).sentences:
            for row in rows_of(sentence):
                found.append(row)
                whose.append(at)
    return Learnt(texts, matrix(found), np.array(whose))


def main() -> int:
    """Everything, in order."""
    if len(sys.argv) != 2:
        print("Usage: make care-train DATA=folder")
        return 2
    rules = book()
    those = learnt([*ours(), *quiet(Path(sys.argv[1]), rules)], rules)
    print(f"{len(those.texts)} texts, {sum(one.harmful is not None for one in those.texts)} harmful", flush=True)
    _report(those)
    models = those.fitted(None)
    file = _written(models)
    FILE.write_bytes(file)
    print(f"{FILE.relative_to(ROOT)}: {len(file)} bytes, sha256 {hashlib.sha256(file).hexdigest()}")
    return 0


def _report(those: Learnt) -> None:
    """How many a copy stops that had not learnt from a line or anything made of it."""
    told = np.zeros(len(those.texts))
    folds = np.array([one.line % FOLDS for one in those.texts])
    for fold in range(FOLDS):
        told[folds == fold] = those.told(those.fitted(fold))[folds == fold]
    for name, mine in (
        *((kind, [one.harmful == kind for one in those.texts]) for kind in KINDS),
        ("harmless", [one.harmful is None and one.counts > QUIET for one in those.texts]),
        ("quiet", [one.counts == QUIET for one in those.texts]),
    ):
        some = told[np.array(mine)]
        print(
            f"{name}: {np.mean(some >= ACT):.4f} of {len(some)} stopped, {np.mean(some >= HOLD):.4f} held", flush=True
        )


def _written(models: list[LogisticRegression]) -> bytes:
    """The header, and for each kind a byte for each hash."""
    weights = np.stack([one.coef_[0] for one in models])
    step = float(np.quantile(np.abs(weights[weights != 0]), 0.9998)) / 127
    rows = (np.clip(np.round(weights / step), -127, 127) + RAISED).astype(np.uint8)
    header = {
        "version": VERSION,
        "made_of": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _made_of()},
        "scale": round(step, 9),
        "bias": [round(float(one.intercept_[0]), 6) for one in models],
        "bounds": {"act": ACT, "asked": ASKED, "hold": HOLD, "watch": WATCH, "doubt": DOUBT},
    }
    return msgspec.json.encode(header) + b"\n" + rows.tobytes()


def _made_of() -> list[Path]:
    return [*sorted(SAID.glob("*.*l")), Path(phrases.__file__)]


if __name__ == "__main__":
    sys.exit(main())
