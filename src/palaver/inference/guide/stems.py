"""Cuts English words down to what they share with their relatives; it knows no grammar and no other language. Pure."""

from functools import lru_cache

# The Snowball stemmer in pure Python was tried first: 27 ms to import and 46 µs a word, where the guide must read all
# its pages and answer within 50 ms. Its C twin is one binary wheel more for what these few lines do for short pages.
# Longest first: the first that fits wins. Each is (suffix, what replaces it, letters that must be left before it).
_SUFFIXES = (
    ("isation", "", 4),
    ("ization", "", 4),
    ("ation", "", 4),
    ("ment", "", 5),
    ("ness", "", 4),
    ("able", "", 4),
    ("ible", "", 4),
    ("ing", "", 3),
    ("ion", "", 4),
    ("ate", "", 5),
    ("ise", "", 4),
    ("ize", "", 4),
    ("ed", "", 3),
    ("er", "", 4),
    ("or", "", 4),
    ("al", "", 4),
    ("ly", "", 4),
)
# Words whose root is another word here: `coding` is no error code, a `bearer` no bear.
_ALONE = frozenset(("coding", "during", "bearer", "string", "number", "server"))
_VOWELS = frozenset("aeiouy")
# No English word worth cutting is longer; what is, is a key, an address or noise.
_LONGEST = 24


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_suffix(word: str) -> str:
    for suffix, instead, least in _SUFFIXES:
        rest = len(word) - len(suffix)
        if rest >= least and word.endswith(suffix) and not _VOWELS.isdisjoint(word[:rest]):
            return word[:rest] + instead
    return word


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """`connecting`, `connected`, `connection` and `connector` all become `connect`."""
    if word in _ALONE or not 3 < len(word) <= _LONGEST or not word.isalpha() or not word.isascii():
        return word
    # Twice, since endings stack: `monitoring`, `monitor`.
    root = _without_suffix(_without_suffix(_singular(word)))
    if root[-1] in "ey" and len(root) > 3:
        root = root[:-1]
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in _VOWELS:
        root = root[:-1]
    return root
