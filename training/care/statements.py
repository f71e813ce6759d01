"""Trains the reader of explicit statements that ships, from sentences written for Palaver and everyday texts.

`make care-train DATA=folder` runs it. One logistic regression over hashed pieces of words and meanings, of windows;
what it is worth, and from where it is believed, comes from texts that the asked copy had not seen (four folds).
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import measured
import numpy as np
import scipy.sparse as sp
import sets
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src"))

import tomllib

import msgspec

from palaver.care.crisis.finding import Level
from palaver.care.crisis.lexicon import Lexicon
from palaver.care.models import spans, statements

SAID = Path(__file__).with_name("said")
EVERYDAY = SAID / "everyday_sw.toml"
VERSION = "2026.11.22.3"
FOLDS, ROUNDS = 4, 3
# Alarms that it adds to those of the rules, of 1,000 comments of GoEmotions it has not seen. It hears explicit
# statements and nothing else, so what it is sure of is `high`; a little below that somebody is asked gently.
# Where anything else calls a text medium it is believed to be high much sooner, which costs no more alarms.
LOW, MEDIUM, HIGH, AFTER = 2.0, 1.6, 1.6, 5.0
# What a text counts: one of danger, one of ours without, anybody's words.
DANGER, CALM, QUIET = 5.0, 2.0, 0.5
FREEDOM = 30.0  # how freely it may fit (C)
FIRST = 8  # of so many everyday windows one is learnt from at first; then all that are taken for danger, or nearly
NEARLY = -2.0


@dataclass
class Part:
    """Texts of one kind: the windows of all of them, and whose each is."""

    name: str
    texts: list[str]
    danger: bool
    counts: float
    windows: sp.csr_matrix
    whose: np.ndarray
    fold: np.ndarray

    def said(self, model: LogisticRegression) -> np.ndarray:
        """Of each text, what its gravest window gets."""
        found = np.full(len(self.texts), -60.0)
        np.maximum.at(found, self.whose, model.decision_function(self.windows))
        return found


def part(name: str, texts: Iterable[str], lexicon: Lexicon, *, danger: bool = False, counts: float = QUIET) -> Part:
    """Its windows, cut as the reader cuts them."""
    kept, found, whose = list(texts), list[list[int]](), list[int]()
    for at, text in enumerate(kept):
        for clause in spans.spoken(text, lexicon.read(text).clauses):
            rows = spans.pieces(clause)
            for start, end in spans.spans(len(rows)):
                found.append([one for row in rows[start:end] for one in row])
                whose.append(at)
    fold = np.array([crc32(text.encode()) % FOLDS for text in kept])
    return Part(name, kept, danger, counts, matrix(found), np.array(whose), fold)


def matrix(rows: Sequence[Sequence[int]]) -> sp.csr_matrix:
    """How often each window has each hash, by the root of how many it has."""
    ends = np.cumsum([0, *map(len, rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(len(row)), dtype=np.float32) for row in rows])
    columns = np.fromiter((one for row in rows for one in row), dtype=np.int32, count=int(ends[-1]))
    found = sp.csr_matrix((values, columns, ends), shape=(len(rows), 1 << spans.BITS))
    found.sum_duplicates()
    return found


def ours(kind: str) -> list[str]:
    """Sentences written for Palaver, of all files of a kind, in order."""
    files = sorted(SAID.glob(f"{kind}*.jsonl"))
    return list(
        dict.fromkeys(json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines())
    )


def parts(data: Path) -> list[Part]:
    """All that is learnt from; comments in which the rules hear something grave are nobody's everyday words."""
    lexicon = Lexicon(tomllib.loads(statements.WORDS.read_text("utf-8")))
    comments = [text for text, _ in sets.goemotions(data / "goemotions/train.tsv")]
    calm = measured.ruled(comments).urgency < Level.medium
    return [
        part("danger", ours("danger"), lexicon, danger=True, counts=DANGER),
        part("calm", [*ours("calm"), *(text for text, level in sets.sentences() if not level)], lexicon, counts=CALM),
        part("comments", np.array(comments, dtype=object)[calm], lexicon),
        part("tweets", (text for text, _ in sets.afrisenti(data / "afrisenti-swa/train.tsv")), lexicon, counts=1.0),
        part("swahili", (text for text, _ in sets.brighter(data / "brighter/swa-train.csv")), lexicon, counts=1.0),
        part("everyday", sets.everyday(), lexicon, counts=1.0),
        part("everyday_swahili", sets.everyday(EVERYDAY), lexicon, counts=1.0),
    ]


def learnt(those: Sequence[Part], without: int | None) -> LogisticRegression:
    """Learns from all texts but those of a fold; of a long statement only the windows that say it."""
    model = None
    for _ in range(ROUNDS):
        rows, yes, weight = [], [], []
        for one in those:
            chosen = _chosen(one, model) & (one.fold[one.whose] != without)
            rows.append(one.windows[chosen])
            yes.append(np.full(int(chosen.sum()), one.danger))
            shares = np.bincount(one.whose[chosen], minlength=len(one.texts))[one.whose[chosen]]
            weight.append(one.counts / shares if one.danger else np.full(int(chosen.sum()), one.counts))
        model = LogisticRegression(solver="liblinear", C=FREEDOM, random_state=0, tol=1e-3)
        model.fit(sp.vstack(rows), np.concatenate(yes), sample_weight=np.concatenate(weight))
    return model


def _chosen(one: Part, model: LogisticRegression | None) -> np.ndarray:
    """The windows that are learnt from: at first short statements and some everyday ones."""
    if model is None and one.danger:
        return np.bincount(one.whose, minlength=len(one.texts))[one.whose] <= 3
    first = np.arange(len(one.whose)) % (FIRST if one.counts == QUIET else 1) == 0
    if model is None:
        return first
    said = model.decision_function(one.windows)
    if not one.danger:
        return first | (said >= NEARLY)
    gravest = np.full(len(one.texts), -60.0)
    np.maximum.at(gravest, one.whose, said)
    return said >= gravest[one.whose] - 1.0


def unseen(those: Sequence[Part]) -> dict[str, np.ndarray]:
    """Of each text, what a copy says that has not learnt from it."""
    found = {one.name: np.zeros(len(one.texts)) for one in those}
    for fold in range(FOLDS):
        model = learnt(those, fold)
        for one in those:
            mine = one.fold == fold
            found[one.name][mine] = one.said(model)[mine]
        print(f"part {fold + 1} of {FOLDS}", flush=True)
    return found


def at_most(said: np.ndarray, alarms: float) -> float:
    """What so many of a thousand reach."""
    return float(np.sort(said)[::-1][int(len(said) * alarms / 1000)])


def calibrated(said: dict[str, np.ndarray]) -> tuple[float, float]:
    """What makes a sum a probability, where one of a hundred texts says it."""
    quiet = said["comments"]
    line = LogisticRegression(solver="liblinear", C=100.0, random_state=0, intercept_scaling=10)
    weight = np.concatenate([np.full(len(said["danger"]), len(quiet) / 99 / len(said["danger"])), np.ones(len(quiet))])
    line.fit(np.concatenate([said["danger"], quiet])[:, None], np.arange(len(weight)) < len(said["danger"]), weight)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def main() -> int:
    """Everything, in order."""
    if len(sys.argv) != 2:
        print("Usage: make care-train DATA=folder")
        return 2
    those = parts(Path(sys.argv[1]))
    print({one.name: (len(one.texts), one.windows.shape[0]) for one in those}, flush=True)
    said = unseen(those)
    slope, shift = calibrated(said)
    sure = {
        name: round(float(1 / (1 + np.exp(-(slope * at_most(said["comments"], alarms) + shift)))) + 5e-6, 5)
        for name, alarms in (("low", LOW), ("medium", MEDIUM), ("high", HIGH), ("high_after", AFTER))
    }
    told = {name: 1 / (1 + np.exp(-(slope * one + shift))) for name, one in said.items()}
    _report(those, told, sure)
    whole = learnt(those, None)
    file = _written(whole, slope, shift, sure)
    statements.FILE.write_bytes(file)
    print(f"{statements.FILE.relative_to(ROOT)}: {len(file)} bytes, sha256 {hashlib.sha256(file).hexdigest()}")
    return 0


def _written(whole: LogisticRegression, slope: float, shift: float, sure: dict[str, float]) -> bytes:
    """The header, and a byte for each hash."""
    weights = whole.coef_[0]
    step = float(np.quantile(np.abs(weights[weights != 0]), 0.9998)) / 127
    rows = (np.clip(np.round(weights / step), -127, 127) + statements.RAISED).astype(np.uint8)
    header = {
        "version": VERSION,
        "made_of": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _made_of()},
        "scale": round(step * slope, 9),
        "bias": round(float(whole.intercept_[0]) * slope + shift, 6),
        "sure": {**sure, "emotion": {}, "unsafe": {}},
    }
    return msgspec.json.encode(header) + b"\n" + rows.tobytes()


def _made_of() -> list[Path]:
    return [*sorted(SAID.glob("*.*l")), sets.SENTENCES, sets.EVERYDAY, Path(spans.__file__)]


def _report(those: Sequence[Part], told: dict[str, np.ndarray], sure: dict[str, float]) -> None:
    """Of each kind, how many a copy that had not seen them calls so, alone and with the rules."""
    for one in those:
        rules, mine = measured.ruled(one.texts).urgency, told[one.name]
        for name, level in (("medium", Level.medium), ("high", Level.high)):
            alone, both = mine >= sure[name], (mine >= sure[name]) | (rules >= level)
            print(f"{one.name}, {name} or above: rules {np.mean(rules >= level):.4f}, "
                  f"reader {alone.mean():.4f}, both {both.mean():.4f} of {len(both)}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
