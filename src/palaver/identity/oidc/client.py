"""How one issuer is asked: what it says of itself, a code for tokens, who somebody is; what follows is decided above.

Everything that it says is bounded in time and size, and believed only as far as its signature reaches.
"""

import asyncio
import base64
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote, urlencode

import msgspec

from palaver.core.errors import Unauthenticated
from palaver.identity.jwks import Fetch, KeySet
from palaver.identity.oidc.settings import OidcSettings, may_fetch
from palaver.identity.refusals import IssuerAway
from palaver.identity.settings import IdentitySettings, IssuerSettings
from palaver.kit.clock import Clock
from palaver.kit.http import AddressRefused, Fetched, FetchFailed, Guard, Outside
from palaver.kit.lazily import Lazily
from palaver.kit.sealed import Sealed

if TYPE_CHECKING:
    import jwt
else:
    jwt = Lazily("jwt")  # 9 MB with the cryptography below it: most houses never see such a token

log = logging.getLogger(__name__)

_FRESH = timedelta(hours=1)
_ANYWHERE = Guard(schemes=frozenset({"http", "https"}), private=True)  # an operator's settings point there
_LONGEST_TOKEN = 65_536
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class TokenRefused(Unauthenticated):
    """What the issuer gave does not prove who somebody is."""


class Places(NamedTuple):
    """Where an issuer is asked what."""

    authorize: str
    token: str
    userinfo: str | None
    basic: bool
    says_iss: bool


class Given(NamedTuple):
    """What came for a code."""

    id_token: str
    access_token: str | None


class Client:
    """Palaver as one issuer knows it. Nothing is asked before somebody signs in."""

    def __init__(self, settings: OidcSettings, house: IdentitySettings, fetch: Fetch, clock: Clock) -> None:
        self.settings = settings
        self._house = house
        self._clock = clock
        said = {"issuer": settings.issuer, "audience": settings.client_id, "algorithms": settings.algorithms}
        issuer = IssuerSettings.model_validate(said | {"insecure_http": settings.insecure_http})
        self._keys = KeySet(issuer, fetch, house, clock)
        self._configuration = issuer.keys_from
        self._outside: Outside | None = None
        self._places: Places | None = None
        self._known: datetime | None = None
        self._tried: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def places(self) -> Places:
        """Where it is asked; raises IssuerAway where that cannot be learned."""
        async with self._one_at_a_time:
            now = self._clock.now()
            if self._places is not None and self._known is not None and now - self._known < _FRESH:
                return self._places
            if self._tried is None or now - self._tried >= self._house.jwks_min_interval:
                self._tried = now
                await self._learn(now)
            if self._places is None:
                raise self._away()
            return self._places

    async def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> Given:
        """Tokens for a code, which works once."""
        places = await self.places()
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        body |= {"client_id": self.settings.client_id, "code_verifier": verifier}
        headers, secret = dict(_FORM), self.settings.client_secret
        if secret is not None and places.basic:
            headers["Authorization"] = _basic(self.settings.client_id, secret)
        elif secret is not None:
            body["client_secret"] = secret.reveal()
        reply = await self._send("POST", places.token, headers, urlencode(body).encode())
        told = self._object(reply)
        if reply.status >= 400:
            log.warning("%s gave no tokens: %s", self.settings.issuer, str(told.get("error"))[:100])
            raise TokenRefused("The issuer gave no tokens.")
        return _given(told)

    async def verified(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token, once everything about it holds (OpenID Connect Core 1.0, section 3.1.3.7)."""
        await self._keys.refresh()
        try:
            header = jwt.get_unverified_header(token)
            kid = header.get("kid")
            if header.get("alg") not in self.settings.algorithms or not isinstance(kid, str | None):
                raise TokenRefused("The ID token is signed in a way that is not accepted here.")
            key = await self._keys.key(kid)
            claims = _decoded(token, key, self.settings)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise TokenRefused("The ID token does not hold.") from error
        self._check(claims, nonce)
        return claims

    async def more(self, given: Given, subject: str) -> Mapping[str, Any]:
        """What it says about somebody besides, where it does; nothing about anybody else."""
        places = await self.places()
        if places.userinfo is None or given.access_token is None:
            return {}
        headers = {"Authorization": f"Bearer {given.access_token}", "Accept": "application/json"}
        reply = await self._send("GET", places.userinfo, headers, None)
        if reply.status != 200:
            return {}
        told = self._object(reply)
        return told if told.get("sub") == subject else {}

    async def close(self) -> None:
        """Close what connections are open."""
        if self._outside is not None:
            await self._outside.close()

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        skew, now = self._house.clock_skew.total_seconds(), self._clock.now().timestamp()
        ends, issued = claims["exp"], claims["iat"]
        if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in (ends, issued)):
            raise TokenRefused("The ID token's times are not numbers.")
        if not (ends + skew > now and issued - skew <= now):  # so that NaN is not for ever
            raise TokenRefused("The ID token is over, or not valid yet.")
        party = claims.get("azp")
        if party is None and _several(claims["aud"]):
            raise TokenRefused("The ID token was made for several parties, and does not say which asked.")
        if party is not None and party != self.settings.client_id:
            raise TokenRefused("The ID token was made for another party.")
        if claims.get("nonce") != nonce:
            raise TokenRefused("The ID token belongs to another sign-in.")

    async def _learn(self, now: datetime) -> None:
        try:
            self._places = self._read(self._object(await self._send("GET", self._configuration, {}, None)))
            self._known = now
        except IssuerAway as error:
            log.warning("What %s says of itself could not be fetched: %r", self.settings.issuer, error.__cause__)

    def _read(self, told: Mapping[str, Any]) -> Places:
        if told.get("issuer") != self.settings.issuer:  # OpenID Connect Discovery 1.0, section 4.3
            raise self._away() from ValueError("it names another issuer")
        userinfo, methods = told.get("userinfo_endpoint"), told.get("token_endpoint_auth_methods_supported")
        return Places(
            authorize=self._url(told.get("authorization_endpoint")),
            token=self._url(told.get("token_endpoint")),
            userinfo=self._url(userinfo) if userinfo is not None else None,
            basic=not isinstance(methods, list) or "client_secret_basic" in methods,
            says_iss=told.get("authorization_response_iss_parameter_supported") is True,
        )

    def _url(self, url: object) -> str:
        if not isinstance(url, str) or not may_fetch(url, insecure_http=self.settings.insecure_http):
            raise self._away() from ValueError("it names no place that may be asked")
        return url

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Fetched:
        if self._outside is None:
            deadline = self._house.jwks_timeout.total_seconds()
            self._outside = Outside(_ANYWHERE, deadline=deadline, limit=self._house.jwks_max_bytes)
        try:
            reply = await self._outside.send(method, url, headers=headers, body=body)
        except (AddressRefused, FetchFailed) as error:
            raise self._away() from error
        if reply.status >= 500 or 300 <= reply.status < 400:
            raise self._away() from FetchFailed(f"It answered with status {reply.status}.")
        return reply

    def _object(self, reply: Fetched) -> dict[str, Any]:
        try:
            return msgspec.json.decode(reply.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._away() from error

    def _away(self) -> IssuerAway:
        return IssuerAway(retry_after=self._house.jwks_min_interval.total_seconds())


def _several(audience: object) -> bool:
    return isinstance(audience, list) and len(cast("list[object]", audience)) > 1


def _basic(client_id: str, secret: Sealed[str]) -> str:
    """RFC 6749, section 2.3.1: both are encoded as in forms before they are joined."""
    pair = f"{quote(client_id, safe='')}:{quote(secret.reveal(), safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _given(told: Mapping[str, Any]) -> Given:
    token, access = told.get("id_token"), told.get("access_token")
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
        raise TokenRefused("The issuer gave no ID token.")
    usable = isinstance(access, str) and len(access) <= _LONGEST_TOKEN and access.isascii() and access.isprintable()
    return Given(token, access if usable else None)


def _decoded(token: str, key: "jwt.PyJWK", settings: OidcSettings) -> dict[str, Any]:
    # Times are checked against the clock that we are handed, not against PyJWT's.
    return jwt.decode(
        token,
        key,
        algorithms=[key.algorithm_name],
        audience=settings.client_id,
        issuer=settings.issuer,
        options={
            "require": ["iss", "sub", "aud", "exp", "iat", "nonce", settings.subject_claim],
            "verify_sub": False,
            "verify_jti": False,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        },
    )
