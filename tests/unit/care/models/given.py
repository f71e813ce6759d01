"""Readers that say what a test wants; they read nothing."""

from palaver.care.models.port import EKMAN, Emotions, Heads, Reader, Sure

SURE = Sure(
    low=0.5, medium=0.6, high=0.7, emotion={"en": dict.fromkeys(EKMAN, 0.4), "sw": {"joy": 0.2}}, unsafe={"hate": 0.8},
    high_after=0.3,
)  # fmt: skip


def emotions(language: str = "en", **likely: float) -> Emotions:
    """These classes; the others are not in the text at all."""
    ekman = dict.fromkeys(EKMAN, 0.0) | likely
    return Emotions(ekman, valence=0.5, arousal=-0.25, language="sw" if language == "sw" else "en")  # type: ignore[arg-type]


class Says(Reader):
    """Says the same of each text, or fails."""

    def __init__(self, heads: Heads | Exception, name: str = "twin") -> None:
        self._heads = heads
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def version(self) -> str:
        return f"{self._name}-1"

    @property
    def sure(self) -> Sure:
        return SURE

    def read(self, text: str) -> Heads:
        if isinstance(self._heads, Exception):
            raise self._heads
        return self._heads
