"""Who takes part in a session: added, invited, shown out; and what everybody has read. Who may what is `access`'s."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

import msgspec

from palaver.bus.port import Bus
from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Conflict, NotFound
from palaver.core.ids import MessageId, SessionId, UserId
from palaver.core.principal import Principal
from palaver.core.room import MarkedRead, MemberJoined, MemberLeft, MemberRole, Person, Sign, topic_of_room
from palaver.files import store as files_store
from palaver.identity import store as identity_store
from palaver.identity.credentials import hashed, new_secret
from palaver.identity.groups.service import at_address, unknown
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.sessions import access, members_store, store
from palaver.sessions.members_store import Invitation
from palaver.sessions.session import Session
from palaver.storage.port import Database
from palaver.storage.script import Script

GIVEN = Literal["editor", "viewer"]  # the roles that can be given

MOST_MEMBERS = 200  # besides the owner: as many sockets as one session is measured with
TO_A_STRANGER = timedelta(hours=72)
MOST_INVITATIONS = 100  # of one session that hold at a time
NO_INVITATION = "There is no such invitation, or it holds no more."


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who takes part. The owner did from the beginning, so `joined_at` is null there."""

    user_id: UserId
    name: str
    role: MemberRole
    joined_at: str | None
    read_message_id: MessageId | None


class Invited(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invitation. `token` is there once, in the answer to who made it; `link` has it where no server sees it."""

    id: str
    session_id: SessionId
    role: MemberRole
    created_at: str
    expires_at: str
    uses_left: int
    token: str | None = None
    link: str | None = None


class Wish(NamedTuple):
    """An invitation that somebody wants to send."""

    role: GIVEN
    holds: timedelta
    uses: int


class Shown(NamedTuple):
    """Who was shown out, and of which sessions: that one, and those of its subagents."""

    user_id: UserId
    sessions: Sequence[SessionId]


async def _nobody_runs(user_id: UserId, sessions: Sequence[SessionId]) -> None:
    """Where nobody asks models."""


def _nobody_listens(left: MemberLeft) -> None:
    """Where nobody follows sessions."""


class Members:
    """The front door of everything about taking part."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        # Whoever ends what somebody asked for who was shown out, and cuts off what they listen to.
        self.ended: Callable[[UserId, Sequence[SessionId]], Awaitable[None]] = _nobody_runs
        self.cut: Callable[[MemberLeft], None] = _nobody_listens
        self.audit: Audit = unheard
        self.everybody_is_known = False  # whether whoever is here may learn by their address who else is

    async def of(self, user_id: UserId, session_id: SessionId) -> list[Member]:
        """Everybody who takes part in a session, the owner first, with what they have read."""

        def read() -> Script[list[Member]]:
            yield from store.find(session_id, user_id)
            _, root = yield from members_store.root_of(session_id)
            return [Member(**one._asdict()) for one in (yield from members_store.everybody(root))]

        return await self._database.read(read())

    async def role(self, user_id: UserId, session_id: SessionId) -> MemberRole:
        """What somebody is in a session; NotFound for strangers."""
        return (await self._database.read(store.find(session_id, user_id))).role

    async def add(
        self, caller: Principal, session_id: SessionId, whom: UserId | str, role: GIVEN
    ) -> Member | Invited:  # fmt: skip
        """Let somebody take part, by id or e-mail address, or give them another role.

        To an address whose owner the caller may not know, if there is one, they get an invitation to send it to.
        """
        user_id, everybody = caller.user_id, self.everybody_is_known or caller.admin

        def write() -> Script[Member | None]:
            yield from _own(session_id, user_id)
            other = yield from _user(user_id, whom, everybody=everybody)
            return (yield from self._join(session_id, other, role)) if other else None

        joined = await self._database.write(write())
        if joined is None:
            return await self.invite(user_id, session_id, Wish(role, TO_A_STRANGER, 1))
        await self._audited("member.added", user_id, session_id, {"user_id": joined.user_id, "role": role})
        self._joined(session_id, joined)
        return joined

    async def remove(self, user_id: UserId, session_id: SessionId, whom: UserId) -> None:
        """Show somebody out, or leave oneself. Their streams end, and so does what they asked."""

        def write() -> Script[Shown]:
            yield from store.find(session_id, user_id, to_change=True, act="read" if whom == user_id else "own")
            owner, root = yield from members_store.root_of(session_id)
            if root != session_id:
                raise Conflict("A subagent's session has the members of the session that it works for.")
            if whom == owner:
                raise Conflict("The owner cannot leave the session, only delete it.")
            if not (yield from members_store.leave(session_id, whom)):
                raise NotFound("Nobody with this id takes part in this session.")
            return Shown(whom, [session_id, *(yield from members_store.below(session_id))])

        shown = await self._database.write(write())
        await self.show_out(whom, shown.sessions)
        await self._audited("member.removed", user_id, session_id, {"user_id": whom})

    async def show_out(self, whom: UserId, sessions: Sequence[SessionId]) -> None:
        """Somebody takes part in these no more: what they listen to of them ends, and what they asked there."""
        for one in sessions:
            left = MemberLeft(session_id=one, user_id=whom)
            self.cut(left)
            self._tell(left)
        await self.ended(whom, sessions)

    async def mark_read(self, user_id: UserId, session_id: SessionId, message_id: MessageId) -> None:
        """Somebody has read up to a message; the others hear of it."""

        def write() -> Script[None]:
            kept = yield from store.find(session_id, user_id, to_change=True, act="read")
            yield from store.in_session(kept, message_id)
            yield from members_store.mark(session_id, user_id, message_id)

        await self._database.write(write())
        self._tell(MarkedRead(session_id=session_id, user_id=user_id, message_id=message_id))

    async def invite(self, user_id: UserId, session_id: SessionId, wish: Wish) -> Invited:
        """Make an invitation; its secret is in the answer, and nowhere else."""
        secret, now = new_secret(), self._clock.now()
        token = secret.reveal()
        made = Invitation(
            id=new_id("inv"),
            session_id=session_id,
            role=wish.role,
            hash=hashed(token),
            created_at=stamp(now),
            expires_at=stamp(now + wish.holds),
            uses_left=wish.uses,
        )

        def write() -> Script[None]:
            yield from _own(session_id, user_id)
            if len((yield from members_store.invited(session_id, made.created_at))) >= MOST_INVITATIONS:
                raise Conflict(f"{MOST_INVITATIONS} invitations hold already; revoke some first.")
            yield from members_store.invite(made)

        await self._database.write(write())
        await self._audited("member.invited", user_id, session_id, {"invitation_id": made.id, "role": wish.role})
        return msgspec.structs.replace(_told(made), token=token, link=f"/#invitation={token}")

    async def invitations(self, user_id: UserId, session_id: SessionId) -> list[Invited]:
        """The invitations of a session that hold, without their secrets."""

        def read() -> Script[list[Invited]]:
            yield from store.find(session_id, user_id, act="own")
            return [_told(one) for one in (yield from members_store.invited(session_id, stamp(self._clock.now())))]

        return await self._database.read(read())

    async def revoke(self, user_id: UserId, session_id: SessionId, invitation_id: str) -> None:
        """Let an invitation hold no more; who came by it stays."""

        def write() -> Script[None]:
            yield from store.find(session_id, user_id, to_change=True, act="own")
            if not (yield from members_store.revoke(session_id, invitation_id)):
                raise NotFound(NO_INVITATION)

        await self._database.write(write())

    async def accept(self, user_id: UserId, token: str) -> Session:
        """Take part by an invitation; who takes part already keeps the higher role, and uses nothing up."""

        def write() -> Script[tuple[Session, Member | None]]:
            found = yield from members_store.take_up(hashed(token), stamp(self._clock.now()))
            if found is None:
                raise NotFound(NO_INVITATION)
            session_id, role = found
            owner, _ = yield from members_store.root_of(session_id)
            known = "owner" if owner == user_id else (yield from members_store.role(session_id, user_id))
            if known is not None and access.higher(known, role) == known:
                raise _Already(session_id)  # an exception takes the use back
            joined = yield from self._join(session_id, user_id, role)
            return (yield from store.find(session_id, user_id)).seen, joined

        try:
            session, joined = await self._database.write(write())
        except _Already as already:
            return (await self._database.read(store.find(already.session_id, user_id))).seen
        if joined is not None:
            await self._audited("member.joined", user_id, session.id, {"role": joined.role})
            self._joined(session.id, joined)
        return session

    def _join(self, session_id: SessionId, user_id: UserId, role: MemberRole) -> Script[Member]:
        known = yield from members_store.role(session_id, user_id)
        if known is None and (yield from members_store.count(session_id)) >= MOST_MEMBERS:
            raise Conflict(f"{MOST_MEMBERS} people take part in this session already, which is as many as can.")
        owner, _ = yield from members_store.root_of(session_id)
        if user_id == owner:
            raise Conflict("This is the owner of the session.")
        yield from files_store.keep_for(session_id, owner)
        yield from members_store.join(session_id, user_id, role, stamp(self._clock.now()))
        found = yield from members_store.everybody(session_id)
        return next(Member(**one._asdict()) for one in found if one.user_id == user_id)

    def _joined(self, session_id: SessionId, member: Member) -> None:
        person = Person(member.user_id, member.name)
        self._tell(MemberJoined(session_id=session_id, person=person, role=member.role))

    async def _audited(self, kind: str, by: UserId, session_id: SessionId, detail: dict[str, str]) -> None:
        await self.audit(SecurityEvent(kind=kind, actor_id=by, subject=session_id, detail=detail))

    def _tell(self, sign: Sign) -> None:
        self._bus.publish(topic_of_room(sign.session_id), sign, _one)


class _Already(Exception):
    """Somebody takes up an invitation who takes part already."""

    def __init__(self, session_id: SessionId) -> None:
        super().__init__(session_id)
        self.session_id = session_id


def _one() -> int:
    return 1


def _own(session_id: SessionId, user_id: UserId) -> Script[None]:
    kept = yield from store.find(session_id, user_id, to_change=True, act="own")
    if kept.session.run_id is not None:
        raise Conflict("A subagent's session has the members of the session that it works for.")


def _user(asker: UserId, whom: UserId | str, *, everybody: bool) -> Script[UserId | None]:
    """Somebody by id, or by an e-mail address that is clear; None for an address that the asker may not know."""
    if "@" not in whom:
        if (yield from identity_store.user(whom)) is None:
            raise unknown("user_id")
        return UserId(whom)
    found = yield from at_address(asker, whom, everybody=everybody)
    if found is None and everybody:
        raise unknown("email")
    return found


def _told(one: Invitation) -> Invited:
    return Invited(
        id=one.id,
        session_id=one.session_id,
        role=one.role,
        created_at=one.created_at,
        expires_at=one.expires_at,
        uses_left=one.uses_left,
    )
