"""The facts that are told in one run: looked up once, before its first model call; it never fails and is never long."""

from typing import Protocol

from palaver.context.memory.fact import Wish
from palaver.context.memory.recalling import NOTHING, Recalled
from palaver.context.memory.service import Memories, RecallFailed
from palaver.core.events import Noticed
from palaver.core.ids import UserId
from palaver.core.messages import text_of
from palaver.runs.journal import Journal
from palaver.runs.live import Live

FAILED = Noticed(
    code="memory_unavailable", message="What is remembered could not be looked up; the answer goes without it."
)


class Recall(Protocol):
    """Finds the facts that concern what was said; raises `RecallFailed` where that cannot be, and soon."""

    async def __call__(self, user_id: UserId, wish: Wish, said: str) -> Recalled: ...


async def unfailing(recall: Recall | None, user_id: UserId, wish: Wish, said: str) -> Recalled | None:
    """What is recalled; None where that failed, nothing where nobody recalls."""
    try:
        return await recall(user_id, wish, said) if recall else NOTHING
    except RecallFailed:
        return None


class Recalling:
    """Recalls for the runs of this process; without `memories`, nothing."""

    def __init__(self, memories: Memories | None, journal: Journal) -> None:
        self._memories = memories
        self._journal = journal

    async def of(self, live: Live) -> Recalled:
        """What concerns the question of this run; nothing for a task that was handed on."""
        if live.recalled is None:
            live.recalled = await self._look_up(live)
        return live.recalled

    def told(self, live: Live) -> None:
        """The model is about to be asked: what of it is told for the first time in this run was used."""
        if self._memories is not None and live.ask is None and live.view is not None and live.view.memories:
            self._memories.used(live.user_id, live.view.memories)

    async def _look_up(self, live: Live) -> Recalled:
        if self._memories is None or live.parent is not None or not live.path:
            return NOTHING
        wish = Wish(live.prompt.recipe.memory, live.prompt.recipe.project_id)
        found = await unfailing(self._memories.recall, live.user_id, wish, text_of(live.path[-1].parts))
        if found is None:
            self._journal.tell(live, FAILED, len(FAILED.message))
        return found or NOTHING
