"""Splits Markdown into passages that can be cited by page and section; it neither renders nor ranks them. Pure.

Only headings, fences and blank lines matter here, so lines are read directly: a full Markdown parser would take longer
over all pages than the guide may take for its whole answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_PAGE_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|mailto:)[^)\s]*\)")
_MARKUP = re.compile(r"[`*]")


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands between two headings: the blocks exactly as they are written, and where they stand.

    `trail` are the headings above it, outermost first; it begins with the page's title.
    """

    trail: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def citation(self) -> str:
        """Page and section as a reader is told them."""
        return f"*{' › '.join(self.trail)}*"


def is_code(block: str) -> bool:
    """Whether a block is a fenced one."""
    return _FENCE.match(block) is not None


def is_table(block: str) -> bool:
    """Whether a block is a table of at least a head, its rule and a row."""
    lines = block.splitlines()
    return len(lines) > 2 and all(line.lstrip().startswith("|") for line in lines)


def _is_hidden(block: str) -> bool:
    return block.startswith("<!--") and block.endswith("-->")


def blocks_of(lines: list[str]) -> tuple[str, ...]:
    """Paragraphs, lists, tables and whole code blocks, in order, without comments."""
    blocks: list[list[str]] = [[]]
    fence = ""
    for line in lines:
        fence = _fence_after(line, fence)
        if line.strip() or fence:
            blocks[-1].append(line.rstrip("\n"))
        elif blocks[-1]:
            blocks.append([])
    joined = ("\n".join(block) for block in blocks if block)
    return tuple(block for block in joined if not _is_hidden(block))


def _fence_after(line: str, fence: str) -> str:
    """The fence that is open after this line, or nothing."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found[1]
    return "" if found[1].startswith(fence) and not line.strip().strip(fence[0]) else fence


def _sections(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Level, heading and lines of each section; what stands before the first heading has level 0."""
    level, heading, lines, fence = 0, "", list[str](), ""
    for line in text.splitlines():
        fence = _fence_after(line, fence)
        found = None if fence else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        yield level, heading, lines
        level, heading, lines = len(found[1]), _MARKUP.sub("", found[2]), []
    yield level, heading, lines


def _without_front_matter(text: str) -> str:
    if not text.startswith("---\n"):
        return text
    return text.partition("\n---\n")[2] or text


def split(text: str, name: str) -> tuple[Passage, ...]:
    """The passages of one page. `name` stands for its title where it has none.

    Links between pages become their words, since a reader of an answer has no page to go to from there.
    """
    trail: list[tuple[int, str]] = []
    passages: list[Passage] = []
    for level, heading, lines in _sections(_without_front_matter(text)):
        if heading:
            trail = [above for above in trail if above[0] < level] + [(level, heading)]
        blocks = tuple(block if is_code(block) else _PAGE_LINK.sub(r"\1", block) for block in blocks_of(lines))
        if blocks:
            passages.append(Passage(tuple(title for _, title in trail) or (name,), blocks))
    return tuple(passages)
