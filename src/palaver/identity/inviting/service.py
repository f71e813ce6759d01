"""Use cases about invitations to the house: making, listing, withdrawing; accepting one is `registering`."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from palaver.core.audit import SecurityEvent
from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Role
from palaver.identity.credentials import hashed, new_secret
from palaver.identity.emails import normal
from palaver.identity.ground import Ground
from palaver.identity.inviting import store
from palaver.identity.inviting.store import Invitation
from palaver.identity.letters import texts
from palaver.kit.clock import stamp
from palaver.kit.ids import new_id
from palaver.kit.pages import BadCursor, cursor, position
from palaver.kit.sealed import Sealed

HOUSE_INVITATION = "hin"


class Wish(NamedTuple):
    """What an invitation shall be: for whom, as what, until when."""

    email: str | None = None
    role: Role = "member"
    expires_at: datetime | None = None


class InvitationPage(NamedTuple):
    """A page of invitations, and where the next one begins."""

    items: Sequence[Invitation]
    next_cursor: str | None


class Inviting:
    """Needs no running server; a letter goes to whom an invitation names, where letters are sent."""

    def __init__(self, ground: Ground) -> None:
        self._database = ground.database
        self._lifetime = ground.settings.invitation_lifetime
        self._clock = ground.clock
        self._outbox = ground.outbox
        self._links = ground.links
        self._audit = ground.audit

    async def create(
        self, inviting: UserId, wish: Wish, *, address: str | None = None
    ) -> tuple[Invitation, Sealed[str]]:
        """An invitation and its secret, which is told once."""
        now, secret = self._clock.now(), new_secret()
        until = wish.expires_at or now + self._lifetime
        if until <= now:
            says = "The invitation would be over before it is made."
            raise Invalid(says, errors=[{"loc": ["body", "expires_at"], "msg": says, "type": "expires_at"}])
        email = normal(wish.email) if wish.email is not None else None
        made = Invitation(new_id(HOUSE_INVITATION), email, wish.role, stamp(now), stamp(until), None)
        await self._database.write(store.add({**made._asdict(), "user_id": inviting, "hash": hashed(secret.reveal())}))
        await self._say("invitation.created", inviting, made.id, address, role=wish.role)
        if email is not None and self._outbox.there:
            self._outbox.send(texts.invitation(email, self._links.to("register", secret.reveal()), made.expires_at))
        return made, secret

    async def page(self, after: str | None, most: int) -> InvitationPage:
        """All of them, oldest first; those that are over are removed a while later."""
        try:
            last = position(after, tuple[str])[0] if after else ""
        except BadCursor as error:
            at = {"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}
            raise Invalid(str(error), errors=[at]) from None
        found = await self._database.read(store.page(last, most + 1))
        more = len(found) > most
        return InvitationPage(found[:most], cursor(found[most - 1].id) if more else None)

    async def withdraw(self, by: UserId, invitation_id: str, *, address: str | None = None) -> None:
        """Nobody comes by it any more."""
        if not await self._database.write(store.withdraw(invitation_id)):
            raise NotFound("There is no such invitation.")
        await self._say("invitation.withdrawn", by, invitation_id, address)

    async def _say(self, kind: str, by: UserId, subject: str, address: str | None, **detail: str) -> None:
        await self._audit(SecurityEvent(kind=kind, actor_id=by, subject=subject, address=address, detail=detail))
