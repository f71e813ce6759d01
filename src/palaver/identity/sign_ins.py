"""Use cases about being signed in: cookies, token families, one-time links and tickets; it checks no password."""

import logging
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from palaver.core.audit import Audit, SecurityEvent, unheard
from palaver.core.ids import UserId
from palaver.core.principal import Principal
from palaver.identity import store
from palaver.identity.credentials import hashed, new_secret
from palaver.identity.refusals import LinkRefused, RefreshRefused
from palaver.identity.settings import IdentitySettings
from palaver.identity.standing import Standing
from palaver.identity.tokens import AccessTokens
from palaver.kit.clock import Clock, stamp
from palaver.kit.ids import new_id
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database

log = logging.getLogger(__name__)

FAMILY = "fam"
DEVICE = "dev"
LONGEST_AGENT = 200  # characters of what a program says of itself
SIGN_IN = "sign_in"
TICKET = "ticket"
VERIFY = "verify"
RESET = "reset"


class Tokens(NamedTuple):
    """An access token, the refresh token that gets the next one, and how many seconds each is good."""

    access: Sealed[str]
    expires_in: int
    refresh: Sealed[str]
    refresh_expires_in: int


class Place(NamedTuple):
    """From where somebody signs in, as it is told to them later: what their program calls itself, and its address."""

    agent: str = ""
    address: str = ""


NOWHERE = Place()


class OneTimeTokens:
    """Sign-in links and WebSocket tickets: secrets that work once, soon. Needs no running server."""

    def __init__(self, database: Database, settings: IdentitySettings, clock: Clock) -> None:
        self._database = database
        self._lifetimes = {
            SIGN_IN: settings.sign_in_link_lifetime,
            TICKET: settings.ticket_lifetime,
            VERIFY: settings.verification_link_lifetime,
            RESET: settings.reset_link_lifetime,
        }
        self._clock = clock

    async def sign_in_token(self, user_id: UserId) -> Sealed[str]:
        """What stands in a sign-in link."""
        return await self._issue(Principal(user_id=user_id), SIGN_IN)

    async def ticket(self, principal: Principal) -> tuple[Sealed[str], int]:
        """What opens one WebSocket as this caller, with the same scopes; and how many seconds it is good."""
        return await self._issue(principal, TICKET), int(self._lifetimes[TICKET].total_seconds())

    async def link(self, user_id: UserId, purpose: Literal["verify", "reset"]) -> tuple[Sealed[str], datetime]:
        """What stands in a link to verify an address or to choose a password, and until when it is good."""
        until = self._clock.now() + self._lifetimes[purpose]
        return await self._issue(Principal(user_id=user_id), purpose), until

    async def use(self, token: str, purpose: Literal["sign_in", "ticket"]) -> Principal:
        """Whose it is; it is used up, or `LinkRefused` is raised."""
        used = store.use_one_time(hashed(token), purpose, stamp(self._clock.now()))
        bearer = await self._database.write(used)
        if bearer is None:
            raise LinkRefused
        scopes = frozenset(msgspec.json.decode(bearer.scopes, type=list[str])) if bearer.scopes else None
        return Principal(
            user_id=bearer.user_id,
            role=bearer.role,
            via="ticket",
            key_id=bearer.key_id,
            scopes=scopes,
            sign_in=bearer.sign_in,
        )

    async def _issue(self, principal: Principal, purpose: str) -> Sealed[str]:
        secret, now = new_secret(), self._clock.now()
        row = {
            "hash": hashed(secret.reveal()),
            "purpose": purpose,
            "user_id": principal.user_id,
            "key_id": principal.key_id,
            "scopes": None if principal.scopes is None else msgspec.json.encode(sorted(principal.scopes)).decode(),
            "created_at": stamp(now),
            "expires_at": stamp(now + self._lifetimes[purpose]),
            "used_at": None,
            "sign_in": principal.sign_in,
        }
        await self._database.write(store.add_one_time(row))
        return secret


class SignIns:
    """Opens sign-ins, keeps them going, ends them."""

    def __init__(
        self,
        database: Database,
        settings: IdentitySettings,
        access: AccessTokens,
        clock: Clock,
        *,
        audit: Audit = unheard,
    ) -> None:
        self._database = database
        self._audit = audit
        self.standing = Standing(database, clock)
        self._cookie_lifetime: timedelta = settings.cookie_lifetime
        self._refresh_lifetime: timedelta = settings.refresh_token_lifetime
        self._access = access
        self._clock = clock

    async def open(self, user_id: UserId, *, cookie: bool, place: Place = NOWHERE) -> tuple[Tokens, Sealed[str] | None]:
        """A new token family and, where asked for, a cookie, of one device and in one unit of work."""
        family_id, refresh, device = new_id(FAMILY), new_secret(), _device(place)
        row = self._refresh_row(refresh)
        family = {
            "id": family_id,
            "user_id": user_id,
            "created_at": row["created_at"],
            "expires_at": row["expires_at"],
            "revoked_at": None,
            **device,
        }
        secret = new_secret() if cookie else None
        browser = self._browser_row(user_id, secret) | device if secret else None
        await self._database.write(store.add_sign_in(browser, family, {**row, "family_id": family_id}))
        await self._audited("signed_in", user_id, device["device_id"])
        return self._tokens(user_id, family_id, refresh), secret

    async def open_browser(self, user_id: UserId, place: Place = NOWHERE) -> Sealed[str]:
        """A cookie alone."""
        secret, device = new_secret(), _device(place)
        await self._database.write(store.add_sign_in(self._browser_row(user_id, secret) | device, None, None))
        await self._audited("signed_in", user_id, device["device_id"])
        return secret

    async def refresh(self, token: Sealed[str]) -> tuple[UserId, Tokens]:
        """The next pair. A refresh token works once; when it comes again, somebody copied it, and its family ends."""
        successor = new_secret()
        now = stamp(self._clock.now())
        rotated = await self._database.write(store.rotate(hashed(token.reveal()), self._refresh_row(successor), now))
        if isinstance(rotated, store.Reused):
            log.warning("A refresh token came twice: all tokens of its sign-in %s are revoked.", rotated.family_id)
            await self._audited("refresh_reused", None, rotated.family_id)
        if not isinstance(rotated, store.Rotated):
            raise RefreshRefused
        return rotated.user_id, self._tokens(rotated.user_id, rotated.family_id, successor)

    async def end(self, cookie: str | None, refresh: Sealed[str] | None, family_id: str | None) -> None:
        """End whatever of these is there, at once; what is unknown is passed over."""
        script = store.sign_out(
            hashed(cookie) if cookie else None,
            hashed(refresh.reveal()) if refresh else None,
            family_id,
            now=stamp(self._clock.now()),
        )
        whose = await self._database.write(script)
        if whose is not None:
            await self._audited("signed_out", whose)
            await self.standing.changed(whose)

    async def _audited(self, act: str, user_id: UserId | None, subject: str | None = None) -> None:
        await self._audit(SecurityEvent(kind=f"auth.{act}", actor_id=user_id, subject=subject))

    def _tokens(self, user_id: UserId, family_id: str, refresh: Sealed[str]) -> Tokens:
        access = self._access.issue(user_id, family_id)
        return Tokens(access, self._access.expires_in, refresh, int(self._refresh_lifetime.total_seconds()))

    def _refresh_row(self, refresh: Sealed[str]) -> dict[str, str | None]:
        now = self._clock.now()
        return {
            "hash": hashed(refresh.reveal()),
            "created_at": stamp(now),
            "expires_at": stamp(now + self._refresh_lifetime),
            "used_at": None,
        }

    def _browser_row(self, user_id: UserId, secret: Sealed[str]) -> dict[str, str]:
        now = self._clock.now()
        return {
            "hash": hashed(secret.reveal()),
            "user_id": user_id,
            "created_at": stamp(now),
            "last_used_at": stamp(now),
            "expires_at": stamp(now + self._cookie_lifetime),
        }


def _device(place: Place) -> dict[str, str]:
    agent = " ".join(place.agent.split())
    return {"device_id": new_id(DEVICE), "agent": agent[:LONGEST_AGENT], "address": place.address}
