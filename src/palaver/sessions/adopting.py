"""Takes what a client says was said before into a session, message by message; it believes it of nobody else.

Clients of other protocols keep their own history and send it along: what is not known here becomes messages, marked as
brought by the client, so that the next turn goes below them.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from palaver.core.ids import MESSAGE, MessageId, SessionId, UserId
from palaver.core.messages import FinishReason, Message, MessageRole, Part, ToolCallPart, ToolResultPart, text_of
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.sessions import store, turns
from palaver.sessions.service import Sessions
from palaver.sessions.store import Kept
from palaver.storage.port import Database
from palaver.storage.script import Script

BROUGHT = b'{"brought_by":"client"}'  # their metadata: a model of ours did not say this


class Brought(NamedTuple):
    """One message as a client tells it."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]


class Adopting:
    """Adopts histories."""

    def __init__(self, database: Database, sessions: Sessions, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock

    async def adopt(
        self, user_id: UserId, session_id: SessionId | None, below: MessageId | None, said: Sequence[Brought]
    ) -> tuple[SessionId, MessageId]:
        """Where a history ends once it is there: below a message, at the root (None), or in a session of its own."""
        found = session_id or (await self._sessions.create(user_id, {})).id
        return found, await self._database.write(self._adopt(user_id, found, below, said))

    def _adopt(
        self, user_id: UserId, session_id: SessionId, below: MessageId | None, said: Sequence[Brought]
    ) -> Script[MessageId]:
        kept = yield from store.find(session_id, user_id, to_change=True)
        now = stamp(self._clock.now())
        for one in said:
            kept = yield from _put(kept, one, below, user_id=user_id, now=now)
            below = kept.session.head_message_id
        yield from store.save(kept)
        assert below is not None, "nothing was brought"
        return below


def _put(kept: Kept, one: Brought, below: MessageId | None, *, user_id: UserId, now: str) -> Script[Kept]:
    after = (yield from store.in_session(kept, below)).place if below else None
    message = Message(
        id=MessageId(new_id(MESSAGE)),
        session_id=kept.session.id,
        parent_id=below,
        role=_role(one),
        parts=one.parts,
        text=text_of(one.parts),
        finish_reason=_reason(one),
        created_at=now,
    )
    asked = turns.placed(kept, message, after=after)
    yield from asked.write(user_id)
    yield from store.set_metadata(message.id, BROUGHT)
    return asked.kept


def _role(one: Brought) -> MessageRole:
    return "tool" if one.parts and all(isinstance(part, ToolResultPart) for part in one.parts) else one.role


def _reason(one: Brought) -> FinishReason | None:
    if one.role == "user":
        return None
    return "tool_calls" if any(isinstance(part, ToolCallPart) for part in one.parts) else "stop"


def brought(pairs: Sequence[Any]) -> list[Brought]:
    """The same from other pairs of role and parts."""
    return [Brought(role, parts) for role, parts in pairs]
