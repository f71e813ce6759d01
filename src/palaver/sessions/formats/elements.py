"""Takes a JSON array apart into its elements without reading it whole; what an element says, it does not read."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from palaver.sessions.formats.brought import Broken

_OUTSIDE = re.compile(rb'["\[\]{},]')
_INSIDE = re.compile(rb'["\\]')


class Element(NamedTuple):
    """One element's bytes, and the line on which it begins, from 1."""

    body: bytes
    line: int


def elements(pieces: Iterable[bytes], most: int) -> Iterator[Element]:
    """The elements of the array that the pieces are together; `Broken` where they are none, or one is too large.

    What is no array is one element.
    """
    cutter = _Cutter(most)
    for piece in pieces:
        yield from cutter.take(piece)
    yield from cutter.end()


class _Cutter:
    """Counts brackets outside of texts, and cuts at the commas between elements."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._depth = 0
        self._texted = False  # within a text
        self._skip = 0  # bytes of the next piece that stand behind a backslash
        self._array: bool | None = None  # None: nothing was read yet
        self._closed = False
        self._held: list[bytes] = []
        self._size = 0
        self._line = 1

    def take(self, piece: bytes) -> Iterator[Element]:
        """What comes to its end in this piece."""
        if self._array is None:
            piece = self._begin(piece)
        if not self._array:
            self._hold(piece)
            return
        start, at = 0, self._skip
        self._skip = 0
        while found := (_INSIDE if self._texted else _OUTSIDE).search(piece, at):
            at = found.end()
            sign = found.group()
            if sign == b"\\":
                at += 1
            elif sign == b'"':
                self._texted = not self._texted
            elif self._cuts(sign):
                self._hold(piece[start : at - 1])
                start = at
                yield from self._cut(last=sign == b"]")
        self._skip = max(0, at - len(piece))
        self._hold(piece[start:])

    def end(self) -> Iterator[Element]:
        """What is left; `Broken` where the array was not closed."""
        rest = b"".join(self._held)
        if self._array is False:
            yield Element(rest, 1)
            return
        if self._array is None:
            raise Broken("the file is empty")
        if not self._closed:
            raise Broken(f"the file ends within an element, after line {self._line}")
        if rest.strip():
            raise Broken(f"line {self._line}: something stands behind the end")

    def _begin(self, piece: bytes) -> bytes:
        piece = piece.removeprefix(b"\xef\xbb\xbf")
        begins = piece.lstrip()
        if not begins:
            self._line += piece.count(b"\n")
            return b""
        self._array = begins.startswith(b"[")
        if not self._array:
            return piece
        self._line += piece[: len(piece) - len(begins)].count(b"\n")
        return begins[1:]

    def _cuts(self, sign: bytes) -> bool:
        if sign == b",":
            return self._depth == 0 and not self._closed
        if sign in b"[{":
            self._depth += 1
            return False
        self._depth -= 1
        return self._depth < 0 and not self._closed

    def _hold(self, piece: bytes) -> None:
        if piece:
            self._size += len(piece)
            if self._size > self._most:
                raise Broken(f"one conversation has more than {self._most:,} bytes")
            self._held.append(piece)

    def _cut(self, *, last: bool) -> Iterator[Element]:
        whole = b"".join(self._held)
        self._held, self._size = [], 0
        blank = len(whole) - len(whole.lstrip())
        line = self._line + whole[:blank].count(b"\n")
        self._line += whole.count(b"\n")
        self._closed = last
        if whole.strip():
            yield Element(whole[blank:], line)
        elif not last:
            raise Broken(f"line {line}: there is a comma, and nothing before it")
