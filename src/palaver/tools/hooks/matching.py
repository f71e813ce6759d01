"""Which tools a hook is about: a regular expression that means the whole name. It knows no hook and no tool.

An expression is tried out when it is stored, and every use of it has a deadline: one that does not come to an end in
time counts as a match, so that a hook is asked once too often rather than once too little.
"""

from dataclasses import dataclass

import regex

LONGEST = 200
DEADLINE = 0.02  # seconds; a plain expression over a tool's name takes a thousandth of it
# What expressions are made of. Counted repetitions are no part of it: nested, they take all memory when they are read.
_SIGNS = regex.compile(r"(?:[A-Za-z0-9_.*+?|)\[\]^$-]|\((?!\?)|\(\?[:=!]|\\[wdWD.*+?|()\[\]^$\\-])*")
_EVERYTHING = frozenset({"", "*", ".*"})
# Names that make an expression with nested repetitions run away, if it can.
_TRIALS = ("Bash", "mcp__" + "a" * 60 + "!", "A" * 128 + "!", "_" * 128 + "!", "aA0_" * 30 + "!")


@dataclass(frozen=True, slots=True)
class Matcher:
    """An expression that was found good. Without one, or with `*`, everything matches."""

    text: str = ""

    @classmethod
    def read(cls, text: str) -> "Matcher":
        """The matcher, or a `ValueError` with a sentence about what is wrong with it."""
        if len(text) > LONGEST:
            raise ValueError(f"a matcher has at most {LONGEST} signs")
        if text in _EVERYTHING:
            return cls()
        if not _SIGNS.fullmatch(text):
            raise ValueError(
                "a matcher is made of names, `.`, `*`, `+`, `?`, `|`, `[…]`, `(…)`, `(?!…)`, `\\w` and `\\d`"
            )
        try:
            for name in _TRIALS:
                _fits(text, name)
        except TimeoutError:
            raise ValueError("this regular expression takes too long; avoid repetitions within repetitions") from None
        except regex.error as error:
            raise ValueError(f"this is not a regular expression: {error}") from None
        return cls(text)

    def matches(self, name: str) -> bool:
        """Whether the whole name is meant."""
        try:
            return self.text in _EVERYTHING or _fits(self.text, name)
        except TimeoutError:
            return True


def _fits(text: str, name: str) -> bool:
    return regex.fullmatch(text, name, timeout=DEADLINE) is not None
