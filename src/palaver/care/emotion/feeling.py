"""♥ Which feelings a text shows, told from what a reader says; what is not known is told as unknown."""

from collections.abc import Sequence
from math import exp, log
from typing import Literal

import msgspec

from palaver.care.models.port import Ekman, Emotions, Sure

Language = Literal["en", "sw"]
# How well the classes were told apart on texts that nobody had learnt from (docs/care/quality.md).
Reliability = Literal["fair", "low"]
RELIABILITY: dict[Language, Reliability] = {"en": "fair", "sw": "low"}


class Felt(msgspec.Struct, frozen=True):
    """One feeling, and how likely the text shows it."""

    emotion: Ekman
    confidence: float


class Feeling(msgspec.Struct, frozen=True, kw_only=True):
    """What feelings a text shows. It judges the text, and no person.

    `emotion` is the main one, `unknown` where no class is likely enough or the text's language was not learnt; then
    `confidence` is null, and so is all that is not known. `emotions` are all that are likely enough, the main one
    first; `probabilities` are of all classes that are told in that language, each by itself. `valence` is how pleasant
    and `arousal` how stirred the text is, from -1 to 1. Where `reliability` is low, most main feelings are wrong: they
    are hints, and `confidence` says how weak.
    """

    emotion: Ekman | Literal["unknown"]
    confidence: float | None
    emotions: list[Felt]
    probabilities: dict[Ekman, float] | None
    valence: float | None
    arousal: float | None
    language: Language | None
    reliability: Reliability | None


UNKNOWN = Feeling(
    emotion="unknown", confidence=None, emotions=[], probabilities=None, valence=None, arousal=None, language=None,
    reliability=None,
)  # fmt: skip


_MEAN = (0.5, 0.5, 0.0)


def together(those: Sequence[Emotions], sure: Sure) -> Emotions:
    """What several readers say of a text in one language, the best of them, whose `sure` it is, last.

    What one mistakes another often does not: how sure the first and the best are counts as measured, or in the mean
    where nobody did. How pleasant and how stirred the text is the best one says.
    """
    if len(those) == 1:
        return those[0]
    first, best = those[0], those[-1]
    counts = sure.beside.get(best.language, {})
    ekman = {
        name: _likely(_weighed(_odds(first.ekman[name]), _odds(likely), counts.get(name, _MEAN)))
        for name, likely in best.ekman.items()
    }
    return msgspec.structs.replace(best, ekman=ekman)


def _weighed(first: float, best: float, counts: tuple[float, float, float]) -> float:
    return counts[0] * first + counts[1] * best + counts[2]


def _odds(likely: float) -> float:
    """How sure that is, on the whole line; nothing is told as certain."""
    bound = min(max(likely, 1e-4), 1 - 1e-4)
    return log(bound / (1 - bound))


def _likely(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def feeling_of(read: Emotions | None, sure: Sure) -> Feeling:
    """The classes that reach their bounds; the main one is furthest above its own."""
    if read is None:
        return UNKNOWN
    bounds: dict[Ekman, float] = sure.emotion.get(read.language, {})
    likely: dict[Ekman, float] = {name: round(read.ekman[name], 3) for name in bounds}
    reached: list[Ekman] = [name for name in bounds if read.ekman[name] >= bounds[name]]
    above = sorted(reached, key=lambda name: -read.ekman[name] / bounds[name])
    return Feeling(
        emotion=above[0] if above else "unknown",
        confidence=likely[above[0]] if above else None,
        emotions=[Felt(name, likely[name]) for name in above],
        probabilities=likely,
        valence=round(read.valence, 3),
        arousal=round(read.arousal, 3),
        language=read.language,
        reliability=RELIABILITY[read.language],
    )
