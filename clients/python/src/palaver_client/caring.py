"""What the API has about words of people in danger, and who helps; nothing that is asked here is kept."""

from collections.abc import Sequence
from typing import Generic, Literal, TypeAlias

from palaver_client.modes import Mode, Resource, asked, told
from palaver_client.scripts import Script, Telling, said
from palaver_client.shapes import Assessed, CareResource

HelpKind: TypeAlias = Literal[
    "crisis_line", "text", "emergency", "domestic_violence", "children", "lgbtq", "directory"
]  # fmt: skip


class Care(Resource[Mode], Generic[Mode]):
    """How soon a text asks for an answer, and who helps."""

    @asked
    def assess(self, text: str, *, language: str | None = None, country: str | None = None) -> Script[Assessed]:
        """What in a text says that somebody is in danger, in whatever language, and who helps there."""
        return self._post("/care/assess", {"text": text, **said(language=language, country=country)})

    @told
    def resources(
        self, *, country: str | None = None, language: str | None = None, kinds: Sequence[HelpKind] = (),
        limit: int | None = None,
    ) -> Telling[CareResource]:  # fmt: skip
        """Who helps, the best match first; emergency numbers and directories come last, and always."""
        return self._pages("/care/resources", country=country, language=language, kind=list(kinds) or None, limit=limit)
