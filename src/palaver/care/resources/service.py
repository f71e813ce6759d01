"""The services that help, read when they are first asked for; who is asking is not known here."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from palaver.care.resources.choosing import Wish, choose
from palaver.care.resources.freshness import Doubts, doubts
from palaver.care.resources.reading import with_own
from palaver.care.resources.resource import Resource
from palaver.core.care import Kind


class Help:
    """Who helps, where: what ships, and what an operator put over it."""

    def __init__(self, own_file: Path | None = None) -> None:
        self._own_file = own_file
        self._known: Mapping[str, Resource] | None = None

    def chosen(
        self, country: str | None = None, language: str | None = None, kinds: Sequence[Kind] = ()
    ) -> list[Resource]:
        """The services for somebody, the best first; never empty. Raises ResourcesRefused."""
        return self.find(Wish(country, language, tuple(kinds)))

    def find(self, wish: Wish, limit: int | None = None) -> list[Resource]:
        """The same for a wish, with at most `limit` before what ends every answer. Raises ResourcesRefused."""
        return choose(self.known().values(), wish, limit)

    def known(self) -> Mapping[str, Resource]:
        """Every service, by id. Raises ResourcesRefused."""
        if self._known is None:
            self._known = with_own(self._own_file)
        return self._known

    def doubts(self, today: date) -> Doubts:
        """What an operator should look at again."""
        return doubts(self.known().values(), today)
