"""The services that help, read when they are first asked for; who is asking is not known here."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from palaver.care.resources.choosing import Wish, choose
from palaver.care.resources.freshness import Doubts, doubts
from palaver.care.resources.listing import merged
from palaver.care.resources.reading import shipped, with_own
from palaver.care.resources.resource import Resource
from palaver.care.resources.throughline import Directory
from palaver.core.care import Kind


class Help:
    """Who helps, where: what ships, what an operator put over it, and what a directory of theirs has told by now."""

    def __init__(self, own_file: Path | None = None, directory: Directory | None = None) -> None:
        self._own_file = own_file
        self.directory = directory
        self._known: Mapping[str, Resource] | None = None

    def chosen(
        self, country: str | None = None, language: str | None = None, kinds: Sequence[Kind] = ()
    ) -> list[Resource]:
        """The services for somebody, the best first; never empty. Raises ResourcesRefused."""
        return self.find(Wish(country, language, tuple(kinds)))

    def find(self, wish: Wish, limit: int | None = None) -> list[Resource]:
        """The same for a wish, with at most `limit` before what ends every answer. Raises ResourcesRefused."""
        return choose(self._near(wish.country).values(), wish, limit)

    def known(self) -> Mapping[str, Resource]:
        """Every service, by id. Raises ResourcesRefused."""
        if self._known is None:
            self._known = with_own(self._own_file)
        return self._known

    def _near(self, country: str | None) -> Mapping[str, Resource]:
        known = self.known()
        listed = self.directory.look(country) if self.directory is not None and country is not None else ()
        if not listed:
            return known
        return merged(known, {name for name, one in known.items() if shipped().get(name) is not one}, listed)

    def doubts(self, today: date) -> Doubts:
        """What an operator should look at again."""
        return doubts(self.known().values(), today)
