"""Use cases about an account of one's own: making it, showing that the address is one's own, a new password by letter.

Where an answer could tell whether somebody has an account here, what depends on it happens behind the answer.
"""

from typing import Any

from palaver.core.audit import SecurityEvent
from palaver.core.ids import USER, UserId
from palaver.identity import store as people
from palaver.identity.accounts import Accounts
from palaver.identity.credentials import hashed
from palaver.identity.emails import normal
from palaver.identity.ground import Ground
from palaver.identity.inviting import store as invitations
from palaver.identity.letters import texts
from palaver.identity.passwords import Passwords
from palaver.identity.refusals import InvitationMissing, InvitationRefused, LinkRefused, RegistrationClosed, UserExists
from palaver.identity.registering import store
from palaver.identity.sign_ins import OneTimeTokens
from palaver.identity.store import LOCAL, User
from palaver.kit.clock import stamp
from palaver.kit.ids import new_id
from palaver.kit.mail import Letter
from palaver.kit.sealed import Sealed
from palaver.storage.port import UniqueViolated


class Registering:
    """Letters are posted and not waited for."""

    def __init__(self, ground: Ground, accounts: Accounts, *, passwords: Passwords, one_time: OneTimeTokens) -> None:
        self._database = ground.database
        self._settings = ground.settings
        self._accounts = accounts
        self._passwords = passwords
        self._one_time = one_time
        self._lockout = ground.lockout
        self._outbox = ground.outbox
        self._links = ground.links
        self._standing = ground.standing
        self._clock = ground.clock
        self._audit = ground.audit

    async def register(
        self, email: str, password: Sealed[str], name: str | None, *, invitation: Sealed[str] | None, address: str
    ) -> User | None:
        """The new user; None where a letter comes first, to an address that is taken as well as to a new one."""
        self._check_open(invitation)
        wanted, now = normal(email), stamp(self._clock.now())
        self._passwords.check_rules(password)
        used = hashed(invitation.reveal()) if invitation is not None else None
        bound = await self._bound(used, wanted, now)
        user = User(UserId(new_id(USER)), LOCAL, wanted, wanted, name, "member", now)
        row = user._asdict() | {"password_hash": await self._passwords.hash(password)}
        if self._settings.email_verification and not bound:
            self._outbox.post(lambda: self._register_unverified(row, used, address))  # a new address takes no longer
            return None
        try:
            await self._database.write(store.register(row, used, trusted=True, now=now))
        except UniqueViolated:
            raise UserExists from None
        await self._say("auth.registered", user.id, address, invited="yes" if used else "no")
        return await self._accounts.get(user.id)

    async def _bound(self, invitation: str | None, email: str, now: str) -> bool:
        """Whether an invitation names this address, which is then vouched for; one that is over is refused."""
        if invitation is None:
            return False
        found = await self._database.read(invitations.good(invitation, email, now))
        if found is None:
            raise InvitationRefused
        return found.email is not None

    async def _register_unverified(self, row: dict[str, Any], invitation: str | None, address: str) -> Letter | None:
        now = stamp(self._clock.now())
        try:
            await self._database.write(store.register(row, invitation, trusted=False, now=now))
        except UniqueViolated:
            return await self._tell_taken(row["subject"])
        await self._say("auth.registered", row["id"], address, invited="yes" if invitation else "no")
        return await self._ask_to_verify(row["subject"])

    def unverified(self, user: User) -> bool:
        """Whether somebody who showed the right password shows first that the address is theirs."""
        return self._settings.email_verification and user.verified_at is None

    def post_verification(self, email: str) -> None:
        """A letter with a link, where somebody unverified has this address. Says to nobody whether that is so."""
        wanted = normal(email)
        if self._outbox.there:
            self._outbox.post(lambda: self._ask_to_verify(wanted))

    def post_reset(self, email: str) -> None:
        """A letter with a link to choose a new password, where somebody has this address; silent the same way."""
        wanted = normal(email)
        if self._outbox.there:
            self._outbox.post(lambda: self._offer_reset(wanted))

    async def verify(self, token: Sealed[str], address: str) -> User:
        """Whose address was verified; the link is used up, or `LinkRefused` is raised."""
        user = await self._database.write(store.verify(hashed(token.reveal()), stamp(self._clock.now())))
        if user is None:
            raise LinkRefused
        await self._say("auth.verified", user.id, address)
        return user

    async def reset(self, token: Sealed[str], new: Sealed[str], address: str) -> None:
        """Choose a password by a link: every sign-in ends, on open sockets and streams too. API keys stay."""
        self._passwords.check_rules(new)
        fresh = await self._passwords.hash(new)
        user = await self._database.write(store.reset(hashed(token.reveal()), fresh, stamp(self._clock.now())))
        if user is None:
            raise LinkRefused
        await self._lockout.forget(user.subject)
        await self._lockout.succeeded(address, user.subject)
        await self._say("auth.password_reset", user.id, address)
        await self._standing.changed(user.id)
        self.tell_changed(
            user, "The password of your account on Palaver was changed, by a link that was mailed to you."
        )

    def tell_changed(self, user: User, what: str) -> None:
        """Word to somebody about their account, where letters are sent and they have an address of their own."""
        if self._outbox.there and user.issuer == LOCAL and user.email:
            self._outbox.send(texts.changed(user.email, what))

    def _check_open(self, invitation: Sealed[str] | None) -> None:
        if self._settings.registration == "closed":
            raise RegistrationClosed
        if self._settings.registration == "invitation" and invitation is None:
            raise InvitationMissing

    async def _ask_to_verify(self, email: str) -> Letter | None:
        user = await self._local(email)
        if user is None or user.verified_at is not None:
            return None
        token, _ = await self._one_time.link(user.id, "verify")
        link = self._links.to("verify", token.reveal())
        return texts.verify(email, link, self._settings.verification_link_lifetime)

    async def _tell_taken(self, email: str) -> Letter | None:
        return await self._with_reset(email, texts.taken)

    async def _offer_reset(self, email: str) -> Letter | None:
        return await self._with_reset(email, texts.reset)

    async def _with_reset(self, email: str, text: Any) -> Letter | None:
        user = await self._local(email)
        if user is None:
            return None
        token, _ = await self._one_time.link(user.id, "reset")
        return text(email, self._links.to("reset", token.reveal()), self._settings.reset_link_lifetime)

    async def _local(self, email: str) -> User | None:
        """Who may come in by a letter to this address; whoever is disabled may not."""
        found = await self._database.read(people.user_by_subject(LOCAL, email))
        return found if found and found.disabled_at is None else None

    async def _say(self, kind: str, user_id: UserId, address: str, **detail: str) -> None:
        await self._audit(SecurityEvent(kind=kind, actor_id=user_id, subject=user_id, address=address, detail=detail))
