"""Compiles lists of sentence forms into one expression, so that they can be read and extended as lists. Pure.

A form is a line of words in the notation of regular expressions; `<name>` stands for a list given by that name. Forms
are matched against folded text with single spaces (see `words.fold`), whole words only.
"""

import re
from collections.abc import Mapping


def any_of(lines: str) -> str:
    """One expression for any of the lines."""
    return f"(?:{'|'.join(line.strip() for line in lines.splitlines() if line.strip())})"


def forms(lines: str, lists: Mapping[str, str] | None = None) -> re.Pattern[str]:
    """Finds any of the forms, each a line."""
    expression = any_of(lines)
    for name, members in (lists or {}).items():
        expression = expression.replace(f"<{name}>", any_of(members))
    return re.compile(rf"(?<!\w){expression}(?!\w)")
