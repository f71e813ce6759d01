"""Somebody from the team joins a person's session, speaks there, sees what they may, and leaves; models step back.

Who may is decided by the escalation: whoever claimed it, as long as it is open. What was said before they joined they
see only where the person agreed to that.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal, NamedTuple

import msgspec

from palaver.care.escalations import store as escalation_store
from palaver.care.escalations.machine import OPEN
from palaver.care.escalations.store import Kept as Escalation
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, Forbidden, NotFound
from palaver.core.ids import MessageId, RunId, SessionId, UserId
from palaver.core.messages import Author, Message
from palaver.core.principal import Principal
from palaver.core.room import MemberLeft
from palaver.kit.clock import Clock, stamp
from palaver.privacy.consent import store as consent_store
from palaver.runs.joining import standing_in
from palaver.runs.joining.store import name_of, newest
from palaver.runs.prompt import Spoken
from palaver.runs.service import Runs
from palaver.sessions import store as session_store
from palaver.sessions.session import Human
from palaver.storage.port import Database
from palaver.storage.script import Script

SHOWN = 200  # messages of a conversation, the newest
TEAM = frozenset({"counsellor", "admin"})
TAKING = frozenset({"claimed", "acknowledged", "joined"})  # what somebody does who may then follow a conversation


class SaidAsHuman(msgspec.Struct, frozen=True):
    """SaidAsHuman that will stand in the session: under which id, and the run that tells them."""

    message_id: MessageId
    run_id: RunId


class CareLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message as somebody from the team sees it; `by` says whose words it is, `name` who of the team."""

    id: MessageId
    by: Literal["person", "model", "human", "house"]
    name: str | None
    text: str
    created_at: str


class CareConversation(msgspec.Struct, frozen=True, kw_only=True):
    """What may be seen of a conversation. Where it is not `shared`, that is what was said since `human` joined."""

    escalation_id: str
    session_id: SessionId
    shared: bool
    human: Human | None
    items: list[CareLine]


class Watched(NamedTuple):
    """A session that somebody from the team may follow, and whose it is."""

    session_id: SessionId
    owner: UserId


class _Left(NamedTuple):
    """A session that somebody left, who that was if they had joined, and whose streams of it end."""

    session_id: SessionId
    owner: UserId
    human: Human | None
    followed: set[UserId]


def _nothing() -> None:
    """Where nobody follows the queue."""


async def _nobody_waits(principal: Principal, escalation_id: str) -> None:
    """Where nobody is called."""


def _nobody_follows(left: MemberLeft) -> None:
    """Where nobody follows sessions."""


class Joining:
    """The front door for people from the team. `silence` is for how long somebody who does nothing stays joined."""

    def __init__(self, database: Database, runs: Runs, clock: Clock, *, silence: timedelta) -> None:
        self._database = database
        self._runs = runs
        self._clock = clock
        self._silence = silence
        self.audit: Audit = unheard
        self.cut: Callable[[MemberLeft], None] = _nobody_follows
        self.there: Callable[[Principal, str], Awaitable[object]] = _nobody_waits
        self.happened: Callable[[], None] = _nothing

    async def join(self, principal: Principal, escalation_id: str) -> Human:
        """Answer in the session from now on, instead of models; who has joined already stays for longer."""
        await self._database.read(_claimed(principal, escalation_id))
        await self.there(principal, escalation_id)  # whoever joins is there: nobody else is called
        session_id, owner, human, new = await self._database.write(self._join(principal, escalation_id))
        if new:
            self.happened()
            await self._told("escalation.joined", principal, escalation_id)
            await self._interrupt(session_id)
            await self._runs.speak(owner, session_id, standing_in.joined(human.name))
        return human

    async def leave(self, principal: Principal, escalation_id: str) -> None:
        """Let models answer again; who has not joined may say so as well."""
        await self._database.read(_claimed(principal, escalation_id))
        if await self._gone(escalation_id, principal.user_id):
            await self._told("escalation.left", principal, escalation_id)

    async def over(self, escalation_id: str, who: UserId | None) -> None:
        """Whoever looked after this escalation does so no more: they are not in the conversation, and hear nothing."""
        await self._gone(escalation_id, who)

    async def attended(self, escalation_id: str) -> str | None:
        """When to see again whether whoever joined is still there; who was silent for too long is not.

        Then the model answers again: the person is told, and so is whoever follows the queue.
        """
        there = await self._database.read(_there(escalation_id))
        if there is None or there.until > stamp(self._clock.now()):
            return there and there.until
        if await self._gone(escalation_id, None, silent=True):
            await self.audit(SecurityEvent(kind="escalation.fell_silent", subject=escalation_id))
        return None

    async def _gone(self, escalation_id: str, by: UserId | None, *, silent: bool = False) -> bool:
        """Let nobody be there because of this escalation; whether somebody was. `silent`: unless they are not."""
        left = await self._database.write(self._leave(escalation_id, by, silent=silent))
        if left is None:
            return False
        for user_id in left.followed:
            self.cut(MemberLeft(session_id=left.session_id, user_id=user_id))
        if left.human is None:
            return False
        self.happened()
        words = standing_in.silent if silent else standing_in.left
        await self._runs.speak(left.owner, left.session_id, words(left.human.name))
        return True

    async def say(self, principal: Principal, escalation_id: str, text: str, key: str | None) -> SaidAsHuman:
        """Let a person's words stand in the session; Conflict where they have not joined."""
        session_id, owner, human, _ = await self._database.write(self._join(principal, escalation_id, joined=True))
        word = None if key is None else f"{escalation_id}:{key}"
        run = await self._runs.speak(owner, session_id, Spoken(text, human.name), word)
        await self._told("escalation.said", principal, escalation_id)
        return SaidAsHuman(run.message_id, run.id)

    async def conversation(self, principal: Principal, escalation_id: str) -> CareConversation:
        """What may be seen of the conversation; every look is written down."""
        seen = await self._database.read(self._conversation(principal, escalation_id))
        await self._told("escalation.conversation_read", principal, escalation_id)
        return seen

    async def watched(self, principal: Principal, escalation_id: str) -> Watched:
        """The session to follow live; Forbidden where nothing of it may be seen."""
        seen = await self._database.read(self._conversation(principal, escalation_id, most=0))
        if not seen.shared and seen.human is None:
            raise Forbidden("Join this conversation first: its person did not agree that it is shown.")
        await self._told("escalation.conversation_followed", principal, escalation_id)
        escalation = await self._database.read(escalation_store.find(escalation_id))
        return Watched(seen.session_id, UserId(escalation.user_id))

    def _join(
        self, principal: Principal, escalation_id: str, *, joined: bool = False
    ) -> Script[tuple[SessionId, UserId, Human, bool]]:
        escalation, session_id = yield from _with_session(principal, escalation_id)
        if not (yield from consent_store.allows(UserId(escalation.user_id), "escalation_contact")):
            raise Forbidden("This person does not want to be written to.")
        now = self._clock.now()
        kept = yield from session_store.held(session_id)
        there = standing_in.attending(kept.session, stamp(now))
        if there is not None and there.escalation_id != escalation_id:
            raise Conflict("Somebody else from the team is in this conversation.")
        if there is None and joined:
            raise Conflict("Join this conversation first.")
        name = there.name if there else (yield from name_of(principal.user_id))
        since = there.joined_at if there else stamp(now)
        human = Human(escalation_id, name, joined_at=since, until=stamp(now + self._silence))
        yield from session_store.save(kept._replace(session=msgspec.structs.replace(kept.session, human=human)))
        if there is None:
            yield from escalation_store.note(escalation_id, "joined", stamp(now), actor_id=principal.user_id)
            # From then on it is looked whether they are still there.
            yield from escalation_store.save(escalation._replace(due_at=human.until))
        return session_id, UserId(escalation.user_id), human, there is None

    def _leave(self, escalation_id: str, by: UserId | None, *, silent: bool) -> Script["_Left | None"]:
        escalation = yield from escalation_store.find(escalation_id)
        if escalation.session_id is None:
            return None
        kept = yield from session_store.held(SessionId(escalation.session_id))
        happened = yield from escalation_store.events(escalation_id)
        acted = {UserId(one.actor_id) for one in happened if one.actor_id and one.kind in TAKING}
        human = kept.session.human
        there = human if isinstance(human, Human) and human.escalation_id == escalation_id else None
        now = stamp(self._clock.now())
        if silent and (there is None or there.until > now):
            return None
        if there is not None:
            alone = msgspec.structs.replace(kept.session, human=msgspec.UNSET)
            yield from session_store.save(kept._replace(session=alone))
            yield from escalation_store.note(escalation_id, "silent" if silent else "left", now, actor_id=by)
        return _Left(kept.session.id, UserId(escalation.user_id), there, acted)

    def _conversation(self, principal: Principal, escalation_id: str, most: int = SHOWN) -> Script[CareConversation]:
        escalation, session_id = yield from _with_session(principal, escalation_id)
        kept = yield from session_store.held(session_id)
        shared = yield from consent_store.allows(UserId(escalation.user_id), "sharing_with_counsellors")
        there = standing_in.attending(kept.session, stamp(self._clock.now()))
        human = there if there is not None and there.escalation_id == escalation_id else None
        found = (yield from newest(kept, most)) if shared or human else []
        since = "" if shared else human.joined_at if human else ""
        lines = [_line(one.message()) for one in found]
        return CareConversation(
            escalation_id=escalation_id,
            session_id=session_id,
            shared=shared,
            human=human,
            items=[line for line in lines if line.created_at >= since],
        )

    async def _interrupt(self, session_id: SessionId) -> None:
        """Whatever answers at this moment: the model steps back, and what it said so far stays."""
        session = (await self._database.read(session_store.held(session_id))).session
        if session.active_run_id is not None:
            await self._runs.end(session.active_run_id, "new_message")

    async def _told(self, kind: str, principal: Principal, escalation_id: str) -> None:
        await self.audit(SecurityEvent(kind=kind, actor_id=principal.user_id, subject=escalation_id))


def _claimed(principal: Principal, escalation_id: str) -> Script[Escalation]:
    """An escalation that is open and this person's to look after; who is not of the team does not know of any."""
    if principal.role not in TEAM:
        raise NotFound("There is no such escalation.")
    escalation = yield from escalation_store.find(escalation_id)
    if escalation.claimed_by != principal.user_id:
        raise Conflict("Claim this escalation first.")
    if escalation.state not in OPEN:
        raise Conflict("This escalation is closed.")
    return escalation


def _with_session(principal: Principal, escalation_id: str) -> Script[tuple[Escalation, SessionId]]:
    """The same, with the session that it is about; NotFound where its person deleted that."""
    escalation = yield from _claimed(principal, escalation_id)
    if escalation.session_id is None:
        raise NotFound("The conversation was deleted.")
    return escalation, SessionId(escalation.session_id)


def _there(escalation_id: str) -> Script[Human | None]:
    """Who is in a conversation because of this escalation, or was and has not been let go."""
    try:
        escalation = yield from escalation_store.find(escalation_id)
        if escalation.session_id is None:
            return None
        human = (yield from session_store.held(SessionId(escalation.session_id))).session.human
    except NotFound:  # it went with its person
        return None
    return human if isinstance(human, Human) and human.escalation_id == escalation_id else None


def _line(message: Message) -> CareLine:
    author = message.author if isinstance(message.author, Author) and message.author.kind == "human" else None
    return CareLine(
        id=message.id,
        by=_by(message, author),
        name=author.name if author else None,
        text=message.text,
        created_at=message.created_at,
    )


def _by(message: Message, author: Author | None) -> Literal["person", "model", "human", "house"]:
    if message.role != "assistant":
        return "person" if message.role == "user" else "house"
    if author is not None:
        return "human"
    return "house" if message.provider == "palaver" else "model"
