"""♥ Reads disguised letters as the letters they stand for, and keeps where each one stood; it knows no word."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Letters that look like Latin ones (Unicode Technical Standard 39 calls them confusable): Cyrillic, Greek, others.
_LOOKALIKE = "авеикмнорстухіјѕԁһӏԛԝєαβεηικνορτυχωγɑɡɩıøłđß‘’ʼ`´ʹ＇"
_LATIN = "abeukmhopctyxijsdhlqweabenikvoptuxwyagiioldb'''''''"
_LOOKS = dict(zip(_LOOKALIKE, _LATIN, strict=True))
# Pictures that are used for the word.
_PICTURES = {
    "💀": " die ", "☠": " die ", "⚰": " coffin ", "🪦": " coffin ", "🔪": " knife ", "🗡": " knife ", "🔫": " gun ",
    "💊": " pills ", "🩸": " blood ", "🪢": " rope ", "🌉": " bridge ", "🚂": " train ", "🚆": " train ",
    "🚄": " train ", "🌊": " water ", "👼": " heaven ",
}  # fmt: skip
_LETTERED = (0x1F1E6, 0x1F1FF)  # regional indicators spell words as well


class _Letters(dict[str, str]):
    """What each character reads as; learnt when first met, and bounded by what Unicode holds."""

    def __missing__(self, character: str) -> str:
        self[character] = read = _read(character)
        return read


def _read(character: str) -> str:
    if character in _PICTURES:
        return _PICTURES[character]
    if _LETTERED[0] <= ord(character) <= _LETTERED[1]:
        return chr(ord(character) - _LETTERED[0] + ord("a"))
    plain = unicodedata.normalize("NFKD", character).casefold()
    return "".join(_LOOKS.get(one, _shown(one)) for one in unicodedata.normalize("NFKD", plain))


def _shown(character: str) -> str:
    """Marks that sit on letters, and what cannot be seen, are no letters; other symbols part words."""
    kind = unicodedata.category(character)
    if kind in {"Mn", "Me", "Mc", "Cf"} or character in "\u3164\u115f\u1160\u2800":
        return ""
    return " " if kind in {"So", "Sk", "Cs", "Co", "Cn", "Zs"} else character


_LETTERS = _Letters()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in plain small letters, and for each of them where it stood."""

    text: str
    origins: list[int] | None  # None: where it stands

    def origin(self, at: int) -> int:
        """Where that letter stood in what was given."""
        return at if self.origins is None else self.origins[at]


def fold(text: str) -> Folded:
    """The text in plain small letters: one look at each character, whatever it is."""
    if text.isascii():
        return Folded(text.lower(), None)
    pieces = [_LETTERS[character] for character in text]
    folded = "".join(pieces)
    if len(folded) == len(text) and all(pieces):
        return Folded(folded, None)
    return Folded(folded, [at for at, piece in enumerate(pieces) for _ in piece])


# A word may have signs inside that stand for letters or part them; an ending sign is punctuation.
TOKEN = re.compile(
    r"(?P<spaced>(?<![^\W_])[^\W_](?:[^\S\n]{1,3}(?:'[^\S\n]{1,3})?[^\W_](?![^\W_'])){2,63})"
    r"|(?P<word>[^\W_@$](?:[\w@$!|*+'.\-]{0,38}[\w@$*])?|[@$!|*+][^\W_](?:[\w@$!|*+'.\-]{0,38}[^\W_])?)"
    r"|(?P<stop>(?<!\.)[.!?;](?!\.)[!?]*|\n\s*\n)"
)
_LEET = str.maketrans("0134578@$!|+", "oieastbasiit")
_LEET_L = str.maketrans("0134578@$!|+", "oleastbaslit")
_SIGNS = re.compile(r"[^a-z']")
_SIGN = re.compile(r"[^\w']|_")
_REPEATED = re.compile(r"(.)\1{2,}")
_TWICE = re.compile(r"(.)\1+")


def readings(word: str) -> Iterator[str]:
    """How a word that is not known as it stands may be meant, the likeliest first."""
    if not word.isalpha():
        closed = _SIGN.sub("", word)
        yield closed
        yield word.translate(_LEET)
        yield _SIGNS.sub("", word.translate(_LEET))
        yield _SIGNS.sub("", word.translate(_LEET_L))
        yield _SIGNS.sub("", closed.translate(_LEET))
        yield word.replace("'", "")
    if "v" in word:
        yield word.replace("v", "u")
    if _TWICE.search(word):
        yield _REPEATED.sub(r"\1\1", word)
        yield _REPEATED.sub(r"\1", word)
        yield _TWICE.sub(r"\1", word)


def pieces(word: str) -> list[tuple[int, str]]:
    """The parts of a word that signs part, each with where it begins."""
    return [(found.start(), found[0]) for found in re.finditer(r"[^\W_']+(?:'[^\W_]+)?", word)]


def without_one(word: str) -> Iterator[str]:
    """The word with one letter left out, in each way: two words one slip apart share one of these."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def one_slip(one: str, other: str) -> bool:
    """Whether one letter too many, too few, another or two that changed places make one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[at:], other[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
