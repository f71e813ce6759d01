"""Identity put together from its settings and a database; it decides nothing and starts nothing."""

from dataclasses import dataclass

from palaver.core.audit import Audit, unheard
from palaver.identity.accounts import Accounts
from palaver.identity.api_keys.leaks import Leaks
from palaver.identity.devices import Devices
from palaver.identity.door import Door
from palaver.identity.groups.directory import Directory
from palaver.identity.groups.service import Teams
from palaver.identity.issuers import Issuers
from palaver.identity.jobs import Upkeep
from palaver.identity.jwks import HttpKeys
from palaver.identity.keys import ApiKeys
from palaver.identity.oidc.service import OidcSignIn
from palaver.identity.passwords import Passwords
from palaver.identity.service_accounts.service import ServiceAccounts
from palaver.identity.settings import IdentitySettings
from palaver.identity.sign_ins import OneTimeTokens, SignIns
from palaver.identity.tokens import AccessTokens
from palaver.identity.uses import Uses
from palaver.kit.clock import Clock
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database


@dataclass(frozen=True, slots=True)
class Identity:
    """All of it. `upkeep.run` belongs into the house's task group; `close` after that has ended."""

    accounts: Accounts
    sign_ins: SignIns
    one_time: OneTimeTokens
    devices: Devices
    groups: Directory
    teams: Teams
    keys: ApiKeys
    leaks: Leaks
    service_accounts: ServiceAccounts
    oidc: OidcSignIn
    door: Door
    upkeep: Upkeep
    passwords: Passwords
    fetch: HttpKeys
    audit: Audit

    async def close(self) -> None:
        """Let go of threads and connections; the database is closed by whoever opened it."""
        self.passwords.close()
        await self.fetch.close()
        await self.oidc.close()


def open_identity(
    database: Database,
    settings: IdentitySettings,
    *,
    signing_key: Sealed[bytes],
    clock: Clock,
    audit: Audit = unheard,
) -> Identity:
    """Make every service; inside the event loop that will use them. Nothing is started."""
    passwords, fetch, uses = Passwords(settings), HttpKeys(settings), Uses(database, settings, clock)
    groups = Directory(database, clock, audit)
    access = AccessTokens(signing_key, settings.access_token_lifetime, clock)
    issuers = Issuers(settings, fetch, clock)
    accounts = Accounts(database, settings, passwords, clock, audit=audit)
    keys = ApiKeys(database, settings, uses, clock, audit=audit)
    one_time = OneTimeTokens(database, settings, clock)
    sign_ins = SignIns(database, settings, access, clock, audit=audit)
    oidc = OidcSignIn(database, settings, fetch, (accounts, sign_ins, groups), clock=clock, audit=audit)
    door = Door(database, settings, accounts, access=access, issuers=issuers, one_time=one_time, uses=uses, clock=clock)
    return Identity(
        accounts=accounts,
        sign_ins=sign_ins,
        one_time=one_time,
        devices=Devices(database, clock, audit),
        groups=groups,
        teams=Teams(database, groups, everybody_is_known=_closed(settings)),
        keys=keys,
        service_accounts=ServiceAccounts(database, accounts, keys, clock, audit=audit),
        leaks=Leaks(database, clock, audit),
        oidc=oidc,
        door=door,
        upkeep=Upkeep(database, settings, issuers, uses=uses, clock=clock),
        passwords=passwords,
        fetch=fetch,
        audit=audit,
    )


def _closed(settings: IdentitySettings) -> bool:
    """Whether nobody comes in but by an administrator."""
    return settings.registration != "open" and not settings.issuers and not settings.oidc
