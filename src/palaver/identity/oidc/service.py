"""Use cases of signing in by another issuer: begin, and come back; what it costs to be believed stands in `client`.

A sign-in belongs to the browser that began it. That browser holds one secret in a cookie; the state, of which we keep
a hash, works once and only with it. The verifier and the nonce follow from both and are kept nowhere.
"""

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from palaver.core.audit import Audit, SecurityEvent
from palaver.core.errors import NotFound
from palaver.core.ids import UserId
from palaver.identity.accounts import Accounts
from palaver.identity.credentials import hashed, new_secret
from palaver.identity.groups.directory import Directory
from palaver.identity.issuers import Foreigner
from palaver.identity.jwks import Fetch
from palaver.identity.oidc import store
from palaver.identity.oidc.claims import domain_of, groups_of, role_of
from palaver.identity.oidc.client import Client, TokenRefused
from palaver.identity.oidc.settings import OidcSettings
from palaver.identity.refusals import IssuerAway, UnknownSigningKey
from palaver.identity.settings import IdentitySettings
from palaver.identity.sign_ins import Place, SignIns
from palaver.identity.store import User
from palaver.kit.clock import Clock, stamp
from palaver.kit.sealed import Sealed
from palaver.storage.port import Database

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)  # as long as somebody may take at the issuer
_LONGEST = 4_096  # characters of a code or a state
_LONGEST_SUBJECT = 255

# What the page is told, and nothing more: `expired`, begun too long ago, elsewhere, or finished before; `denied`, the
# person or the issuer said no; `away`, the issuer cannot be asked; `refused`, what it says does not hold;
# `not_allowed`, not among the domains or groups; `unknown_user`, nobody is made here; `disabled`, the user is.
Failure = Literal["expired", "denied", "away", "refused", "not_allowed", "unknown_user", "disabled"]


class SignInFailed(Exception):
    """Nobody is signed in; `code` says why, in a word of the page."""

    def __init__(self, code: Failure) -> None:
        super().__init__(code)
        self.code: Failure = code


class Begun(NamedTuple):
    """Where the browser goes, and the secret that it takes along in a cookie."""

    url: str
    binding: Sealed[str]


class Back(NamedTuple):
    """What a browser comes back with: its cookie, and what the issuer put into the address."""

    binding: str | None
    state: str | None
    code: str | None
    error: str | None
    iss: str | None


class OidcSignIn:
    """Every issuer by which people may sign in."""

    def __init__(
        self,
        database: Database,
        settings: IdentitySettings,
        fetch: Fetch,
        people: tuple[Accounts, SignIns, Directory],
        *,
        clock: Clock,
        audit: Audit,
    ) -> None:
        self._database = database
        self._clients = {name: Client(one, settings, fetch, clock) for name, one in settings.oidc.items()}
        self._accounts, self._sign_ins, self._groups = people
        self._clock = clock
        self._audit = audit

    def listed(self) -> list[tuple[str, str]]:
        """Id and name of each, in the order of the settings."""
        return [(name, client.settings.name) for name, client in self._clients.items()]

    def redirect_uri(self, provider: str, base: str) -> str:
        """Where the issuer sends people back to; `base` is the address that the page has."""
        return self._client(provider).settings.redirect_uri or f"{base}/api/v1/auth/oidc/{provider}/callback"

    async def begin(self, provider: str, base: str) -> Begun:
        """Where to send the browser."""
        client = self._client(provider)
        try:
            places = await client.places()
        except IssuerAway as error:
            raise SignInFailed("away") from error
        state, binding, now = new_secret().reveal(), new_secret(), self._clock.now()
        await self._database.write(
            store.begin(
                hashed(state),
                hashed(binding.reveal()),
                provider,
                expires_at=stamp(now + LIFETIME),
                now=stamp(now),
            )
        )
        asked = {
            "response_type": "code",
            "client_id": client.settings.client_id,
            "redirect_uri": self.redirect_uri(provider, base),
            "scope": " ".join(client.settings.scopes),
            "state": state,
            "nonce": _derived(binding.reveal(), "nonce", state),
            "code_challenge": _challenge(_derived(binding.reveal(), "verifier", state)),
            "code_challenge_method": "S256",
        }
        return Begun(f"{places.authorize}{'&' if '?' in places.authorize else '?'}{urlencode(asked)}", binding)

    async def finish(self, provider: str, back: Back, base: str, place: Place) -> Sealed[str]:
        """The secret of the cookie that signs the browser in; raises SignInFailed."""
        client = self._client(provider)
        binding, state = await self._begun(provider, back)
        uri = self.redirect_uri(provider, base)
        try:
            claims, said = await self._proven(client, back, binding=binding, state=state, redirect_uri=uri)
        except IssuerAway as error:
            raise SignInFailed("away") from error
        except (TokenRefused, UnknownSigningKey) as error:
            log.warning("A sign-in by %s was refused: %s", client.settings.issuer, error)
            raise await self._failed(provider, "refused", None) from error
        user = await self._user(provider, client.settings, claims, said)
        await self._audit(
            SecurityEvent(kind="auth.vouched", actor_id=user.id, subject=user.id, detail={"by": provider})
        )
        return await self._sign_ins.open_browser(user.id, place)

    async def close(self) -> None:
        """Close what connections are open."""
        for client in self._clients.values():
            await client.close()

    def _client(self, provider: str) -> Client:
        found = self._clients.get(provider)
        if found is None:
            raise NotFound("Nobody signs in by such an issuer here.")
        return found

    async def _begun(self, provider: str, back: Back) -> tuple[str, str]:
        """The secret and the state of a sign-in that this browser began; used up."""
        if not back.binding or not back.state or max(len(back.binding), len(back.state)) > _LONGEST:
            raise SignInFailed("expired")
        taken = store.take(hashed(back.state), hashed(back.binding), provider, stamp(self._clock.now()))
        if not await self._database.write(taken):
            raise SignInFailed("expired")
        return back.binding, back.state

    async def _proven(
        self, client: Client, back: Back, *, binding: str, state: str, redirect_uri: str
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The claims of the ID token, and those with what else the issuer says."""
        places = await client.places()
        if (back.iss is not None or places.says_iss) and back.iss != client.settings.issuer:  # RFC 9207
            raise TokenRefused("The answer comes from another issuer.")
        if back.error is not None:
            raise SignInFailed("denied" if back.error == "access_denied" else "refused")
        if not back.code or len(back.code) > _LONGEST:
            raise TokenRefused("No code came back.")
        given = await client.exchange(
            back.code, verifier=_derived(binding, "verifier", state), redirect_uri=redirect_uri
        )
        claims = await client.verified(given.id_token, _derived(binding, "nonce", state))
        wanted = (client.settings.email_claim, client.settings.name_claim, client.settings.groups_claim)
        if all(name is None or name in claims or name.partition(".")[0] in claims for name in wanted):
            return claims, claims
        return claims, {**await client.more(given, claims["sub"]), **claims}

    async def _user(
        self, provider: str, settings: OidcSettings, claims: Mapping[str, Any], said: Mapping[str, Any]
    ) -> User:
        groups = groups_of(said, settings.groups_claim)
        foreigner = _foreigner(settings, claims, said)
        if foreigner is None:
            raise await self._failed(provider, "refused", None)
        if not _allowed(settings, said, groups):
            raise await self._failed(provider, "not_allowed", foreigner)
        known = await self._accounts.known(foreigner)
        if known is None and not settings.make_users:
            raise await self._failed(provider, "unknown_user", foreigner)
        if known is not None and known.disabled_at is not None:
            raise await self._failed(provider, "disabled", foreigner)
        await self._accounts.sync(foreigner)
        user = await self._accounts.known(foreigner)
        if user is None:
            raise await self._failed(provider, "unknown_user", foreigner)  # deleted in this moment
        role = role_of(groups, settings)
        if role is not None and role != user.role:
            user = await self._accounts.take_role(user, role)  # what it says now is the newest there is
        if settings.sync_groups:
            await self._groups.sync(UserId(user.id), settings.issuer, {one: one for one in groups})
        return user

    async def _failed(self, provider: str, code: Failure, who: Foreigner | None) -> SignInFailed:
        detail = {"by": provider, "code": code}
        subject = who.subject if who else None
        await self._audit(SecurityEvent(kind="auth.sign_in_refused", subject=subject, detail=detail))
        return SignInFailed(code)


def _foreigner(settings: OidcSettings, claims: Mapping[str, Any], said: Mapping[str, Any]) -> Foreigner | None:
    """Who it is; the subject from the signed token alone."""
    subject = claims.get(settings.subject_claim)
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= _LONGEST_SUBJECT:
        return None
    email, name = _text(said.get(settings.email_claim)), _text(said.get(settings.name_claim))
    return Foreigner(settings.issuer, subject, email, name, float(claims["exp"]))


def _allowed(settings: OidcSettings, said: Mapping[str, Any], groups: frozenset[str]) -> bool:
    if settings.allowed_groups and not groups & set(settings.allowed_groups):
        return False
    if not settings.allowed_domains:
        return True
    vouched = settings.trust_emails or said.get("email_verified") is True
    return vouched and domain_of(said.get(settings.email_claim)) in {one.lower() for one in settings.allowed_domains}


def _text(claim: object) -> str | None:
    return claim[:_LONGEST_SUBJECT] if isinstance(claim, str) and claim.isprintable() and claim.strip() else None


def _derived(binding: str, purpose: str, state: str) -> str:
    """43 characters that only whoever has the browser's secret can know."""
    digest = hmac.new(binding.encode(), f"{purpose}:{state}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _challenge(verifier: str) -> str:
    """RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
