"""Patterns of paths as gitignore files write them, and whether a path follows one; it opens no file.

`*` and `?` stay within one name, `**` spans any number of them, `[a-z]` is one letter, `\\` takes a sign as it is. A
pattern without a slash (or with one only at its end) holds at any depth, others from the top. What holds for a folder
holds for everything below it. Matching takes time in proportion to the lengths multiplied, never more.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

Token = TypeVar("Token")

LONGEST = 1_000


class Sign(NamedTuple):
    """One sign of a name: any of `letters`, or none of them; without letters, any."""

    letters: tuple[tuple[str, str], ...]
    inverted: bool = False


class Star(NamedTuple):
    """Any number of signs, or of names."""


Name = tuple[Sign | Star, ...]
Pattern = tuple[Name | Star, ...]

ANY_NAME: Name = (Star(),)


def read(text: str) -> Pattern:
    """The pattern, or a `ValueError` that says what is wrong with it."""
    if not text or len(text) > LONGEST:
        raise ValueError(f"a pattern of paths has 1 to {LONGEST} signs")
    if text.startswith("!"):
        raise ValueError("a rule cannot take back with `!`; use a deny rule")
    names = names_of(text)
    if ".." in names:
        raise ValueError("a pattern cannot leave the workspace by `..`")
    read_names = [Star() if name == "**" else _name(name) for name in names]
    if names and names[-1] == "**":
        read_names[-1] = ANY_NAME  # what is inside a folder, and not the folder
    deep = () if "/" in text.rstrip("/") else (Star(),)
    return (*deep, *read_names, Star())


def follows(names: Sequence[str], pattern: Pattern) -> bool:
    """Whether a path, given as its names, is what the pattern means, or lies below it."""
    return _matched(names, pattern, _name_fits)


def leads_to(names: Sequence[str], pattern: Pattern) -> bool:
    """Whether something that follows the pattern may lie below a folder."""
    for taken, name in zip(pattern, names, strict=False):
        if isinstance(taken, Star):
            return True
        if not _name_fits(name, taken):
            return False
    return len(names) < len(pattern)


def covers(wide: Pattern, narrow: Pattern) -> bool:
    """Whether what follows the narrow one certainly follows the wide one: they are equal, or a plain folder is wide."""
    plain = wide[:-1]
    if plain[-1:] == (ANY_NAME,) and len(narrow) > len(plain):
        return narrow[: len(plain) - 1] == plain[:-1] and narrow[len(plain) - 1] != Star()
    return wide == narrow or narrow[: len(plain)] == plain


def names_of(path: str) -> tuple[str, ...]:
    """The names of a path, without `.` and doubled slashes; `..` stays."""
    return tuple(name for name in path.split("/") if name not in {"", "."})


def folded(text: str) -> str:
    """The same for every spelling that some file system takes for the same name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def escaped(path: str) -> str:
    """The pattern that means this very path, from the top."""
    return "/" + "".join(f"\\{sign}" if sign in "*?[]\\!" else sign for sign in path)


def _name(text: str) -> Name:
    signs: list[Sign | Star] = []
    rest = text
    while rest:
        sign, rest = _next_sign(rest)
        if not (isinstance(sign, Star) and signs and isinstance(signs[-1], Star)):
            signs.append(sign)
    return tuple(signs)


def _next_sign(text: str) -> tuple[Sign | Star, str]:
    match text[0]:
        case "*":
            return Star(), text[1:]
        case "?":
            return Sign(()), text[1:]
        case "[":
            return _set(text)
        case "\\":
            if len(text) == 1:
                raise ValueError("a pattern cannot end with a backslash")
            return Sign(((text[1], text[1]),)), text[2:]
        case letter:
            return Sign(((letter, letter),)), text[1:]


def _set(text: str) -> tuple[Sign, str]:
    inverted = text[1:2] in {"!", "^"}
    start = 2 if inverted else 1
    end = text.find("]", start + 1)
    if end < 0:
        raise ValueError("a `[` of a pattern is not closed by `]`; write `\\[` for the sign itself")
    letters: list[tuple[str, str]] = []
    inside = text[start:end]
    while inside:
        low, high = (inside[0], inside[2]) if len(inside) > 2 and inside[1] == "-" else (inside[0], inside[0])
        letters.append((low, high))
        inside = inside[3:] if len(inside) > 2 and inside[1] == "-" else inside[1:]
    return Sign(tuple(letters), inverted), text[end + 1 :]


def _name_fits(name: str, pattern: Name) -> bool:
    return _matched(name, pattern, _sign_fits)


def _sign_fits(letter: str, sign: Sign) -> bool:
    return not sign.letters or any(low <= letter <= high for low, high in sign.letters) is not sign.inverted


def _matched(items: Sequence[str], tokens: Sequence[Token | Star], fits: Callable[[str, Token], bool]) -> bool:
    """The old way with one place to come back to: only the last star can ever have to take more."""
    item = token = 0
    star, taken = -1, 0
    while item < len(items):
        wanted = tokens[token] if token < len(tokens) else None
        if isinstance(wanted, Star):
            star, taken, token = token, item, token + 1
        elif wanted is not None and fits(items[item], wanted):
            item, token = item + 1, token + 1
        elif star >= 0:
            taken += 1
            item, token = taken, star + 1
        else:
            return False
    return all(isinstance(left, Star) for left in tokens[token:])
