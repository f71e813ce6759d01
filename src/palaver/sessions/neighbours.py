"""What sessions ask of their neighbours, who are heard through these ports; nothing is kept here."""

from typing import Protocol

from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.principal import Principal
from palaver.sessions.project import NO_BRIEF, Brief
from palaver.storage.script import Script


class Beside(Protocol):
    """Writes down what somebody else keeps of a session, in the unit of work in which it begins."""

    def __call__(self, session_id: SessionId, /) -> Script[None]: ...


class Forgotten(Protocol):
    """Deletes what somebody else keeps of a message, in the unit of work that deletes it."""

    def __call__(self, session_id: SessionId, message_id: MessageId) -> Script[None]: ...


class Removed(Protocol):
    """Removes what somebody else keeps of a session, once it is deleted; what fails then is found by their sweep."""

    async def __call__(self, session_id: SessionId) -> None: ...


class CheckMode(Protocol):
    """Raises `core.errors.Forbidden` for a permission mode that is not open to a person."""

    def __call__(self, principal: Principal, mode: str) -> None: ...


class KnowsProjects(Protocol):
    """Who keeps projects; None, no project at all, is fine everywhere."""

    async def check(self, user_id: UserId, project_id: str | None) -> None:
        """Raise `core.errors.Invalid` for a project that is not this person's."""
        ...

    async def brief(self, user_id: UserId, project_id: str | None) -> Brief:
        """What models are told in every session of a project."""
        ...


class AnyProject:
    """Where nobody keeps projects."""

    async def check(self, user_id: UserId, project_id: str | None) -> None:
        return

    async def brief(self, user_id: UserId, project_id: str | None) -> Brief:
        return NO_BRIEF
