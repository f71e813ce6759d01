"""Use cases about service accounts: making, changing, ending them, and their keys; nobody signs in as one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from palaver.core.audit import Audit, SecurityEvent
from palaver.core.errors import NotFound
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity.accounts import Accounts
from palaver.identity.keys import ApiKey, ApiKeys
from palaver.identity.removing.service import Removing
from palaver.identity.service_accounts import store
from palaver.identity.store import User, add_user
from palaver.identity.users.service import By
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database

SERVICE = "svc"  # so that whoever reads an id knows that no person stands behind it

AccountRole = Literal["member", "viewer"]


class ServiceAccounts:
    """For administrators. An account owns what it makes, like every user; `by` is who asks."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        keys: ApiKeys,
        clock: Clock,
        *,
        removing: Removing,
        audit: Audit,
    ) -> None:
        self._removing = removing
        self._database = database
        self._accounts = accounts
        self._keys = keys
        self._clock = clock
        self._audit = audit

    async def list(self) -> Sequence[User]:
        """Oldest first."""
        return await self._database.read(store.every())

    async def get(self, account_id: str) -> User:
        """One; people are none."""
        found = await self._database.read(store.one(account_id))
        if found is None:
            raise NotFound("There is no such service account.")
        return found

    async def create(self, name: str, role: AccountRole, by: Principal | None) -> User:
        """A new one, without a key."""
        made = UserId(new_id(SERVICE))
        user = User(made, store.ISSUER, made, None, name, role, stamp(self._clock.now()))
        await self._database.write(add_user({**user._asdict(), "password_hash": None}))
        await self._tell("service_account.created", by, made, role=role)
        return user

    async def change(
        self,
        account_id: str,
        by: Principal | None,
        *,
        name: str | None = None,
        role: AccountRole | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Another name or role, or let its keys open nothing for a while."""
        user = await self.get(account_id)
        if name is not None and name != user.name:
            await self._database.write(store.rename(user.id, name))
        if role is not None and role != user.role:
            await self._accounts.set_role(user, role)
            await self._tell("service_account.role_changed", by, user.id, role=role)
        if disabled is not None and disabled is not (user.disabled_at is not None):
            await self._accounts.set_disabled(user, disabled=disabled)
            await self._tell(f"service_account.{'disabled' if disabled else 'enabled'}", by, user.id)
        return await self.get(account_id)

    async def delete(self, account_id: str, by: Principal) -> None:
        """Gone for good, with everything that it owns."""
        await self._removing.remove((await self.get(account_id)).id, By(by.user_id), "service_account.deleted")

    async def keys(self, account_id: str) -> Sequence[ApiKey]:
        """Oldest first."""
        return await self._keys.list((await self.get(account_id)).id)

    async def make_key(
        self,
        account_id: str,
        by: Principal,
        *,
        name: str,
        scopes: Sequence[str] | None = None,
        expires_at: datetime | None = None,
        networks: Sequence[str] | None = None,
    ) -> tuple[ApiKey, Sealed[str]]:
        """A key with which the account acts; no wider than its role."""
        acting = _acting(await self.get(account_id))
        return await self._keys.create(
            acting, name, scopes, expires_at=expires_at, networks=networks, by=by.user_id
        )  # fmt: skip

    async def rotate_key(
        self, account_id: str, key_id: str, by: Principal, overlap: timedelta | None
    ) -> tuple[ApiKey, Sealed[str]]:
        """The key that follows one of the account's."""
        return await self._keys.rotate(_acting(await self.get(account_id)), key_id, overlap=overlap, by=by.user_id)

    async def delete_key(self, account_id: str, key_id: str, by: Principal) -> None:
        """It opens nothing from the next request on."""
        await self._keys.delete((await self.get(account_id)).id, key_id, by=by.user_id)

    async def _tell(self, kind: str, by: Principal | None, account_id: UserId, **detail: str) -> None:
        actor = by.user_id if by else None  # the operator, at the command line
        await self._audit(SecurityEvent(kind=kind, actor_id=actor, subject=account_id, detail=detail))


def _acting(user: User) -> Principal:
    return Principal(user_id=user.id, role=user.role, via="key")
