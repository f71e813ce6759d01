"""What any trained reader of words tells, and where it is sure; it decides nothing, that is what its users do."""

from typing import Literal, NamedTuple, Protocol

import msgspec

Ekman = Literal["anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"]
EKMAN: tuple[Ekman, ...] = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")

# OpenAI's eight (Markov et al., 2022), with the letters that their set calls them by.
Unsafe = Literal[
    "sexual", "hate", "violence", "harassment", "self_harm", "sexual_minors", "hate_threatening", "violence_graphic"
]
UNSAFE: tuple[Unsafe, ...] = (
    "sexual", "hate", "violence", "harassment", "self_harm", "sexual_minors", "hate_threatening", "violence_graphic",
)  # fmt: skip
LETTERS: dict[Unsafe, str] = dict(zip(UNSAFE, ("S", "H", "V", "HR", "SH", "S3", "H2", "V2"), strict=True))


class Emotions(msgspec.Struct, frozen=True):
    """How likely each class is, each by itself, and how pleasant and how stirred a text is, from -1 to 1.

    A text may hold several classes, so they need not add up to one. `language` is the one it was read in.
    """

    ekman: dict[Ekman, float]
    valence: float
    arousal: float
    language: Literal["en", "sw"]


class Place(NamedTuple):
    """The part of a text that an answer is about, and whose language it is in; "mixed" where it is several."""

    start: int
    end: int
    language: str


class Heads(msgspec.Struct, frozen=True):
    """What a reader says about one text; None where it has not learnt to say it, or does not know the text's words.

    `crisis` holds how likely the text is of C-SSRS level 1, 2, 3 and 4 or above: it never rises from one to the next.
    `place` is what that is about; None where it is the whole text.
    """

    crisis: tuple[float, float, float, float] | None
    emotions: Emotions | None
    unsafe: dict[Unsafe, float] | None
    place: Place | None = None


class Sure(msgspec.Struct, frozen=True):
    """From which probability on a reader is believed; measured for each reader, and part of what was trained.

    `low`, `medium` and `high` are for C-SSRS level 1, 2 and 4 or above; `high_after` for 4 where anything calls the
    text medium already: everyday words are hardly ever, so that less is needed then. `emotion` has bounds of classes by
    language: a text holds each class at its bound or above, mainly the one that is furthest above (as a quotient), and
    what it holds is unknown where there is none; a better reader's bounds are for what it and the small one say
    together. `beside` says how: by language and class, what the small one's odds and its own count for, and what is
    added. A category that `unsafe` does not name is never believed.
    """

    low: float
    medium: float
    high: float
    emotion: dict[str, dict[Ekman, float]]
    unsafe: dict[Unsafe, float]
    high_after: float = 1.0
    beside: dict[str, dict[Ekman, tuple[float, float, float]]] = {}


class Reader(Protocol):
    """A trained reader: the same text gives the same answer, nothing is kept, and nothing is waited for."""

    @property
    def name(self) -> str:
        """What signals call it."""
        ...

    @property
    def version(self) -> str:
        """Of what was trained; it changes whenever an answer may."""
        ...

    @property
    def sure(self) -> Sure:
        """From where on its answers count."""
        ...

    def read(self, text: str) -> Heads:
        """What it says about a text of any length, which may be empty."""
        ...
