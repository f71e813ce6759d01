"""Who said what, for models: answers of other models are marked, and nobody can imitate the mark; pure."""

from collections.abc import Iterable

import regex

from palaver.core.messages import Author, Message

RULE = (
    "Some earlier answers in this conversation were given by other models, or by people. Each of those begins with a "
    "line [Response from <who>]. This line was added for you and is not part of the answer: never begin your own "
    "answer with such a line."
)
CUT = "[This answer was interrupted here and is not complete.]"

# A whole mark, or the beginning of one: of marks within marks, beginnings would be left.
_MARK = regex.compile(r"\[(\s*response\s+from\s[^\[\]\n]*)\]|\[(?=\s*response\s+from\s)", regex.IGNORECASE)
# Bounded throughout, so that what is held back of an answer is.
_ECHO = regex.compile(
    r"\s{0,32}\[\s{0,8}response\s{1,8}from\s{1,8}[^\]\n]{1,200}\][ \t]{0,8}(?:\r?\n){0,8}", regex.IGNORECASE
)


def several(path: Iterable[Message], asked: str) -> bool:
    """Whether answers of more than one model meet here, the one that is asked now among them."""
    return len({message.model for message in path if message.role == "assistant" and message.model} | {asked}) > 1


def attribution(message: Message) -> str:
    """The line that says who gave an answer; nothing where nobody knows."""
    if isinstance(message.author, Author):
        return f"[Response from a person of the team: {neutral(message.author.name)}]\n"
    return f"[Response from {message.model}]\n" if message.model else ""


def neutral(text: str) -> str:
    """A user's text in which nothing looks like the mark: square brackets around an imitation become round."""
    return _MARK.sub(_round, text) if "[" in text else text


def _round(mark: "regex.Match[str]") -> str:
    return f"({mark[1]})" if mark[1] is not None else "("


class Unechoed:
    """Removes the mark from the beginning of an answer that repeats it, piece by piece."""

    def __init__(self) -> None:
        self._held: str | None = ""

    def piece(self, text: str) -> str:
        """What of the answer can be told after one more piece."""
        if self._held is None:
            return text
        held = self._held + text
        if _ECHO.fullmatch(held, partial=True):  # it could still become the mark, or the line breaks after it
            self._held = held
            return ""
        self._held = None
        return _unmarked(held)

    def rest(self) -> str:
        """What was held back when the answer ended."""
        held, self._held = self._held or "", None
        return _unmarked(held)


def _unmarked(answer: str) -> str:
    mark = _ECHO.match(answer)
    return answer[mark.end() :] if mark else answer
