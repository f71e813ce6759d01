"""Use cases of administrators about users: seeing, making, changing, signing out; it removes nobody's things."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from palaver.core.audit import SecurityEvent
from palaver.core.errors import Invalid, NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Role
from palaver.identity import store as people
from palaver.identity.accounts import Accounts
from palaver.identity.ground import Ground
from palaver.identity.second_factor.service import SecondFactors
from palaver.identity.sign_ins import OneTimeTokens
from palaver.identity.users import store
from palaver.identity.users.store import Changes, Listed
from palaver.kit.clock import stamp
from palaver.kit.pages import BadCursor, cursor, position
from palaver.kit.sealed import Sealed


class By(NamedTuple):
    """Who acts, from where; nobody is whoever has the terminal of the machine."""

    user_id: UserId | None = None
    address: str | None = None


OPERATOR = By()


class UserPage(NamedTuple):
    """A page of users, and where the next one begins."""

    items: Sequence[Listed]
    next_cursor: str | None


class Users:
    """Needs no running server: the command line uses it on the same database."""

    def __init__(self, ground: Ground, accounts: Accounts, factors: SecondFactors, one_time: OneTimeTokens) -> None:
        self._database = ground.database
        self._accounts = accounts
        self._factors = factors
        self._one_time = one_time
        self._standing = ground.standing
        self._clock = ground.clock
        self._audit = ground.audit

    async def page(self, after: str | None, most: int, q: str | None = None) -> UserPage:
        """Oldest first."""
        try:
            last = position(after, tuple[str])[0] if after else ""
        except BadCursor as error:
            at = {"loc": ["query", "cursor"], "msg": str(error), "type": "cursor"}
            raise Invalid(str(error), errors=[at]) from None
        found = await self._database.scan(store.page(last, most + 1, q))
        more = len(found) > most
        return UserPage(found[:most], cursor(found[most - 1].user.id) if more else None)

    async def get(self, user_id: UserId) -> Listed:
        """By id."""
        found = await self._database.read(store.one(user_id))
        if found is None:
            raise NotFound
        return found

    async def create(
        self, email: str, password: Sealed[str] | None, role: Role, *, name: str | None, by: By = OPERATOR
    ) -> Listed:
        """A local user whose address the administrator vouches for; without a password, a reset link sets one."""
        user = await self._accounts.create(email, password, role, name=name)
        await self._say("user.created", by, user.id, role=role)
        return await self.get(user.id)

    async def change(self, user_id: UserId, changes: Changes, by: By = OPERATOR) -> Listed:
        """Another name, another role, disabled or not. Counts at once, on what is open as well."""
        changed = await self._database.write(store.change(user_id, changes, stamp(self._clock.now())))
        if changed is None:
            raise NotFound
        before, after = changed
        if after.name != before.name:
            await self._say("user.renamed", by, user_id)
        if after.role != before.role:
            await self._say("user.role_changed", by, user_id, before=before.role, after=after.role)
        if after.disabled_at != before.disabled_at:
            await self._say("user.disabled" if after.disabled_at else "user.enabled", by, user_id)
        if after.disabled_at and not before.disabled_at:
            await self._standing.out(user_id)
        elif after.role != before.role:
            await self._standing.changed(user_id)
        return await self.get(user_id)

    async def sign_out(self, user_id: UserId, by: By = OPERATOR) -> None:
        """End every sign-in, everywhere; API keys stay."""
        user = (await self.get(user_id)).user
        await self._database.write(people.sign_out_everywhere(user.id, stamp(self._clock.now())))
        await self._say("user.signed_out", by, user_id)
        await self._standing.changed(user_id)

    async def reset_token(self, user_id: UserId, by: By = OPERATOR) -> tuple[Sealed[str], datetime]:
        """What stands in a link by which the user chooses a new password, and until when it is good."""
        user = (await self.get(user_id)).user
        if user.issuer != people.LOCAL:
            says = "The password of this user is kept by the issuer they sign in with."
            raise Invalid(says, errors=[{"loc": ["path", "user_id"], "msg": says, "type": "issuer"}])
        made = await self._one_time.link(user.id, "reset")
        await self._say("user.reset_link_made", by, user_id)
        return made

    async def remove_second_factor(self, user_id: UserId, by: By = OPERATOR) -> None:
        """For whoever lost their app and their codes: signing in asks for the password alone."""
        await self.get(user_id)
        if not await self._factors.remove(user_id, by.user_id, by.address):
            raise NotFound("This user has no second factor.")

    async def _say(self, kind: str, by: By, subject: str, **detail: str) -> None:
        said = detail if by.user_id else detail | {"by": "operator"}
        await self._audit(
            SecurityEvent(kind=kind, actor_id=by.user_id, subject=subject, address=by.address, detail=said)
        )
