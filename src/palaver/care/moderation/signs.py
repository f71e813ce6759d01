"""♥ What characters are to a window: gaps, letters, what opens a quotation, what ends a sentence; it knows no word."""

import re
from collections.abc import Iterator

from palaver.care.crisis.spelling import fold

_RUNS = re.compile(r"[!-~]+|\s+|[^\s!-~]")
_OPENS, _CLOSES = "\"'“‘«(*_", "\"'”’»)*_"
_QUOTES = "\"“”«»'‘’"
_STOPS = ".!?"
# Words whose full stop ends nothing.
_SHORTENED = frozenset("dr mr mrs ms prof st vs e.g i.e eg ie etc approx".split())
_BULLET = re.compile(r"[-*•#>]+|\d{1,2}[.)]")


class _Seen(dict[str, str]):
    """How each character reads; bounded by what Unicode holds."""

    def __missing__(self, character: str) -> str:
        self[character] = read = fold(character).text
        return read


SEEN = _Seen()


def runs(text: str) -> Iterator[str]:
    """A text in gaps, rows of plain letters and signs, and single others."""
    return (one[0] for one in _RUNS.finditer(text))


def is_bullet(token: str) -> bool:
    """Whether a token only marks a line of a list."""
    return _BULLET.fullmatch(token) is not None


def quotes(token: str, *, quoted: bool) -> tuple[bool, bool]:
    """Whether a quotation begins before a token, and ends after it."""
    opens = not quoted and any(one in _QUOTES for one in token[: len(token) - len(token.lstrip(_OPENS))])
    tail = token[len(token.rstrip(_CLOSES + _STOPS + ",:")) :]
    return opens, (quoted or opens) and any(one in _QUOTES for one in tail)


def ends_sentence(token: str) -> str | None:
    """The token without what closes behind it, where a sentence may end with it."""
    bare = token.rstrip(_CLOSES)
    if not bare or bare[-1] not in _STOPS or bare.strip(_OPENS + _STOPS) in _SHORTENED:
        return None
    return bare
