"""What a user owns is deleted when they are; whether they are is decided elsewhere."""

from typing import Protocol

from palaver.core.ids import SessionId, UserId
from palaver.identity.service_accounts.service import Clears
from palaver.sessions import store
from palaver.sessions.projects import Projects
from palaver.sessions.service import Sessions
from palaver.storage.port import Database

_PAGE = 100


class Left(Protocol):
    """Where somebody's things are."""

    @property
    def database(self) -> Database: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def projects(self) -> Projects: ...
    async def clear(self, user_id: UserId, session_id: SessionId) -> None: ...


def clearing(house: Left) -> Clears:
    """Deletes the sessions and projects of a user, with what runs in them and the files that they have."""

    async def clear(user_id: UserId) -> None:
        for session_id in await house.database.read(store.every_own(user_id)):
            await house.clear(user_id, session_id)
            await house.sessions.remove(user_id, session_id)
        while projects := (await house.projects.page(user_id, None, _PAGE)).items:
            for project in projects:
                await house.projects.remove(user_id, project.id)

    return clear
