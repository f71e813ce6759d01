"""How good answers are: F1, recall at so many alarms, area under a curve; it learns nothing and reads nothing."""

from collections.abc import Sequence

import numpy as np
from texts import AT, Row


def likely(logits: np.ndarray) -> np.ndarray:
    """Probabilities out of logits, each for itself."""
    return 1 / (1 + np.exp(-logits))


def f1(said: np.ndarray, true: np.ndarray) -> float:
    """Of one class."""
    return float(2 * (said & true).sum() / max(1, said.sum() + true.sum()))


def mean_f1(said: np.ndarray, true: np.ndarray) -> float:
    """Of all classes, each counting as much as another."""
    return float(np.mean([f1(said[:, k], true[:, k]) for k in range(true.shape[1])]))


def bounds_of(said: np.ndarray, true: np.ndarray) -> np.ndarray:
    """For each class the bound at which its F1 is best."""
    tried = np.arange(0.1, 0.7, 0.01)
    return np.array([max(tried, key=lambda b: f1(said[:, k] >= b, true[:, k])) for k in range(true.shape[1])])


def ekman_f1(logits: np.ndarray, rows: Sequence[Row]) -> dict[str, float]:
    """Macro-F1 of the seven groups, by how it is chosen which of them are told."""
    true = np.stack([row.wanted[AT["ekman"]] for row in rows]) > 0
    said = likely(logits[:, AT["ekman"]])
    found = {f"above {bound}": mean_f1(said >= bound, true) for bound in (0.25, 0.3, 0.35, 0.4)}
    found["each above its own"] = mean_f1(said >= bounds_of(said, true), true)
    found["likeliest"] = mean_f1(said == said.max(1, keepdims=True), true)
    return {name: round(float(value), 4) for name, value in found.items()}


def area(scores: np.ndarray, true: np.ndarray) -> float:
    """How often a text that is meant stands above one that is not (AUROC)."""
    order = scores.argsort(kind="stable")
    _, place, count = np.unique(scores[order], return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    meant = true[order]
    return float((rank[meant].sum() - meant.sum() * (meant.sum() + 1) / 2) / (meant.sum() * (~meant).sum()))


def reached(logits: np.ndarray) -> np.ndarray:
    """How likely each level is reached: never more than the level below it."""
    return np.minimum.accumulate(likely(logits[:, AT["levels"]]), axis=1)


def alarms(everyday: np.ndarray, logits: np.ndarray, rows: Sequence[Row]) -> dict[str, float]:
    """What is found of level 2 and of 4 and above, when so many of a thousand everyday texts are called so as well."""
    level = np.nansum([row.wanted[AT["levels"]] for row in rows], axis=1)
    seen = np.abs(logits).sum(1) > 0
    calm, told = reached(everyday), reached(logits)
    found: dict[str, float] = {}
    for at, name in ((1, "2"), (3, "4")):
        meant = seen & (level > at)
        found[f"area {name}"] = area(told[seen, at], meant[seen])
        for per in (1, 2, 3, 4):
            bound = np.sort(calm[:, at])[-1 - int(per * len(calm) / 1000)]
            found[f"{name} at {per} ({bound:.3f})"] = float((told[meant, at] > bound).mean())
    return {name: round(value, 3) for name, value in found.items()}
