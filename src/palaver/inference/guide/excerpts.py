"""Trims text to what is relevant without changing a word of what is kept; what to quote is decided elsewhere. Pure."""

import re
from collections.abc import Iterator, Sequence, Set

from palaver.inference.guide.passages import is_code, is_table
from palaver.inference.guide.words import RELATIVES, terms

LEFT_OUT = "[…]"
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
# A "sentence" without an end is somebody's paste: cut between words at about this many characters.
_LONGEST_SENTENCE = 300


def with_relatives(wanted: Set[str]) -> frozenset[str]:
    """The terms looked for, and those that mean the same here."""
    return frozenset(wanted).union(*(RELATIVES.get(term, frozenset()) for term in wanted))


def _worth(text: str, wanted: Set[str]) -> int:
    return len(wanted & set(terms(text)))


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a text, one by one; endless ones cut between words."""
    for sentence in _SENTENCE_END.split(text):
        rest = sentence.strip()
        while len(rest) > _LONGEST_SENTENCE:
            cut = rest.rfind(" ", 1, _LONGEST_SENTENCE)
            cut = cut if cut > 0 else _LONGEST_SENTENCE
            yield rest[:cut]
            rest = rest[cut:].strip()
        if rest:
            yield rest


def _best_run(worths: Sequence[int], sizes: Sequence[int], limit: int) -> range:
    """The neighbours around the worthiest item that fit into the limit together; at least that item."""
    middle = max(range(len(worths)), key=lambda at: (worths[at], -at))
    first, last, size = middle, middle, sizes[middle]
    while True:
        after = last + 1 < len(sizes) and size + sizes[last + 1] <= limit
        before = first > 0 and size + sizes[first - 1] <= limit
        if after and (not before or worths[last + 1] >= worths[first - 1]):
            last += 1
            size += sizes[last]
        elif before:
            first -= 1
            size += sizes[first]
        else:
            return range(first, last + 1)


def _of_prose(block: str, wanted: Set[str], limit: int) -> str:
    sentences = list(sentences_of(block))
    run = _best_run([_worth(one, wanted) for one in sentences], [len(one) + 1 for one in sentences], limit)
    kept = " ".join(sentences[run.start : run.stop])
    before = f"{LEFT_OUT} " if run.start > 0 else ""
    after = f" {LEFT_OUT}" if run.stop < len(sentences) else ""
    return f"{before}{kept}{after}"


def _of_lines(lines: Sequence[str], wanted: Set[str], limit: int) -> list[str]:
    """The worthiest lines in their order; a mark where others stood."""
    kept: set[int] = set()
    size = 0
    for at in sorted(range(len(lines)), key=lambda at: (-_worth(lines[at], wanted), at)):
        if not kept or size + len(lines[at]) <= limit:
            kept.add(at)
            size += len(lines[at])
    return [lines[at] for at in sorted(kept)]


def _of_table(block: str, wanted: Set[str], limit: int) -> str:
    head, rule, *rows = block.splitlines()
    kept = _of_lines(rows, wanted, limit - len(head) - len(rule))
    return "\n".join([head, rule, *kept]) + (f"\n\n{LEFT_OUT}" if len(kept) < len(rows) else "")


def _shortened(block: str, wanted: Set[str], limit: int) -> str:
    if len(block) <= limit or is_code(block):
        return block
    if is_table(block):
        return _of_table(block, wanted, limit)
    if re.match(r"\s*(?:[-*+]|\d+[.)])\s", block):
        return "\n".join(_of_lines(block.splitlines(), wanted, limit)) + f"\n\n{LEFT_OUT}"
    return _of_prose(block, wanted, limit)


def excerpt(blocks: Sequence[str], wanted: Set[str], limit: int) -> str:
    """The worthiest blocks that fit into about `limit` characters, in their order, with marks where others stood.

    A code block is kept whole together with the paragraph before it, which says what it is for.
    """
    sizes = [min(len(block), limit) for block in blocks]
    worths = [_worth(block, wanted) for block in blocks]
    if sum(sizes) <= limit:
        return "\n\n".join(_shortened(block, wanted, limit) for block in blocks)
    run = _best_run(worths, sizes, limit)
    first = run.start - 1 if run.start > 0 and is_code(blocks[run.start]) else run.start
    kept = [_shortened(block, wanted, limit) for block in blocks[first : run.stop]]
    before = [LEFT_OUT] if first > 0 else []
    after = [LEFT_OUT] if run.stop < len(blocks) else []
    return "\n\n".join([*before, *kept, *after])
