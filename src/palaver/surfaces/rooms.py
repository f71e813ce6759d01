"""Finds the session of a chat that a client of another protocol names, and where in it its newest turn goes.

It runs nothing. These clients keep a name for a chat and send its whole history again and again. What follows the last
answer that is known in the session is new: messages of ours are known by their ids, so an edited or shortened history
makes a branch.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal, NamedTuple

from palaver.core.errors import NotFound
from palaver.core.ids import SESSION, MessageId, SessionId, UserId
from palaver.core.messages import Message, Part, ToolCallPart, ToolResultPart
from palaver.sessions import store as session_store
from palaver.sessions.adopting import Adopting, brought
from palaver.sessions.service import Sessions
from palaver.sessions.session import Session
from palaver.storage.port import Database, UniqueViolated
from palaver.surfaces import store
from palaver.surfaces.history import Said, refuse_uncalled, turns
from palaver.surfaces.store import Thread
from palaver.surfaces.threads import Sure

_NOWHERE = MessageId("")  # a room leads to a session as a whole


class Line(NamedTuple):
    """One message of a history; `ours` is the id that an answer of ours has there."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]
    ours: str | None = None


class Spot(NamedTuple):
    """Where the newest turn of a history goes, and what it says."""

    below: MessageId | Literal["head", "root"]
    parts: tuple[Part, ...]


class Rooms:
    """Chats of other protocols as sessions."""

    def __init__(self, database: Database, sessions: Sessions, adopting: Adopting) -> None:
        self._database = database
        self._sessions = sessions
        self._adopting = adopting

    async def find(self, user_id: UserId, door: str, name: str) -> Session | None:
        """The session of a chat, if it has one; a name that is a session's own id is that session."""
        if name.startswith(f"{SESSION}_"):
            return await self._sessions.find(user_id, SessionId(name))
        found = await self._database.read(store.find(user_id, [_mark(door, name)]))
        try:
            return await self._sessions.find(user_id, found[1].session_id) if found else None
        except NotFound:  # it was deleted a moment ago
            return None

    async def enter(self, user_id: UserId, door: str, name: str) -> Session:
        """The session of a chat, which it has from now on."""
        if (found := await self.find(user_id, door, name)) is not None:
            return found
        mark = _mark(door, name)
        try:
            return await self._sessions.create(
                user_id, {}, beside=lambda made: store.add(user_id, mark, Thread(made, _NOWHERE))
            )
        except UniqueViolated:  # the same chat began twice at once: the other one was faster
            return await self.enter(user_id, door, name)

    async def leave_if_empty(self, user_id: UserId, session_id: SessionId) -> None:
        """Delete a session that a chat began and in which nothing was said: what was to begin it was refused."""
        session = await self._sessions.find(user_id, session_id)
        if session.message_count == 0 and await self._database.read(store.leads_to(user_id, session_id)):
            await self._sessions.remove(user_id, session_id)

    async def spot(self, user_id: UserId, session: Session, history: Sequence[Line], sure: Sure) -> Spot:
        """Where the newest turn goes; nothing new gives no parts.

        What was said elsewhere before it is adopted, once it is `sure` that the turn can begin.
        """
        known, at = await self._known(user_id, session.id, history)
        rest = history[at:]
        strange = max((n for n, line in enumerate(rest) if line.role == "assistant"), default=-1) + 1
        new = _one(rest[strange:])
        if strange and new:
            said = turns([Said(line.role, line.parts) for line in rest[:strange]])
            refuse_uncalled(said, new)
            await sure(new)
            below = known.id if known else None
            return Spot((await self._adopting.adopt(user_id, session.id, below, brought(said)))[1], new)
        if known is not None:
            return Spot(known.id, _fitting(new, known))
        return Spot("head" if len(history) == 1 else "root", new)

    async def question(
        self, user_id: UserId, session: Session, answer: str | None, above: str | None
    ) -> Message | None:
        """The question of an answer; without one, the last of the session's branch, if it stands below `above`."""
        message = await self.message(user_id, session.id, answer or session.head_message_id)
        while message is not None and message.role != "user":
            message = await self.message(user_id, session.id, message.parent_id)
        if message is None or (answer is None and above is not None and message.parent_id != above):
            return None
        return message

    async def message(self, user_id: UserId, session_id: SessionId, message_id: str | None) -> Message | None:
        """One message of this session; None where it is not there."""
        if not message_id:
            return None
        try:
            found = await self._database.read(session_store.message(MessageId(message_id), user_id))
        except NotFound:
            return None
        return found.message() if found.session_id == session_id else None

    async def _known(
        self, user_id: UserId, session_id: SessionId, history: Sequence[Line]
    ) -> tuple[Message | None, int]:
        """The last answer that is known here, and how much of the history it ends."""
        for at in range(len(history) - 1, -1, -1):
            line = history[at]
            if line.role == "assistant" and (found := await self.message(user_id, session_id, line.ours)):
                return found, at + 1
        return None, 0


def open_calls(message: Message) -> set[str]:
    """The calls of an answer that were left to the client."""
    done = {part.call_id for part in message.parts if isinstance(part, ToolResultPart)}
    return {part.call_id for part in message.parts if isinstance(part, ToolCallPart)} - done


def _one(lines: Sequence[Line]) -> tuple[Part, ...]:
    whole = turns([Said(line.role, line.parts) for line in lines])
    return whole[0].parts if whole else ()


def _fitting(parts: tuple[Part, ...], above: Message) -> tuple[Part, ...]:
    """What is new, without results that are known: clients send those of every call again."""
    asked = open_calls(above)
    return tuple(part for part in parts if not isinstance(part, ToolResultPart) or part.call_id in asked)


def _mark(door: str, name: str) -> str:
    return f"{door}:{hashlib.sha256(name.encode()).hexdigest()}"
