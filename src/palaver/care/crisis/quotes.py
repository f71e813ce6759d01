"""♥ Finds what stands in quotation marks; it does not know what it means."""

import re

Spans = tuple[tuple[int, int], ...]

# A mark opens before a word and closes after one, so that one mark too many turns nothing round.
_QUOTED = re.compile(
    r"""(?<!\w)["“”„«‟](?=\w)(?P<one>[^"“”„«»\n]{1,300})["“”»](?!\w)|(?<!\w)['‘‚‹](?=\w)(?P<other>[^\n"]{1,120}?)(?<=[\w.!?,…])['’›](?!\w)"""
)
_MARK = 3  # a stop and a mark that close what a clause ends with


def quoted(text: str, start: int, end: int) -> Spans:
    """Where something is quoted in a part of a text, marks left out, counted from where the part begins."""
    those = (found.span(found.lastgroup or 0) for found in _QUOTED.finditer(text, max(0, start - 1), end + _MARK))
    return tuple((begins - start, ends - start) for begins, ends in those)
