"""Projects: what sessions of one purpose share; it stores none and tells no model.

With whom it is shared reads it, or edits it; its sessions stay each their owner's, and are shared one by one.
Sessions of a deleted project remain, in none.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import SessionId, UserId
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.pages import BadCursor, cursor, position
from palaver.sessions import projects_store
from palaver.sessions.access import Act
from palaver.sessions.project import NO_BRIEF, Brief, Project, Shelf
from palaver.storage.port import Database
from palaver.storage.script import Script

PROJECT = "prj"

# The files of a project that was found to be somebody's.
Look = Callable[[SessionId], Awaitable[Shelf]]

# Whoever else keeps something of a project that was deleted.
Removed = Callable[[SessionId], Awaitable[None]]


class ProjectList(msgspec.Struct, frozen=True):
    """A page of projects, the one that was changed last first; `next_cursor` asks for the one after it."""

    items: list[Project]
    next_cursor: str | None


class Projects:
    """The front door of projects."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.removed: Removed = _nothing_else
        self.shelf: Look = _no_files

    async def create(self, user_id: UserId, given: dict[str, Any]) -> Project:
        """A new project."""
        now = self._now()
        project = Project(id=new_id(PROJECT), created_at=now, updated_at=now, **given)
        await self._database.write(projects_store.put(project, user_id))
        return project

    async def get(self, user_id: UserId, project_id: str) -> Project:
        """One project; `NotFound` where it is not open to this person."""
        return await self._database.read(projects_store.find(project_id, user_id))

    async def owner(self, user_id: UserId, project_id: str, act: Act = "read") -> UserId:
        """Whose project it is, for somebody who may act so in it."""
        return await self._database.read(projects_store.owner(project_id, user_id, act))

    async def page(self, user_id: UserId, after: str | None, limit: int) -> ProjectList:
        """A page of projects."""
        start = _position(after) if after else projects_store.START
        found = await self._database.read(projects_store.page(user_id, start, limit + 1))
        last = found[limit - 1] if len(found) > limit else None
        return ProjectList(found[:limit], cursor(last.updated_at, last.id) if last else None)

    async def change(self, user_id: UserId, project_id: str, given: dict[str, Any]) -> Project:
        """Change what was given; sessions hear of new instructions with their next turn."""
        return await self._database.write(self._change(user_id, project_id, given))

    async def remove(self, user_id: UserId, project_id: str) -> None:
        """Delete a project with its files; its sessions remain, in none."""
        await self._database.write(projects_store.remove(project_id, user_id))
        await self.removed(SessionId(project_id))

    async def knows(self, user_id: UserId, project_id: str) -> bool:
        """Whether there is such a project of this person."""
        try:
            await self.get(user_id, project_id)
        except NotFound:
            return False
        return True

    async def check(self, user_id: UserId, project_id: str | None) -> None:
        """Raise `Invalid` for a project that is not this person's; none at all is fine."""
        if project_id is not None and not await self.knows(user_id, project_id):
            at = {"loc": ["body", "project_id"], "msg": "not a project of yours", "type": "project"}
            raise Invalid("There is no such project.", errors=[at])

    async def brief(self, user_id: UserId, project_id: str | None) -> Brief:
        """What models are told in every session of a project; nothing for none, and for one that is gone."""
        if project_id is None:
            return NO_BRIEF
        try:
            project = await self.get(user_id, project_id)
        except NotFound:
            return NO_BRIEF
        shelf = await self.shelf(SessionId(project_id))
        told = (project.instructions, shelf.told())
        return Brief("\n\n".join(text for text in told if text), shelf.paths)

    def _change(self, user_id: UserId, project_id: str, given: dict[str, Any]) -> Script[Project]:
        project = yield from projects_store.find(project_id, user_id, "write")
        changed = msgspec.structs.replace(project, **given, updated_at=self._now())
        yield from projects_store.save(changed)
        return changed

    def _now(self) -> str:
        return stamp(self._clock.now())


async def _nothing_else(project_id: SessionId) -> None:
    """Nobody keeps anything."""


async def _no_files(project_id: SessionId) -> Shelf:
    return Shelf()


def _position(word: str) -> tuple[str, str]:
    try:
        return position(word, tuple[str, str])
    except BadCursor as error:
        at = {"loc": ["query", "cursor"], "msg": "not a cursor of this list", "type": "bad_cursor"}
        raise Invalid("The cursor is not one of this list's.", errors=[at]) from error
