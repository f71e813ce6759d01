"""Where the agents of a session work: its own files, and those of its project to be read; it changes none of them."""

import asyncio

from palaver.core.ids import SessionId, UserId
from palaver.files.joined import Joined
from palaver.files.paths import PROJECT
from palaver.files.workspace import OWN, Workspace
from palaver.files.workspaces import Workspaces
from palaver.sessions import projects_store
from palaver.sessions.project import Shelf
from palaver.storage.port import Database

_NAMED = 100  # files of a project that a model is told of by name


class Grounds:
    """Finds the workspaces in which agents work."""

    def __init__(self, database: Database, workspaces: Workspaces) -> None:
        self._database = database
        self._workspaces = workspaces

    async def of(self, user_id: UserId, session_id: SessionId) -> Workspace:
        """The session's workspace, whoever of its members asks.

        Where it is in a project that has files, these can be read in it too.
        """
        own = self._workspaces.of(session_id)
        project = await self._database.read(projects_store.of_session(session_id))
        if project is None or not self._workspaces.exists(project):
            return own
        return Joined(own, {PROJECT: self._workspaces.of(project)})

    async def shelf(self, project_id: SessionId) -> Shelf:
        """The files of a project that was found to be this person's."""
        if not self._workspaces.exists(project_id):
            return Shelf()
        return await asyncio.to_thread(_shelf, self._workspaces.of(project_id))


def _shelf(project: Workspace) -> Shelf:
    found = [entry.path for entry in project.walk(leave_out={OWN}) if entry.kind == "file"]
    return Shelf(tuple(f"{PROJECT}/{path}" for path in found[:_NAMED]), len(found))
