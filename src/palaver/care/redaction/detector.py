"""♥ All that is found in a text, each place once; what becomes of it is decided elsewhere."""

from collections.abc import Callable, Collection, Iterable, Iterator

from palaver.care.redaction.entity import Entity, Kind, settled
from palaver.care.redaction.names import Names
from palaver.care.redaction.numbers import numbers
from palaver.care.redaction.patterns import accounts, machines, mail, secrets, spots
from palaver.care.redaction.places import places

VERSION = "2026.11.22"  # of lists and patterns: it changes whenever an answer may

_WITH_DIGITS: tuple[Callable[[str], Iterator[Entity]], ...] = (numbers, accounts, spots, machines, places)


class Detector:
    """Reads texts, and keeps nothing of them. `names` is called when names are first looked for: lists are large."""

    def __init__(self, names: Callable[[], Names]) -> None:
        self._names = names

    def read(self, text: str, kinds: Collection[Kind], besides: Iterable[Entity] = ()) -> list[Entity]:
        """The places of these kinds in a text, in order; `besides` are some that others found."""
        found = [*secrets(text), *mail(text), *besides]
        if any(one.isdigit() for one in text):
            found += (one for read in _WITH_DIGITS for one in read(text))
        elif ":" in text:
            found += machines(text)
        if "name" in kinds:
            found += self._names().find(text)
        return [one for one in settled(found) if one.kind in kinds]
