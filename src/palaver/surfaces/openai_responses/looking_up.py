"""Reads what stands here under the names of this protocol: runs, sessions, items, and the way to a message."""

from typing import Any, NamedTuple

from palaver.core.errors import NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.messages import Message
from palaver.core.principal import Principal
from palaver.runs.service import Runs
from palaver.runs.store import Kept
from palaver.sessions import store as session_store
from palaver.sessions.service import path
from palaver.sessions.session import Session
from palaver.storage.port import Database
from palaver.storage.script import Script
from palaver.surfaces.openai_responses.items import Block, blocks
from palaver.surfaces.openai_responses.names import item_of, run_of, session_of
from palaver.surfaces.openai_responses.told import NOTHING, ResponseStream

_ALL = 1 << 62


class Branch(NamedTuple):
    """A session, and its messages up to one of them, oldest first."""

    session: Session
    messages: list[Message]


class Item(NamedTuple):
    """One item, and the message that it is a block of."""

    message: Message
    block: Block


class Records:
    """What stands here, for whoever may see it."""

    def __init__(self, database: Database, runs: Runs) -> None:
        self._database = database
        self.runs = runs

    async def run(self, principal: Principal, name: str) -> Kept:
        """The run of a response."""
        run_id = run_of(name)
        try:
            if run_id is not None:
                return await self.runs.find(principal.user_id, run_id)
        except NotFound:
            pass  # its id is ours; the answer speaks of the name that was asked for
        raise NotFound(f"There is no response {name[:200]!r}.")

    async def response(self, run: Kept) -> dict[str, Any]:
        """A response as it is now."""
        stream = ResponseStream(run.prompt, after=NOTHING)
        told = await self.runs.past(run.id, run.session_id, 0)
        if told is not None:
            stream.frames(told)
        return stream.response(run.id, run.model)

    async def message(self, principal: Principal, message_id: MessageId) -> Message:
        """One message."""
        return (await self._database.read(session_store.message(message_id, principal.user_id))).message()

    async def session(self, principal: Principal, name: str) -> Session:
        """The session of a conversation."""
        session_id = session_of(name)
        try:
            if session_id is not None:
                return (await self._database.read(session_store.find(session_id, principal.user_id))).session
        except NotFound:
            pass  # as above
        raise NotFound(f"There is no conversation {name[:200]!r}.")

    async def item(self, principal: Principal, name: str) -> Item:
        """The item of that name."""
        found = item_of(name)
        try:
            if found is not None:
                message = await self.message(principal, found.message_id)
                return Item(message, blocks(message)[found.number])
        except (NotFound, IndexError):
            pass  # as above
        raise NotFound(f"There is no item {name[:200]!r}.")

    async def branch(self, principal: Principal, session_id: SessionId, end: MessageId | None = None) -> Branch:
        """The messages of a session up to one of them; without `end`, up to its head."""
        return await self._database.scan(_branch(principal.user_id, session_id, end))


def _branch(user_id: UserId, session_id: SessionId, end: MessageId | None) -> Script[Branch]:
    kept = yield from session_store.find(session_id, user_id)
    place = kept.head if end is None else (yield from session_store.in_session(kept, end)).place
    found = yield from path(kept, place, last=_ALL)
    return Branch(kept.session, [one.message() for one in found])
