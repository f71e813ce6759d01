"""How good answers are: F1, recall at so many alarms, area under a curve; it learns nothing and reads nothing."""

import numpy as np
from texts import AT


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
    """For each class half of the best F1 that any bound has: where probabilities are true, the best bound is that
    (Lipton and others 2014), and it depends less on chance than the bound that did best."""
    tried = np.arange(0.1, 0.7, 0.01)
    return np.array([max(f1(said[:, k] >= b, true[:, k]) for b in tried) / 2 for k in range(true.shape[1])])


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
