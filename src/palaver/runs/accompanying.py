"""What a model is told of where somebody comes from and how they seem to feel, in sessions that accompany them.

What texts show is `care`'s; feelings are read with the person's consent only. Nothing of it is kept or told to them.
"""

from palaver.care.culture.service import Culture
from palaver.care.guidance.service import Guidance
from palaver.care.service import Care
from palaver.core.ids import UserId
from palaver.privacy.consent import store as consents
from palaver.storage.port import Database


class Accompanying:
    """For the runs of this process."""

    def __init__(self, database: Database, care: Care, culture: Culture, guidance: Guidance) -> None:
        self._database = database
        self._care = care
        self._culture = culture
        self._guidance = guidance

    async def told(self, user_id: UserId, text: str) -> str | None:
        """What the model is told besides, as one part of its instructions; None where there is nothing to tell."""
        lines = self._culture.guidance(text)
        if await self._database.read(consents.allows(user_id, "emotion")):
            lines += self._guidance.feeling(await self._care.feeling(text))
        return " ".join(lines) or None
