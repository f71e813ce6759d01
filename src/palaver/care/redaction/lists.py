"""The lists of names that ship; it reads them once, when names are first looked for."""

from functools import cache
from pathlib import Path

from palaver.care.redaction.names import Names

_LIST = Path(__file__).with_name("names.txt")
_SECOND = "# names that are words or places as well"


@cache
def names() -> Names:
    """What knows them. Where they come from stands at the head of the file."""
    first, _, second = _LIST.read_text("utf-8").partition(_SECOND)
    clear = (line for line in first.splitlines() if not line.startswith("#"))
    return Names(frozenset(word for line in clear for word in line.split()), frozenset(second.split()))
