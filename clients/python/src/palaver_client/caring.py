"""What the API has about words of people in danger; nothing that is asked here is kept."""

from typing import Generic

from palaver_client.modes import Mode, Resource, asked
from palaver_client.scripts import Script
from palaver_client.shapes import Assessed


class Care(Resource[Mode], Generic[Mode]):
    """How soon a text asks for an answer."""

    @asked
    def assess(self, text: str) -> Script[Assessed]:
        """What in a text says that somebody is in danger, in whatever language."""
        return self._post("/care/assess", {"text": text})
