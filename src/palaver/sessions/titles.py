"""What a session is called until it has a better name; it asks no model."""

import regex

LONGEST = 30  # grapheme clusters; what a list of sessions shows in one line (CONTRACT, Sessions)
ENOUGH = 2_000  # code points that are looked at: 30 clusters of the longest emoji sequences fit many times

_CLUSTER = regex.compile(r"\X")


def title_of(text: str) -> str | None:
    """The first 30 grapheme clusters of a text with its white space folded; None where nothing is left."""
    folded = " ".join(text.lstrip()[: ENOUGH * 4].split())[:ENOUGH]
    if folded.isascii():
        return folded[:LONGEST].rstrip() or None
    clusters = _CLUSTER.findall(folded)[:LONGEST]
    return "".join(clusters).rstrip() or None
