"""Puts together what is remembered of people: where facts come from and where they go; it decides nothing."""

from palaver.bus.port import Bus
from palaver.care.moderation.service import Moderation
from palaver.context import counting
from palaver.context.memory.service import Memories
from palaver.context.memory.settings import MemorySettings
from palaver.context.memory.store import Spot
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.entry.contexts import QUIET
from palaver.inference.service import Inference
from palaver.kit.clock import Clock
from palaver.runs.consulting import Consulting
from palaver.runs.journal import Journal
from palaver.runs.remembering import Remembering
from palaver.runs.spending.purse import Purse
from palaver.sessions import store as session_store
from palaver.sessions.projects import Projects
from palaver.sessions.shown import written
from palaver.storage.port import Database
from palaver.storage.script import Script


class HouseAround:
    """Projects and messages as memory asks for them (`context.memory.service.Around`)."""

    def __init__(self, database: Database, projects: Projects) -> None:
        self._database = database
        self._projects = projects

    async def own_project(self, user_id: UserId, project_id: str) -> None:
        """Raise `core.errors.NotFound` for a project that is not this person's."""
        await self._projects.get(user_id, project_id)

    async def spot(self, user_id: UserId, message_id: MessageId) -> Spot:
        """Where a message stands; `NotFound` where it is not this person's."""

        def read() -> Script[SessionId]:
            return (yield from session_store.message(message_id, user_id)).session_id

        session_id = await self._database.read(read())
        return Spot(session_id, written(message_id)[0], message_id)


def memories(database: Database, projects: Projects, clock: Clock, settings: MemorySettings) -> Memories:
    """What keeps facts."""
    return Memories(database, HouseAround(database, projects), clock, settings)


def remembering(
    kept: Memories, journal: Journal, inference: Inference, *, database: Database, bus: Bus, clock: Clock, purse: Purse,
    moderation: Moderation,
) -> Remembering:  # fmt: skip
    """What lets models pick facts; answers go first."""
    consulting = Consulting(inference, counting.count, purse, moderation=moderation)

    def busy() -> bool:
        return len(journal.lives) > QUIET

    return Remembering(database, bus, consulting, inference.resolve, memories=kept, clock=clock, busy=busy)
