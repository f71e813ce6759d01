"""Trains the small reader of words that ships; it reads the sets where they are and keeps weights of hashes only.

`make care-train DATA=folder` runs it. All heads are logistic regressions over the same hashed pieces of words. What
each is worth, and from where it is believed, comes from texts that the asked copy of it had not seen (four folds).
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import measured
import numpy as np
import scipy.sparse as sp
import sets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src"))

from palaver.care.models import grams, small
from palaver.care.models.port import EKMAN, LETTERS

FOLDS = 4
VERSION = "2026.11.22.2"
# Alarms of this reader alone per 1,000 comments of GoEmotions; with the rules' own one or two in a thousand this stays
# below the five that are promised, with room for texts of another kind.
LOW, MEDIUM, HIGH = 3.0, 1.4, 0.35
# From where on it is believed that a text is high where rules or any reader call it medium. From 0.2 on 0.85 of unseen
# posts of level 4 or above are high with the rules, from 0.3 on 0.81; below, more everyday comments are.
HIGH_AFTER = 0.2
# What one text counts for the crisis heads: a post, a sentence of ours, one of ours without danger, anybody's words.
POST, SENTENCE, EVERYDAY, QUIET = 10.0, 5.0, 3.0, 0.1


@dataclass
class Head:
    """One question: the rows that answer it, the answers, what each counts, and how freely it may fit."""

    name: str
    rows: np.ndarray
    yes: np.ndarray
    weight: np.ndarray
    c: float


@dataclass
class Fitted:
    """A head that has learnt, and what its copies said about rows they had not seen."""

    weights: np.ndarray
    bias: float
    unseen: np.ndarray  # of the head's rows, calibrated


class Corpus:
    """All texts, one below the other, and where each set begins."""

    def __init__(self, data: Path) -> None:
        self.comments = sets.goemotions(data / "goemotions/train.tsv")
        self.tweets = sets.afrisenti(data / "afrisenti-swa/train.tsv")
        self.swahili = sets.brighter(data / "brighter/swa-train.csv")
        self.stories = sets.brighter(data / "brighter/eng-train.csv")
        self.posts = sets.cssrs(data / "cssrs/half.jsonl")
        self.sentences = sets.sentences()
        self.everyday = [(text,) for text in sets.everyday()]
        self.prompts = sets.moderation(data / "openai-moderation/half.jsonl")
        self.parts: dict[str, np.ndarray] = {}
        self.texts: list[str] = []
        for name in ("comments", "tweets", "swahili", "posts", "prompts", "sentences", "everyday", "stories"):
            those = [row[0] for row in getattr(self, name)]
            self.parts[name] = np.arange(len(self.texts), len(self.texts) + len(those))
            self.texts += those


def matrix(texts: list[str]) -> sp.csr_matrix:
    """Which hashes each text has."""
    found, ends = [], [0]
    for text in texts:
        found += sorted(grams.buckets(grams.words(text)))
        ends.append(len(found))
    shape = (len(texts), 1 << grams.BITS)
    return sp.csr_matrix((np.ones(len(found)), np.array(found, dtype=np.int32), np.array(ends)), shape=shape)


def rarity(x: sp.csr_matrix) -> np.ndarray:
    """How much each hash tells: nothing where only one text has it, so that no text is learnt by heart."""
    seen = np.asarray(x.sum(0)).ravel()
    told = np.log((x.shape[0] + 1) / (seen + 1)) + 1
    told[seen < 2] = 0
    return np.sqrt(np.round(told**2 * small.SQUARE) / small.SQUARE)  # as it will be stored


def weighed(x: sp.csr_matrix, told: np.ndarray) -> sp.csr_matrix:
    """Rows of length one."""
    y = x @ sp.diags(told)
    length = np.sqrt(np.asarray(y.multiply(y).sum(1)).ravel())
    return (sp.diags(1 / np.maximum(length, 1e-9)) @ y).tocsr()


def heads(corpus: Corpus) -> list[Head]:
    """All questions."""
    return [*_english(corpus), *_swahili(corpus), *_crisis(corpus), *_unsafe(corpus), _language(corpus)]


def _english(corpus: Corpus) -> list[Head]:
    rows, ones = corpus.parts["comments"], np.ones(len(corpus.comments))
    fine = [classes for _, classes in corpus.comments]
    asked = {f"en_{name}": frozenset(sets.GROUPS[name].split()) for name in EKMAN}
    asked |= {"en_pleasant": sets.PLEASANT, "en_unpleasant": sets.UNPLEASANT, "en_stirred": sets.STIRRED}
    return [
        Head(name, rows, np.array([bool(those & classes) for classes in fine]), ones, 2.0)
        for name, those in asked.items()
    ]


def _swahili(corpus: Corpus) -> list[Head]:
    rows, ones = corpus.parts["swahili"], np.ones(len(corpus.swahili))
    found = [
        Head(f"sw_{name}", rows, np.array([name in classes for _, classes in corpus.swahili]), ones, 1.0)
        for name in EKMAN[:-1]
    ]
    rows, ones = corpus.parts["tweets"], np.ones(len(corpus.tweets))
    for name, label in (("sw_pleasant", "positive"), ("sw_unpleasant", "negative")):
        found.append(Head(name, rows, np.array([said == label for _, said in corpus.tweets]), ones, 1.0))
    return found


def _crisis(corpus: Corpus) -> list[Head]:
    """Posts and sentences with a level, and everyday words, which count little each but are many."""
    counts = {"posts": POST, "sentences": SENTENCE, "everyday": EVERYDAY}
    counts |= dict.fromkeys(("comments", "stories", "tweets", "swahili"), QUIET)
    rows = np.concatenate([corpus.parts[name] for name in counts])
    weight = np.concatenate([np.full(len(corpus.parts[name]), each) for name, each in counts.items()])
    given = [level for _, level in corpus.posts + corpus.sentences]
    levels = np.array(given + [0] * (len(rows) - len(given)))
    return [Head(f"crisis_{at}", rows, levels >= at, weight, 1.0) for at in (1, 2, 3, 4)]


def _unsafe(corpus: Corpus) -> list[Head]:
    """Prompts with a label, and some everyday comments without anger."""
    angry = frozenset(sets.GROUPS["anger"].split()) | {"disgust"}
    quiet = corpus.parts["comments"][[not classes & angry for _, classes in corpus.comments]][::6]
    found = []
    for name, letter in LETTERS.items():
        known = [at for at, (_, said) in enumerate(corpus.prompts) if letter in said]
        yes = [bool(corpus.prompts[at][1][letter]) for at in known]
        rows = np.concatenate([corpus.parts["prompts"][known], quiet])
        weight = np.concatenate([np.ones(len(known)), np.full(len(quiet), 0.05)])
        found.append(Head(f"unsafe_{name}", rows, np.array(yes + [False] * len(quiet)), weight, 10.0))
    return found


def _language(corpus: Corpus) -> Head:
    swahili = np.concatenate([corpus.parts["tweets"], corpus.parts["swahili"]])
    rows = np.concatenate([swahili, corpus.parts["comments"][::6]])
    return Head("swahili", rows, np.arange(len(rows)) < len(swahili), np.ones(len(rows)), 4.0)


def fit(x: sp.csr_matrix, folds: np.ndarray, head: Head) -> Fitted:
    """Learns from all rows, and calibrates by what copies said that had not seen the row."""

    def learnt(at: np.ndarray) -> LogisticRegression:
        model = LogisticRegression(solver="liblinear", C=head.c, random_state=0, tol=1e-5)
        return model.fit(x[head.rows[at]], head.yes[at], sample_weight=head.weight[at])

    fold, unseen = folds[head.rows], np.zeros(len(head.rows))
    for one in range(FOLDS):
        unseen[fold == one] = learnt(fold != one).decision_function(x[head.rows[fold == one]])
    whole = learnt(np.ones(len(head.rows), dtype=bool))
    line = LogisticRegression(solver="liblinear", C=100.0, random_state=0, intercept_scaling=10)
    line.fit(unseen[:, None], head.yes, sample_weight=head.weight)
    slope, shift = float(line.coef_[0, 0]), float(line.intercept_[0])
    told = 1 / (1 + np.exp(-(slope * unseen + shift)))
    print(f"{head.name}: {int(head.yes.sum())} of {len(head.yes)}, slope {slope:.2f}", flush=True)
    return Fitted(whole.coef_[0] * slope, float(whole.intercept_[0]) * slope + shift, told)


def bounds(told: dict[str, np.ndarray], yes: dict[str, np.ndarray]) -> dict[str, float]:
    """Of each class, so that the mean F1 of the class that is mainly told is best; one after the other, twice."""
    names = list(told)
    p, y = np.stack([told[name] for name in names], 1), np.stack([yes[name] for name in names], 1)
    steps = np.arange(0.05, 0.7, 0.025)
    found = np.array([max(steps, key=lambda step, at=at: _f1(p[:, at] >= step, y[:, at])) for at in range(len(names))])
    for _ in range(2):
        for at in range(len(names)):
            tried = []
            for step in steps:
                found[at] = step
                tried.append((np.mean(_mainly(p, y, found)), step))
            found[at] = max(tried)[1]
    print({name: round(float(one), 3) for name, one in zip(names, _mainly(p, y, found), strict=True)}, flush=True)
    return {name: round(float(one), 3) for name, one in zip(names, found, strict=True)}


def _mainly(p: np.ndarray, y: np.ndarray, found: np.ndarray) -> list[float]:
    best = (p / found).argmax(1)
    known = (p / found).max(1) >= 1
    return [_f1(known & (best == at), y[:, at]) for at in range(p.shape[1])]


def _f1(said: np.ndarray, yes: np.ndarray) -> float:
    return 2 * float((said & yes).sum()) / max(float(said.sum() + yes.sum()), 1.0)


def at_most(told: np.ndarray, alarms: float) -> float:
    """The bound that so many of a thousand quiet texts reach."""
    return round(float(np.sort(told)[::-1][int(len(told) * alarms / 1000)]) + 5e-5, 4)


def surely(head: Head, told: np.ndarray) -> float | None:
    """The least bound from which nine of ten are right and hardly an everyday comment is meant."""
    known = head.weight == 1
    quiet = at_most(told[~known], 1.0)
    for step in np.arange(0.3, 0.96, 0.05):
        said = known & (told >= max(step, quiet))
        if said.sum() >= 5 and head.yes[said].mean() >= 0.9:
            return round(float(max(step, quiet)), 4)
    return None


def main() -> int:
    """Everything, in order."""
    if len(sys.argv) != 3:
        print("Usage: make care-train DATA=folder")
        return 2
    corpus = Corpus(Path(sys.argv[1]))
    raw = matrix(corpus.texts)
    told = rarity(raw)
    x, folds = weighed(raw, told), np.array([crc32(text.encode()) % FOLDS for text in corpus.texts])
    asked = {head.name: head for head in heads(corpus)}
    fitted = {name: fit(x, folds, head) for name, head in asked.items()}
    header = _header(asked, fitted, corpus, told)
    written = small.written(header, _known(corpus), _table(fitted, told))
    small.FILE.write_bytes(written)
    print(f"{small.FILE.relative_to(ROOT)}: {len(written)} bytes, sha256 {hashlib.sha256(written).hexdigest()}")
    posts = np.stack([fitted[f"crisis_{at}"].unseen[: len(corpus.posts)] for at in (1, 2, 4)])
    np.savez(sys.argv[2], posts=posts)  # for the encoder, whose bounds are chosen beside this reader's
    _report(corpus, fitted, header["sure"])
    for name in LETTERS:
        head, told = asked[f"unsafe_{name}"], fitted[f"unsafe_{name}"].unseen
        prompts = head.weight == 1
        print(
            f"prompts, {name}: AUROC {roc_auc_score(head.yes[prompts], told[prompts]):.3f} of {head.yes.sum()} with it"
        )
    return 0


def _report(corpus: Corpus, fitted: dict[str, Fitted], sure: dict[str, float]) -> None:
    """The crisis rows begin with posts, our sentences, our everyday sentences and comments."""
    told, start = np.stack([fitted[f"crisis_{at}"].unseen for at in (1, 2, 4)]), 0
    for name in ("posts", "sentences", "everyday", "comments", "stories"):
        rows = getattr(corpus, name)
        levels = np.array([row[1] if name in {"posts", "sentences"} else 0 for row in rows])
        rules = measured.ruled([row[0] for row in rows])
        measured.report(name, levels, measured.Told(told[:, start : start + len(rows)], sure), rules)
        start += len(rows)


def _header(asked: dict[str, Head], fitted: dict[str, Fitted], corpus: Corpus, told: np.ndarray) -> dict[str, object]:
    quiet = np.isin(asked["crisis_1"].rows, corpus.parts["comments"])
    emotion = {
        language: bounds(
            {name: fitted[f"{language}_{name}"].unseen for name in names},
            {name: asked[f"{language}_{name}"].yes for name in names},
        )
        for language, names in (("en", EKMAN), ("sw", EKMAN[:-1]))
    }
    sure = {"unsafe": {}, "emotion": emotion, "high_after": HIGH_AFTER}
    for name, at, alarms in (("low", 1, LOW), ("medium", 2, MEDIUM), ("high", 4, HIGH)):
        sure[name] = at_most(fitted[f"crisis_{at}"].unseen[quiet], alarms)
    for name in LETTERS:
        if (bound := surely(asked[f"unsafe_{name}"], fitted[f"unsafe_{name}"].unseen)) is not None:
            sure["unsafe"][name] = bound
    print(json.dumps(sure), flush=True)
    lanes = {name: (_scale(one.weights * told), round(one.bias, 6)) for name, one in fitted.items()}
    made_of = {path.name: _hash(path) for path in (sets.SENTENCES, sets.EVERYDAY, Path(grams.__file__))}
    return {"version": VERSION, "made_of": made_of, "lanes": lanes, "sure": sure}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _scale(weights: np.ndarray) -> float:
    """What one step of a stored weight is; the few that are larger still are cut."""
    return round(float(np.quantile(np.abs(weights[weights != 0]), 0.9998)) / 127, 9)


def _table(fitted: dict[str, Fitted], told: np.ndarray) -> bytes:
    """A row of bytes for each hash: weights, raised so that none is negative, and last its rarity squared."""
    rows = np.zeros((1 << grams.BITS, small.LANES), dtype=np.uint8)
    for at, one in enumerate(fitted.values()):
        weights = one.weights * told
        rows[:, at] = np.clip(np.round(np.round(weights, 9) / _scale(weights)), -127, 127) + small.RAISED
    rows[:, small.LANES - 1] = np.round(told**2 * small.SQUARE)
    return rows.tobytes()


def _known(corpus: Corpus) -> bytes:
    """Hashes of the words that readers know; those of posts of people in distress are not among them."""
    seen: dict[str, int] = {}
    for name in ("comments", "stories", "tweets", "swahili"):
        for row in getattr(corpus, name):
            for word in set(grams.words(row[0])):
                seen[word] = seen.get(word, 0) + 1
    return small.filled(word for word, times in seen.items() if times >= 3)


if __name__ == "__main__":
    sys.exit(main())
