"""Exact replacements in a text: what they make of it, or why they cannot be made; no file is touched here."""

from collections.abc import Sequence
from dataclasses import dataclass

from palaver.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Replacement:
    """One text in place of another, which stands there exactly once, or anywhere with `everywhere`."""

    old: str
    new: str
    everywhere: bool = False


def applied(text: str, replacements: Sequence[Replacement]) -> tuple[str, int]:
    """The text after all of them, in order, and how many places changed; or `Invalid`, and nothing is changed.

    In a text with Windows line ends (all of them), a line end of a replacement means such a one.
    """
    windows = "\r\n" in text and text.count("\r\n") == text.count("\n")
    count = 0
    for number, replacement in enumerate(replacements, 1):
        where = f" (edit {number})" if len(replacements) > 1 else ""
        old, new = (_windows(said) if windows else said for said in (replacement.old, replacement.new))
        found = text.count(old) if old else 0
        problem = _problem(replacement, old == new, found)
        if problem:
            raise Invalid(f"The text to replace{where} {problem}.")
        text = text.replace(old, new)
        count += found
    return text, count


def _problem(replacement: Replacement, same: bool, found: int) -> str | None:
    if not replacement.old:
        return "is empty"
    if same:
        return "is the same as the new one"
    if not found:
        return "was not found; it must match exactly, with every space and line end"
    if found > 1 and not replacement.everywhere:
        return f"stands there {found} times; add more of what surrounds it, or set replace_all"
    return None


def _windows(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
