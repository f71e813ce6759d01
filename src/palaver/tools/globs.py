"""Which paths of a workspace a glob means; it lists nothing.

As `path_patterns` reads them, with `{a,b}` for either, and only what is named itself: not what lies below it.
"""

from collections.abc import Callable

from palaver.core.errors import Invalid
from palaver.tools import path_patterns

_MOST = 64  # patterns that one with braces may stand for

Fits = Callable[[str], bool]


def glob(text: str) -> Fits:
    """What tells whether a path, relative to where the glob starts, is meant; `Invalid` where it cannot be read."""
    try:
        patterns = [_exact(alternative) for alternative in _alternatives(text)]
    except ValueError as error:
        raise Invalid(f"The glob {text} cannot be used: {error}.") from None

    def fits(path: str) -> bool:
        names = path.split("/")
        return any(path_patterns.follows(names, pattern) for pattern in patterns)

    return fits


def _exact(text: str) -> path_patterns.Pattern:
    pattern = path_patterns.read(text)
    return pattern if text.endswith("**") else pattern[:-1]


def _alternatives(text: str) -> list[str]:
    """The patterns without braces that one with braces stands for."""
    pending, plain = [text], list[str]()
    while pending:
        if len(pending) + len(plain) > _MOST:
            raise ValueError(f"its braces stand for more than {_MOST} patterns")
        one = pending.pop()
        end = one.find("}")
        start = one.rfind("{", 0, end)
        if end < 0 or start < 0:
            plain.append(one)
        else:
            pending += [one[:start] + choice + one[end + 1 :] for choice in one[start + 1 : end].split(",")]
    return plain
