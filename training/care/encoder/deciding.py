"""From where on answers count: bounds and scales out of what was said about texts that were not learnt from."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from measures import area, bounds_of, f1, likely, mean_f1, reached
from texts import AT, CATEGORIES, EKMAN, LEVELS, UNSAFE, Row

_ALARMS = 4.7  # of a thousand everyday comments, called medium or above by rules and encoder together; five are allowed
LONG = 28  # tokens that a text has to have before danger is told: of a sentence alone idioms look like it
# The least bound for medium: comments are short, and of a dozen long everyday messages of ours (work, code, a test)
# four stood between 0.57 and 0.62. The least for low, 0.6, has the same reason.
_CALM = 0.68
_LEAST = 0.2  # the least bound for high, which is asked only of what is medium already
_HELPED = 10.0  # of a thousand, called low or above: help is named, nobody is called
_RIGHT = 0.8  # of what is called unsafe
_ENOUGH = 8  # texts of a category that are rightly called unsafe: fewer prove nothing


class Said:
    """Logits of everyday comments, posts and prompts, what the rules call the first two, and which are long."""

    def __init__(self, **parts: np.ndarray) -> None:
        self.later, self.posts, self.prompts = parts["later"], parts["posts"], parts["prompts"]
        self.later_rules, self.posts_rules = parts["later_rules"], parts["posts_rules"]
        self.later_long, self.posts_long = parts["later_long"], parts["posts_long"]


def scaled(logits: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Scale and shift that make a logit a probability (Platt 1999), by Newton's steps."""
    scale, shift = 1.0, 0.0
    for _ in range(25):
        said = likely(scale * logits + shift)
        miss, weight = said - true, said * (1 - said) + 1e-9
        pull = np.array([(miss * logits).mean(), miss.mean()])
        curve = np.array(
            [[(weight * logits * logits).mean(), (weight * logits).mean()], [(weight * logits).mean(), weight.mean()]]
        )
        scale, shift = np.array([scale, shift]) - np.linalg.solve(curve, pull)
    return float(scale), float(shift)


def wanted(rows: Sequence[Row], head: str) -> np.ndarray:
    """What the sets say about a head."""
    return np.stack([row.wanted[AT[head]] for row in rows])


def dangers(said: Said, posts: Sequence[Row]) -> tuple[dict[str, float], dict[str, float]]:
    """Bounds of low, medium and high, and what is found with them beside the rules."""
    level = np.nansum(wanted(posts, "levels"), axis=1)
    calm, told = reached(said.later) * said.later_long[:, None], reached(said.posts) * said.posts_long[:, None]
    best: tuple[float, float, float] = (-1.0, 1.0, 1.0)
    for medium, high in product(np.arange(_CALM, 0.96, 0.02), np.arange(_LEAST, 0.96, 0.05)):
        if 1000 * ((said.later_rules >= 2) | (calm[:, 1] >= medium)).mean() > _ALARMS:
            continue
        heard = told[:, 1] >= medium
        two = (heard | (said.posts_rules >= 2))[level >= 2].mean()
        four = ((heard & (told[:, 3] >= high)) | (said.posts_rules >= 3))[level >= 4].mean()
        best = max(best, (float(two + four), -float(medium), -float(high)))
    medium, high = -best[1], -best[2]
    heard, urgent = told[:, 1] >= medium, (told[:, 1] >= medium) & (told[:, 3] >= high)
    loud = (said.later_rules >= 2) | (calm[:, 1] >= medium)
    lows = (
        b
        for b in np.arange(0.6, 0.96, 0.01)
        if 1000 * ((said.later_rules >= 1) | loud | (calm[:, 0] >= b)).mean() <= _HELPED
    )
    low = float(next(lows, 0.95))
    bounds = {"low": low, "medium": medium, "high": high}
    figures = {
        "level 2 and above found, with the rules": (heard | (said.posts_rules >= 2))[level >= 2].mean(),
        "level 2 and above found, encoder alone": heard[level >= 2].mean(),
        "level 2 and above found, rules alone": (said.posts_rules >= 2)[level >= 2].mean(),
        "level 4 and above called high, with the rules": (urgent | (said.posts_rules >= 3))[level >= 4].mean(),
        "level 4 and above called high, encoder alone": urgent[level >= 4].mean(),
        "level 4 and above called high, rules alone": (said.posts_rules >= 3)[level >= 4].mean(),
        "level 1 and above called low, with the rules": (heard | (told[:, 0] >= low) | (said.posts_rules >= 1))[
            level >= 1
        ].mean(),
        "level 0 called medium or above, with the rules": (heard | (said.posts_rules >= 2))[level == 0].mean(),
        "below level 4 called high, with the rules": (urgent | (said.posts_rules >= 3))[level < 4].mean(),
        "below level 4 called high, rules alone": (said.posts_rules >= 3)[level < 4].mean(),
        "area, level 2": area(told[:, 1], level >= 2),
        "area, level 4": area(told[:, 3], level >= 4),
        "medium and above of 1,000 comments, with the rules": 1000 * loud.mean(),
        "medium and above of 1,000 comments, rules alone": 1000 * (said.later_rules >= 2).mean(),
        "high of 1,000 comments, with the rules": 1000
        * (((calm[:, 1] >= medium) & (calm[:, 3] >= high)) | (said.later_rules >= 3)).mean(),
        "low and above of 1,000 comments, with the rules": 1000
        * (loud | (calm[:, 0] >= low) | (said.later_rules >= 1)).mean(),
    }
    return bounds, {name: round(float(value), 3) for name, value in figures.items()}


def feelings(said: Said, later: Sequence[Row]) -> tuple[list[tuple[float, float]], dict[str, float], dict[str, float]]:
    """Scales and bounds of the seven classes, and how good they are."""
    true = wanted(later, "ekman") > 0
    logits = said.later[:, AT["ekman"]]
    scales = [scaled(logits[:, k], true[:, k]) for k in range(len(EKMAN))]
    told = np.stack([likely(a * logits[:, k] + b) for k, (a, b) in enumerate(scales)], axis=1)
    bounds = bounds_of(told, true)
    figures = {f"F1 {name}": f1(told[:, k] >= bounds[k], true[:, k]) for k, name in enumerate(EKMAN)}
    main = (told / bounds) == (told / bounds).max(1, keepdims=True)
    figures |= {
        "macro-F1": mean_f1(told >= bounds, true),
        "macro-F1, all at 0.3": mean_f1(told >= 0.3, true),
        "macro-F1, the main one": mean_f1(main, true),
        "main one is right": float((main & true).any(1).mean()),
        "unknown": float((told < bounds).all(1).mean()),
        "calibration error": float(np.mean([error(told[:, k], true[:, k]) for k in range(len(EKMAN))])),
        "macro-F1 of the 28 at 0.3": mean_f1(
            likely(said.later[:, AT["feelings"]]) >= 0.3, wanted(later, "feelings") > 0
        ),
    }
    return scales, dict(zip(EKMAN, bounds, strict=True)), {name: round(value, 3) for name, value in figures.items()}


def error(told: np.ndarray, true: np.ndarray) -> float:
    """How far what is told is from how often it is so, in ten steps (ECE)."""
    steps = np.minimum((told * 10).astype(int), 9)
    return sum(abs(told[steps == s].mean() - true[steps == s].mean()) * (steps == s).mean() for s in set(steps))


def unsafe(said: Said, prompts: Sequence[Row]) -> tuple[dict[str, float], dict[str, float]]:
    """The bounds of the categories that can be believed, and how well each is told apart."""
    true, told = wanted(prompts, "unsafe"), likely(said.prompts[:, AT["unsafe"]])
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
    grave = reached(said.prompts)[known]
    for at in range(LEVELS):
        figures[f"area self_harm by level {at + 1}"] = area(grave[:, at], meant)
    figures["area self_harm by both"] = area(np.maximum(grave[:, 1], told[known, 4]), meant)
    return bounds, {name: round(value, 3) for name, value in figures.items()}
