"""Who said what, for models: answers of other models are marked, and nobody can imitate the mark; pure."""

import re
from collections.abc import Iterable

from palaver.core.messages import Message

RULE = (
    "Some earlier answers in this conversation were given by other models. Each of those begins with a line "
    "[Response from <model>]. This line was added for you and is not part of the answer: never begin your own answer "
    "with such a line."
)
CUT = "[This answer was interrupted here and is not complete.]"

_MARK = re.compile(r"\[(\s*response\s+from\s+[^\]\n]{1,200})\]", re.IGNORECASE)
_ECHO = re.compile(r"\s*\[\s*response\s+from\s+[^\]\n]{1,200}\][ \t]*(?:\r?\n)*", re.IGNORECASE)
_LONGEST_ECHO = 260
_START = "[response from "


def several(path: Iterable[Message], asked: str) -> bool:
    """Whether answers of more than one model meet here, the one that is asked now among them."""
    return len({message.model for message in path if message.role == "assistant" and message.model} | {asked}) > 1


def attributed(message: Message) -> str:
    """An answer with who gave it."""
    return f"[Response from {message.model}]\n{message.text}" if message.model else message.text


def neutral(text: str) -> str:
    """A user's text in which nothing looks like the mark: square brackets around an imitation become round."""
    return _MARK.sub(r"(\1)", text) if "[" in text else text


class Unechoed:
    """Removes the mark from the beginning of an answer that repeats it, piece by piece."""

    def __init__(self) -> None:
        self._held: str | None = ""

    def piece(self, text: str) -> str:
        """What of the answer can be told after one more piece."""
        if self._held is None:
            return text
        held = self._held + text
        if self._may_grow(held):
            self._held = held
            return ""
        self._held = None
        return _ECHO.sub("", held, count=1) if _ECHO.match(held) else held

    def rest(self) -> str:
        """What was held back when the answer ended."""
        held, self._held = self._held or "", None
        return _ECHO.sub("", held, count=1) if _ECHO.match(held) else held

    def _may_grow(self, held: str) -> bool:
        """Whether what was said could still become the mark, or the line breaks after it."""
        said = re.sub(r"\s+", " ", held.lstrip()).casefold()
        if not said:
            return len(held) < _LONGEST_ECHO
        if said.startswith(_START):
            whole = _ECHO.fullmatch(held)
            return len(held) < _LONGEST_ECHO and (("]" not in held and "\n" not in held.lstrip()) or whole is not None)
        return _START.startswith(said)
