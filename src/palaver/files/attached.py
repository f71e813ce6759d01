"""What those who write messages need of those who keep the files in them; it keeps none itself."""

from typing import Protocol

from palaver.core.errors import Invalid
from palaver.core.ids import SessionId, UserId
from palaver.core.messages import Part
from palaver.files.attaching import Placed, names_files


class Attaches(Protocol):
    """Finds the files that parts name, and lays them into workspaces; see `files.attaching`."""

    async def resolve(self, user_id: UserId, session_id: SessionId | None, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """The parts with everything that is known of their files; raises `core.errors`."""
        ...

    async def place(self, user_id: UserId, session_id: SessionId, parts: tuple[Part, ...]) -> Placed:
        """The parts with the paths at which their files lie from now on."""
        ...

    async def take_back(self, user_id: UserId, session_id: SessionId, placed: Placed) -> None:
        """Remove what was laid there, because no message came of it."""
        ...


class NoFiles:
    """For houses without files."""

    async def resolve(self, user_id: UserId, session_id: SessionId | None, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Parts that name no file are fine as they are."""
        if names_files(parts):
            raise Invalid("Files cannot be attached here.")
        return parts

    async def place(self, user_id: UserId, session_id: SessionId, parts: tuple[Part, ...]) -> Placed:
        """There is nothing to be laid anywhere."""
        return Placed(parts)

    async def take_back(self, user_id: UserId, session_id: SessionId, placed: Placed) -> None:
        """Nothing was laid there."""
