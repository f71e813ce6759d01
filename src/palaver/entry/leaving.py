"""What a user owns is deleted when they are; whether they are is decided elsewhere."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from palaver.context.memory import store as memories
from palaver.core.errors import Conflict, NotFound
from palaver.core.ids import RunId, SessionId, UserId
from palaver.files import index_store
from palaver.identity.removing.service import Clears
from palaver.runs.leaving import store as leaving_store
from palaver.runs.service import Runs
from palaver.sessions import members_store, projects_store, store
from palaver.sessions.members import Members
from palaver.sessions.projects import Projects
from palaver.sessions.service import Sessions
from palaver.storage.full_text import FullText
from palaver.storage.port import Database
from palaver.surfaces import store as surfaces_store

_PAGE = 100
SEARCHES = tuple(FullText(name) for name in ("message_search", "memory_search", "passage_search"))


class Left(Protocol):
    """Where somebody's things are."""

    @property
    def database(self) -> Database: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def projects(self) -> Projects: ...
    @property
    def members(self) -> Members: ...
    @property
    def runs(self) -> Runs: ...
    async def clear(self, user_id: UserId, session_id: SessionId) -> None: ...


def clearing(house: Left) -> Clears:
    """Deletes what a user owns, with what runs in it, and takes them out of what others own.

    What hangs on their row in the database goes with it, and contents of files with the next sweep.
    """

    async def clear(user_id: UserId) -> bool:
        for session_id in await house.database.read(members_store.joined(user_id)):
            with suppress(NotFound, Conflict):  # it was deleted meanwhile, or they were shown out
                await house.members.remove(user_id, session_id, user_id)
        for session_id in await house.database.read(store.every_own(user_id)):
            with suppress(NotFound):  # a subagent's, which went with the session that it worked for
                await house.clear(user_id, session_id)
                await house.sessions.remove(user_id, session_id)
        await _projects(house.database, house.projects, user_id)
        for run_id in await _open(house.database, user_id):
            await house.runs.ended(run_id)
        return await _forgotten(house.database, user_id)

    return clear


def clearing_alone(database: Database, sessions: Sessions, projects: Projects) -> Clears:
    """The same where no server runs; what was cut in sessions of others is ended at the next start first."""

    async def clear(user_id: UserId) -> bool:
        for session_id in await database.read(store.every_own(user_id)):
            with suppress(NotFound):
                await sessions.remove(user_id, session_id)
        await _projects(database, projects, user_id)
        return await _forgotten(database, user_id)

    return clear


async def _projects(database: Database, projects: Projects, user_id: UserId) -> None:
    while some := await database.read(projects_store.after(user_id, "", _PAGE)):
        for project in some:
            with suppress(NotFound):
                await projects.remove(user_id, project.id)


async def _open(database: Database, user_id: UserId) -> Sequence[RunId]:
    return await database.read(leaving_store.of_user(user_id))


async def _forgotten(database: Database, user_id: UserId) -> bool:
    """Drop what hangs on no row of theirs, and every word of theirs; whether nothing of theirs goes on any more."""
    for script in (leaving_store.forget(user_id), surfaces_store.forget_user(user_id), memories.forget_user(user_id)):
        await database.write(script)
    for n in await database.read(index_store.of_user(user_id)):
        while not await database.write(index_store.clear(n), durable=False):
            continue
    for index in SEARCHES:  # before their row goes, so that it is done after a kill as well
        await index.settle(database)
    if await _open(database, user_id):
        return False
    for run_id in await database.read(leaving_store.told_by(user_id)):
        await database.write(leaving_store.without_name(user_id, run_id))
    return True
