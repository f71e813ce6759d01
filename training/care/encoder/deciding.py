"""From where on answers count: bounds and scales out of what was said about texts that were not learnt from."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from measured import Ruled, Told, together
from measures import area, bounds_of, f1, likely, mean_f1, reached
from texts import AT, CATEGORIES, EKMAN, LEVELS, UNSAFE, Row

# Of a thousand everyday comments, called medium or above, and high, by rules and all readers together. Five are
# allowed, and other people's words are not these.
_ALARMS, _URGENT = 4.5, 1.5
_HELPED = 10.0  # of a thousand, called low or above: help is named, nobody is called
_RIGHT = 0.8  # of what is called unsafe
_ENOUGH = 8  # texts of a category that are rightly called unsafe: fewer prove nothing


class Heard(NamedTuple):
    """What is said about some texts: the encoder's logits, what the other readers say, and the rules' levels."""

    logits: np.ndarray
    others: tuple[Told, ...]
    rules: Ruled

    def together(self, sure: Mapping[str, float]) -> np.ndarray:
        """The urgency of each, where the encoder is believed from these bounds on."""
        return together([*self.others, self.encoder(sure)], self.rules)

    def encoder(self, sure: Mapping[str, float]) -> Told:
        """What the encoder says of danger."""
        return Told(reached(self.logits)[:, [0, 1, 3]].T, sure)

    def without(self) -> np.ndarray:
        """The urgency of each without the encoder."""
        return together(self.others, self.rules)

    def alone(self, sure: Mapping[str, float]) -> np.ndarray:
        """The urgency of each by the encoder alone."""
        nothing = np.zeros(len(self.logits), int)
        return together([self.encoder(sure)], Ruled(nothing, nothing))


def fitted(said: np.ndarray, true: np.ndarray) -> tuple[float, ...]:
    """What numbers on the whole line, a column each, count for and what is added, so that their sum is how likely it
    is (Platt 1999), by Newton's steps."""
    x = np.column_stack([said, np.ones(len(said))])
    counts = np.zeros(x.shape[1])
    for _ in range(25):
        told = likely(x @ counts)
        curve = (x * (told * (1 - told) + 1e-9)[:, None]).T @ x / len(x)
        counts -= np.linalg.solve(curve, x.T @ (told - true) / len(x))
    return tuple(float(one) for one in counts)


def wanted(rows: Sequence[Row], head: str) -> np.ndarray:
    """What the sets say about a head."""
    return np.stack([row.wanted[AT[head]] for row in rows])


def dangers(later: Heard, long: Heard, posts: Heard, level: np.ndarray) -> tuple[dict[str, float], dict[str, float]]:
    """Bounds of low, medium and high, and what is found with them by everything together.

    `later` are everyday comments, `long` longer messages, of which the encoder is to call none.
    """
    best: tuple[float, float, float] = (-1.0, -1.0, -1.0)
    for medium, after in product(np.arange(0.5, 0.99, 0.02), np.arange(0.5, 0.99, 0.05)):
        sure = _bounds(1.0, float(medium), float(after))
        calm = later.together(sure)
        if 1000 * (calm >= 2).mean() > _ALARMS or 1000 * (calm >= 3).mean() > _URGENT:
            continue
        if (long.alone(sure) >= 2).any():
            continue
        told = posts.together(sure)
        found = float((told >= 2)[level >= 2].mean() + (told >= 3)[level >= 4].mean())
        best = max(best, (found, -float(medium), float(after)))  # what costs nothing is heard
    medium, after = -best[1], best[2]
    tried = (_bounds(float(low), medium, after) for low in np.arange(0.5, 0.96, 0.02))
    sure = next((one for one in tried if _calm(later, long, one)), _bounds(0.96, medium, after))
    return sure, {name: round(float(value), 3) for name, value in _found(later, posts, level, sure).items()}


def _bounds(low: float, medium: float, after: float) -> dict[str, float]:
    """`high` alone is asked no less than medium is."""
    return {"low": low, "medium": medium, "high": max(medium, after), "high_after": after}


def _calm(later: Heard, long: Heard, sure: Mapping[str, float]) -> bool:
    return 1000 * (later.together(sure) >= 1).mean() <= _HELPED and not (long.alone(sure) >= 1).any()


def _found(later: Heard, posts: Heard, level: np.ndarray, sure: Mapping[str, float]) -> dict[str, float]:
    """The figures of the model card."""
    who = {
        "all": (posts.together(sure), later.together(sure)),
        "without it": (posts.without(), later.without()),
        "encoder alone": (posts.alone(sure), later.alone(sure)),
        "rules alone": (posts.rules.urgency, later.rules.urgency),
    }
    figures: dict[str, float] = {}
    for name, (told, calm) in who.items():
        figures |= {
            f"{name}: level 2 and above called medium": (told >= 2)[level >= 2].mean(),
            f"{name}: level 4 and above called high": (told >= 3)[level >= 4].mean(),
            f"{name}: level 1 and above called low": (told >= 1)[level >= 1].mean(),
            f"{name}: level 0 called medium": (told >= 2)[level == 0].mean(),
            f"{name}: below level 4 called high": (told >= 3)[level < 4].mean(),
        }
        for urgency, least in (("low", 1), ("medium", 2), ("high", 3)):
            figures[f"{name}: of 1,000 comments called {urgency}"] = 1000 * (calm >= least).mean()
    told = reached(posts.logits)
    return figures | {"area, level 2": area(told[:, 1], level >= 2), "area, level 4": area(told[:, 3], level >= 4)}


class Felt(NamedTuple):
    """What was learnt about feelings: the scales of the encoder's classes, and for each class what the small reader's
    odds and its own count for, what is added, and the bound."""

    scales: list[tuple[float, ...]]
    beside: dict[str, tuple[float, ...]]
    bounds: dict[str, float]


def feelings(logits: np.ndarray, small: np.ndarray, later: Sequence[Row]) -> tuple[Felt, dict[str, float]]:
    """How the encoder and the small reader tell feelings together, and how good they are.

    `small` is how likely the small reader calls each class, NaN where it knows no English: nothing is told there.
    """
    true = wanted(later, "ekman") > 0
    own = logits[:, AT["ekman"]]
    scales = [fitted(own[:, k], true[:, k]) for k in range(len(EKMAN))]
    scales = [(round(scale, 4), round(shift, 4)) for scale, shift in scales]
    odds = np.stack([_odds(likely(a * own[:, k] + b)) for k, (a, b) in enumerate(scales)], axis=1)
    both = np.stack([_odds(small), odds], axis=2)
    counts, bounds = _learnt(both, true)
    told = _told(both, counts)
    main = (told / bounds) == (told / bounds).max(1, keepdims=True)
    alone = likely(odds)
    halves, tenths = _crossed(both, true, 2), _crossed(both, true, 10)
    figures = {f"F1 {name}": f1(told[:, k] >= bounds[k], true[:, k]) for k, name in enumerate(EKMAN)}
    figures |= {
        "macro-F1": mean_f1(told >= bounds, true),
        "macro-F1, weights and bounds from the other half": float(np.mean(halves)),
        "the same, of ten halvings the worst": min(halves),
        "macro-F1, weights and bounds from the other nine tenths": float(np.mean(tenths)),
        "macro-F1, all at 0.3": mean_f1(told >= 0.3, true),
        "macro-F1, the main one": mean_f1(main & (told >= bounds), true),
        "macro-F1, encoder alone": mean_f1(alone >= bounds_of(alone, true), true),
        "main one is right": float((main & true).any(1).mean()),
        "unknown": float((told < bounds).all(1).mean()),
        "calibration error": float(np.mean([error(told[:, k], true[:, k]) for k in range(len(EKMAN))])),
        "macro-F1 of the 28 at 0.3": mean_f1(likely(logits[:, AT["feelings"]]) >= 0.3, wanted(later, "feelings") > 0),
    }
    named = dict(zip(EKMAN, counts, strict=True)), dict(zip(EKMAN, bounds.tolist(), strict=True))
    return Felt(scales, *named), {name: round(value, 3) for name, value in figures.items()}


def _learnt(both: np.ndarray, true: np.ndarray) -> tuple[list[tuple[float, ...]], np.ndarray]:
    """What odds count for and bounds, by class."""
    known = ~np.isnan(both).any((1, 2))
    counts = [fitted(both[known, k], true[known, k]) for k in range(len(EKMAN))]
    counts = [tuple(round(one, 4) for one in those) for those in counts]
    return counts, np.round(bounds_of(_told(both, counts), true), 3)


def _told(both: np.ndarray, counts: Sequence[tuple[float, ...]]) -> np.ndarray:
    odds = np.stack([both[:, k] @ np.array(those[:2]) + those[2] for k, those in enumerate(counts)], axis=1)
    return np.nan_to_num(likely(odds))


def _crossed(both: np.ndarray, true: np.ndarray, parts: int) -> list[float]:
    """How good it is where it was learnt from the other parts, of ten different divisions."""
    found: list[float] = []
    for seed in range(10):
        part = np.random.default_rng(seed).permutation(len(true)) % parts
        said = np.zeros_like(true)
        for one in range(parts):
            counts, bounds = _learnt(both[part != one], true[part != one])
            said[part == one] = _told(both[part == one], counts) >= bounds
        found.append(mean_f1(said, true))
    return found


def _odds(told: np.ndarray) -> np.ndarray:
    bound = np.clip(told, 1e-4, 1 - 1e-4)
    return np.log(bound / (1 - bound))


def error(told: np.ndarray, true: np.ndarray) -> float:
    """How far what is told is from how often it is so, in ten steps (ECE)."""
    steps = np.minimum((told * 10).astype(int), 9)
    return sum(abs(told[steps == s].mean() - true[steps == s].mean()) * (steps == s).mean() for s in set(steps))


def unsafe(logits: np.ndarray, prompts: Sequence[Row]) -> tuple[dict[str, float], dict[str, float]]:
    """The bounds of the categories that can be believed, and how well each is told apart."""
    true, told = wanted(prompts, "unsafe"), likely(logits[:, AT["unsafe"]])
    bounds: dict[str, float] = {}
    figures: dict[str, float] = {}
    for k, name in enumerate(CATEGORIES):
        known = ~np.isnan(true[:, k])
        meant, score = true[known, k] > 0, told[known, k]
        figures[f"area {name} ({UNSAFE[k]}, {int(meant.sum())} of {int(known.sum())})"] = area(score, meant)
        for bound in np.arange(0.3, 0.96, 0.05):
            called = score >= bound
            if (called & meant).sum() >= _ENOUGH and meant[called].mean() >= _RIGHT:
                bounds[name] = round(float(bound), 2)
                figures[f"{name} from {bound:.2f}: right"] = float(meant[called].mean())
                figures[f"{name} from {bound:.2f}: found"] = float(called[meant].mean())
                break
    known = ~np.isnan(true[:, 4])
    meant = true[known, 4] > 0
    grave = reached(logits)[known]
    for at in range(LEVELS):
        figures[f"area self_harm by level {at + 1}"] = area(grave[:, at], meant)
    figures["area self_harm by both"] = area(np.maximum(grave[:, 1], told[known, 4]), meant)
    return bounds, {name: round(value, 3) for name, value in figures.items()}
