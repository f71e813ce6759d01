"""Who else judges texts, besides the rules that ship; it says what, and not how."""

from typing import Protocol

from palaver.care.moderation.verdict import ModerationCategory, ModerationDirection


class Judge(Protocol):
    """Another service that names what is wrong with a whole text. The rules go on without one that fails."""

    @property
    def name(self) -> str:
        """What verdicts call it."""
        ...

    async def judge(self, text: str, direction: ModerationDirection) -> frozenset[ModerationCategory]:
        """What is wrong with a text; empty where nothing is. Raises `JudgeFailed`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class JudgeFailed(Exception):
    """It did not answer, not in time, or not in a way that can be read."""
