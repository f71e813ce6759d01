"""What a service of the operator's says of an answer, sentence by sentence, before it is told.

What the rules of moderation held never comes here, so that no service can let it out. Where it does not answer, it is
not asked again in this answer, and what the rules let pass is told.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Literal, NamedTuple

from palaver.care.moderation.verdict import ModerationCategory, Verdict

_ENDS = re.compile(r"[.!?…][\"'”’»)\]*_]*(?=\s)|\n")
_LONGEST = 600  # characters that wait for the end of a sentence; what is longer is judged in parts

Kind = Literal["said", "thought"]


class Piece(NamedTuple):
    """Something that may be told."""

    kind: Kind
    text: str


class Judging:
    """Of one step of one run. Once there is something `instead`, nothing more of it is told."""

    def __init__(self, judge: Callable[[str], Awaitable[Verdict]]) -> None:
        self._judge = judge
        self._waiting: list[Piece] = []  # each whole, but perhaps the last
        self._replaced: set[ModerationCategory | None] = set()
        self._failed = False
        self.changed: set[Kind] = set()  # what was not told as it came
        self.instead: str | None = None
        self.found: list[tuple[Verdict, str]] = []

    def take(self, kind: Kind, text: str) -> None:
        """Something that the rules let pass."""
        if self._waiting and self._waiting[-1].kind == kind:
            text = self._waiting.pop().text + text
        self._waiting.append(Piece(kind, text))

    async def told(self, *, whole: bool) -> list[Piece]:
        """What may be told now: whole sentences, or with `whole` all there is."""
        out: list[Piece] = []
        for kind, text in self._ready(whole=whole):
            told = await self._judged(text)
            if told != text:
                self.changed.add(kind)
            if told:
                out.append(Piece(kind, told))
        return out

    def _ready(self, *, whole: bool) -> list[Piece]:
        waiting, self._waiting = self._waiting, []
        if whole or not waiting:
            return [Piece(one.kind, part) for one in waiting for part in _sentences(one.text)]
        *before, last = waiting
        *parts, rest = [*_sentences(last.text), ""] if _is_whole(last.text) else _sentences(last.text)
        self._waiting = [Piece(last.kind, rest)] if rest else []
        ready = [Piece(one.kind, part) for one in before for part in _sentences(one.text)]
        return [*ready, *(Piece(last.kind, part) for part in parts)]

    async def _judged(self, text: str) -> str:
        """The sentence, or what is told in its place."""
        if self.instead is not None:
            return ""
        if self._failed or not text.strip():
            return text
        verdict = await self._judge(text)
        self._failed = bool(verdict.unknown)
        if verdict.action != "allow":
            self.found.append((verdict, text))
        if verdict.action == "block":
            self.instead = verdict.says
            return ""
        if verdict.action != "rewrite":
            return text
        known = verdict.category in self._replaced
        self._replaced.add(verdict.category)
        return "" if known else verdict.says + text[len(text.rstrip()) :]


def _is_whole(text: str) -> bool:
    return bool(text) and (text.endswith("\n") or len(text) >= _LONGEST)


def _sentences(text: str) -> Iterator[str]:
    """A text in parts, none of them too long; the white space after a sentence begins the next one."""
    at = 0
    for found in _ENDS.finditer(text):
        yield from _short(text[at : found.end()])
        at = found.end()
    if at < len(text):
        yield from _short(text[at:])


def _short(text: str) -> Iterator[str]:
    while len(text) > _LONGEST:
        cut = text.rfind(" ", 1, _LONGEST)
        cut = cut if cut > 0 else _LONGEST
        yield text[:cut]
        text = text[cut:]
    yield text
