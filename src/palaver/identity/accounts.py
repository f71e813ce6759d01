"""Use cases about users: making them, finding them, checking and changing passwords, meeting those of other issuers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.errors import Forbidden, Unauthenticated
from palaver.core.ids import USER, UserId
from palaver.core.principal import Role
from palaver.identity import store
from palaver.identity.emails import normal
from palaver.identity.issuers import Foreigner
from palaver.identity.lockout.service import Lockout
from palaver.identity.passwords import Passwords
from palaver.identity.refusals import NoSuchUser, PasswordWrong, UserExists
from palaver.identity.settings import IdentitySettings
from palaver.identity.standing import Standing
from palaver.identity.store import User
from palaver.identity.users.store import first_administrator
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database, UniqueViolated


class Accounts:
    """Needs no running server: the command line uses it on the same database."""

    def __init__(
        self,
        database: Database,
        settings: IdentitySettings,
        passwords: Passwords,
        clock: Clock,
        *,
        lockout: Lockout | None = None,
        audit: Audit = unheard,
    ) -> None:
        self._database = database
        self._audit = audit
        self._settings = settings
        self._passwords = passwords
        self._clock = clock
        self.standing = Standing(database, clock)
        self._lockout = lockout or Lockout(database, settings, clock)

    async def create(
        self, email: str, password: Sealed[str] | None, role: Role = "member", *, name: str | None = None
    ) -> User:
        """A new local user, whose address is vouched for; without a password, one signs in by link until one is set."""
        address = normal(email)
        if password is not None:
            self._passwords.check_rules(password)
        hashed = await self._passwords.hash(password) if password is not None else None
        user = self._user(store.LOCAL, address, address, name)
        user = user._replace(role=role, verified_at=user.created_at)
        try:
            await self._database.write(store.add_user({**user._asdict(), "password_hash": hashed}))
        except UniqueViolated as error:
            raise UserExists from error
        return user

    async def by_password(self, email: str, password: Sealed[str], address: str) -> User:
        """The user with this e-mail and password; who is unknown and what is wrong answer alike and take as long."""
        wanted = normal(email)
        await self._lockout.begin(address, wanted)
        found = await self._database.read(store.local_user(wanted))
        stored = found[1] if found else None
        right = await self._passwords.verify(stored, password)
        if not right or not found or not stored or found[0].disabled_at is not None:
            # who is not known is not named: people type passwords where names belong
            await self._audit(
                SecurityEvent(kind="auth.sign_in_failed", subject=found[0].id if found else None, address=address)
            )
            raise PasswordWrong
        await self._lockout.succeeded(address, wanted)
        if self._passwords.outdated(stored):
            hashed = await self._passwords.hash(password)
            await self._database.write(store.set_password_hash(found[0].id, hashed))
        return found[0]

    async def change_password(
        self, user_id: UserId, current: Sealed[str] | None, new: Sealed[str], *, address: str
    ) -> User:
        """Set a new password and end every sign-in; the current one is asked for where there is one."""
        user = await self.check_password(user_id, current, address=address)
        await self.set_password(user, new, by=user_id)
        return user

    async def check_password(self, user_id: UserId, current: Sealed[str] | None, *, address: str) -> User:
        """The user, whose password this is; where there is none yet, none is asked for."""
        user = await self.get(user_id)
        if user.issuer != store.LOCAL:
            raise Forbidden("Your password is kept by the issuer you sign in with; change it there.")
        stored = await self._database.read(store.password_hash(user_id))
        if stored:
            await self._lockout.begin(address, user.subject)
            if current is None or not await self._passwords.verify(stored, current):
                await self._audit(
                    SecurityEvent(kind="auth.password_wrong", actor_id=user_id, subject=user_id, address=address)
                )
                raise PasswordWrong("The current password is wrong")
            await self._lockout.succeeded(address, user.subject)
        return user

    async def set_password(self, user: User, password: Sealed[str], *, by: UserId | None = None) -> None:
        """For operators: a new password, without the old one. Ends every sign-in of the user; API keys stay."""
        self._passwords.check_rules(password)
        hashed = await self._passwords.hash(password)
        await self._database.write(store.set_password(user.id, hashed, stamp(self._clock.now())))
        await self._audit(SecurityEvent(kind="user.password_set", actor_id=by, subject=user.id))
        await self.standing.changed(user.id)

    async def set_disabled(self, user: User, *, disabled: bool) -> None:
        """No credential of a disabled user opens anything, open streams included; nothing is lost."""
        at = stamp(self._clock.now()) if disabled else None
        await self._database.write(store.set_disabled(user.id, at))
        if disabled:
            await self.standing.out(user.id)

    async def set_role(self, user: User, role: Role) -> None:
        """What the user may do, from the next request on."""
        await self._database.write(store.set_role(user.id, role))
        await self.standing.changed(user.id)

    async def get(self, user_id: UserId) -> User:
        """By id; a user who is gone or disabled is signed out."""
        user = await self._database.read(store.user(user_id))
        if user is None or user.disabled_at is not None:
            raise Unauthenticated
        return user

    async def by_email(self, email: str) -> User:
        """For operators: the local user with this address, or the only foreign one."""
        found = await self._database.read(store.users_by_email(normal(email)))
        if not found:
            raise NoSuchUser
        if len(found) > 1 and found[0].issuer != store.LOCAL:
            raise NoSuchUser("Several users of other issuers have this e-mail address, and no local one")
        return found[0]

    async def page(self, after: str = "", most: int = 100) -> Sequence[User]:
        """For operators: users by age, those after an id."""
        return await self._database.read(store.list_users(after, most))

    async def owner(self, email: str = "owner@palaver.local") -> User:
        """Whoever looks after the house for longest, who is there from the first start; made now if this is it."""
        first = await self._database.read(first_administrator())
        if first is not None:
            return await self.get(first)
        try:
            return await self.create(email, None, "admin")
        except UserExists:
            return await self.by_email(email)

    async def meet(self, foreigner: Foreigner) -> tuple[Literal["created", "exists"], User]:
        """The local user for somebody whom an external issuer vouches for, made at first sight.

        Two who come at once both succeed: the unique key decides who was first, and the other reads.
        """
        known = await self.known(foreigner)
        if known is None:
            user = self._user(foreigner.issuer, foreigner.subject, foreigner.email, foreigner.name)
            try:
                await self._database.write(store.add_user({**user._asdict(), "password_hash": None}))
            except UniqueViolated:
                known = await self.known(foreigner)
                if known is None:
                    raise  # not the user's key: the id was taken, which a version 7 UUID rules out
            else:
                return "created", user
        return "exists", known

    async def take_role(self, user: User, role: Role, said_at: float = 0) -> User:
        """What an issuer said then (seconds since 1970; 0: now) that its user may do; what it said later stands."""
        now = self._clock.now()
        at = stamp(min(now, datetime.fromtimestamp(said_at, UTC)) if said_at > 0 else now)
        if role == user.role or (user.role_said_at is not None and user.role_said_at >= at):
            return user
        await self._database.write(store.set_said_role(user.id, role, at))
        detail = {"role": role, "by": user.issuer}
        await self._audit(SecurityEvent(kind="user.role_changed", subject=user.id, detail=detail))
        await self.standing.changed(user.id)
        return user._replace(role=role, role_said_at=at)

    async def known(self, foreigner: Foreigner) -> User | None:
        """The user whom this issuer's subject is here, if there is one; one read by key."""
        return await self._database.read(store.user_by_subject(foreigner.issuer, foreigner.subject))

    async def sync(self, foreigner: Foreigner) -> tuple[Literal["created", "exists"], User]:
        """`meet`, and take over the e-mail and name that the issuer says now."""
        status, user = await self.meet(foreigner)
        now_said = (foreigner.email or user.email, foreigner.name or user.name)
        if now_said != (user.email, user.name):
            await self._database.write(store.set_profile(user.id, *now_said))
        return status, user

    def _user(self, issuer: str, subject: str, email: str | None, name: str | None) -> User:
        return User(UserId(new_id(USER)), issuer, subject, email, name, "member", stamp(self._clock.now()))
