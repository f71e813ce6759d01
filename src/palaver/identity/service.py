"""Identity put together from its settings and a database; it decides nothing and starts nothing."""

from dataclasses import dataclass

from palaver.core.audit import Audit, unheard
from palaver.identity.accounts import Accounts
from palaver.identity.api_keys.leaks import Leaks
from palaver.identity.devices import Devices
from palaver.identity.door import Door
from palaver.identity.ground import Ground
from palaver.identity.groups.directory import Directory
from palaver.identity.groups.service import Teams
from palaver.identity.inviting.service import Inviting
from palaver.identity.issuers import Issuers
from palaver.identity.jobs import Upkeep
from palaver.identity.jwks import HttpKeys
from palaver.identity.keys import ApiKeys
from palaver.identity.letters.links import Links
from palaver.identity.letters.outbox import Outbox
from palaver.identity.letters.settings import MailSettings
from palaver.identity.lockout.service import Lockout
from palaver.identity.oidc.service import OidcSignIn
from palaver.identity.passwords import Passwords
from palaver.identity.registering.service import Registering
from palaver.identity.removing.service import Removing
from palaver.identity.scim.directory_groups import DirectoryGroups
from palaver.identity.scim.service import DirectoryUsers
from palaver.identity.second_factor.service import Sealing, SecondFactors, Unsealing
from palaver.identity.service_accounts.service import ServiceAccounts
from palaver.identity.settings import IdentitySettings
from palaver.identity.sign_ins import OneTimeTokens, SignIns
from palaver.identity.standing import Standing
from palaver.identity.tokens import AccessTokens
from palaver.identity.users.service import Users
from palaver.identity.uses import Uses
from palaver.kit.clock import Clock
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database

NOWHERE = Links()  # links of whoever asks an administrator's question lead to where they asked it
NO_MAIL = MailSettings.model_validate({})


@dataclass(frozen=True, slots=True)
class People:
    """What is done about accounts: by whoever has one or wants one, and by administrators."""

    factors: SecondFactors
    users: Users
    registering: Registering
    inviting: Inviting
    removing: Removing


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
    directory: tuple[DirectoryUsers, DirectoryGroups]
    people: People
    ground: Ground
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
    sealing: Sealing | None = None,
    links: Links = NOWHERE,
    mail: MailSettings = NO_MAIL,
    audit: Audit = unheard,
) -> Identity:
    """Make every service; inside the event loop that will use them. Nothing is started."""
    passwords, fetch, uses = Passwords(settings), HttpKeys(settings), Uses(database, settings, clock)
    access, issuers = AccessTokens(signing_key, settings.access_token_lifetime, clock), Issuers(settings, fetch, clock)
    ground = _ground(database, settings, clock, audit=audit, mail=mail, links=links)
    accounts = Accounts(database, settings, passwords, clock, lockout=ground.lockout, audit=audit)
    keys, one_time = ApiKeys(database, settings, uses, clock, audit=audit), OneTimeTokens(database, settings, clock)
    groups, sign_ins = Directory(database, clock, audit), SignIns(database, settings, access, clock, audit=audit)
    door = Door(database, settings, accounts, access=access, issuers=issuers, one_time=one_time, uses=uses, clock=clock)
    devices = Devices(database, clock, audit)
    accounts.standing = keys.standing = sign_ins.standing = devices.standing = door.standing = ground.standing
    return Identity(
        people=(people := _people(ground, accounts, door, sealing, passwords=passwords, one_time=one_time)),
        accounts=accounts,
        sign_ins=sign_ins,
        one_time=one_time,
        devices=devices,
        groups=groups,
        teams=Teams(database, groups, everybody_is_known=_closed(settings)),
        keys=keys,
        service_accounts=ServiceAccounts(database, accounts, keys, clock, removing=people.removing, audit=audit),
        leaks=Leaks(database, clock, ground.standing, audit),
        oidc=OidcSignIn(database, settings, fetch, (accounts, sign_ins, groups), clock=clock, audit=audit),
        directory=(DirectoryUsers(database, settings.scim, accounts, clock, audit=audit), DirectoryGroups(groups)),
        ground=ground,
        door=door,
        upkeep=Upkeep(database, settings, issuers, uses=uses, lockout=ground.lockout, clock=clock),
        passwords=passwords,
        fetch=fetch,
        audit=audit,
    )


def _closed(settings: IdentitySettings) -> bool:
    """Whether nobody comes in but by an administrator."""
    return settings.registration != "open" and not settings.issuers and not settings.oidc


def _ground(
    database: Database, settings: IdentitySettings, clock: Clock, *, audit: Audit, mail: MailSettings, links: Links
) -> Ground:
    lockout = Lockout(database, settings, clock)
    return Ground(database, settings, clock, audit, lockout, Standing(database, clock), Outbox(mail, clock), links)


def _people(
    ground: Ground,
    accounts: Accounts,
    door: Door,
    sealing: Sealing | None,
    *,
    passwords: Passwords,
    one_time: OneTimeTokens,
) -> People:
    door.factors = factors = SecondFactors(ground, sealing or Unsealing())
    return People(
        factors=factors,
        users=Users(ground, accounts, factors, one_time),
        registering=Registering(ground, accounts, passwords=passwords, one_time=one_time),
        inviting=Inviting(ground),
        removing=Removing(ground),
    )
