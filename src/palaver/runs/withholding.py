"""What of a model's answer may be told, piece by piece: one window for its words, one for what it thinks aloud.

What is harmful is `care.moderation`'s to say. What is held comes later or never; what was told is never taken back.
"""

from collections.abc import Callable

from palaver.care.moderation.verdict import Verdict
from palaver.care.moderation.window import Window
from palaver.runs.judging import Judging


class Withholding:
    """Of one step of one run."""

    def __init__(self, window: Callable[[], Window], judging: Judging | None = None) -> None:
        self.judging = judging
        self._window = window
        self._heard: list[str] = []
        self._mused: list[str] = []
        self._words = window()
        self._thoughts = window()
        self._besides: list[tuple[Verdict, str]] = []  # what may not be told as it is, of words in calls
        self._thought = False  # whether something it thinks may still be held

    @property
    def found(self) -> list[tuple[Verdict, str]]:
        """What the answer, what it thought aloud and what it asked come to so far, each as the model gave it."""
        thought = [(self._thoughts.verdict, "".join(self._mused))] if self._mused else []
        judged = self.judging.found if self.judging else ()
        return [(self._words.verdict, "".join(self._heard)), *thought, *self._besides, *judged]

    def whole(self, text: str) -> str:
        """What may be told of a text that has come whole, and stands for itself."""
        window = self._window()
        told = window.piece(text) + window.rest()
        if window.hits:
            self._besides.append((window.verdict, text))
        return told if window.stopped is None else told + window.verdict.says

    @property
    def instead(self) -> str | None:
        """What is told in place of the rest of the answer, once something in it may not be."""
        if self.judging is not None and self.judging.instead is not None:
            return self.judging.instead
        return None if self._words.stopped is None else self._words.verdict.says

    def said(self, text: str) -> str:
        """What may be told now that this was said."""
        self._heard.append(text)
        return self._words.piece(text)

    def thought(self, text: str) -> str:
        """What may be told now that this was thought; where it may not be, the thoughts break off."""
        self._thought = True
        self._mused.append(text)
        return self._thoughts.piece(text)

    def thoughts_end(self) -> str:
        """The rest of what was thought, before anything else is told."""
        if not self._thought:
            return ""
        self._thought = False
        return self._thoughts.rest()

    @property
    def thoughts_whole(self) -> bool:
        """Whether what it thought was told as it thought it: only then does a vendor's seal fit."""
        judged = self.judging is not None and "thought" in self.judging.changed
        return not self._thoughts.hits and not judged

    def rest(self) -> str:
        """The rest of the answer."""
        return self._words.rest()
