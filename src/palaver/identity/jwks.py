"""The public keys of one external issuer, fetched over HTTP and remembered; what is signed with them is not looked at.

A known key is used at once, and for a while also when its issuer cannot be reached. An unknown one causes a fetch, so
that a rotation is followed within seconds; all who wait share that fetch, and storms of unknown keys cause no more
than one per `jwks_min_interval`. `jobs.py` fetches anew every `jwks_refresh`, so that withdrawn keys go.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec

from palaver.identity.refusals import IssuerAway, UnknownSigningKey
from palaver.identity.settings import IdentitySettings, IssuerSettings
from palaver.kit.clock import Clock
from palaver.kit.http import AddressRefused, FetchFailed, Guard, Outside
from palaver.kit.lazily import Lazily

if TYPE_CHECKING:
    import jwt
else:
    jwt = Lazily("jwt")  # 9 MB with the cryptography below it: most houses never see such a token

log = logging.getLogger(__name__)

Keys = Mapping[str | None, "jwt.PyJWK"]
Fetch = Callable[[IssuerSettings], Awaitable[Keys]]

_MOST_KEYS = 64
_LEAST_RSA_BITS = 2048
_ANYWHERE = Guard(schemes=frozenset({"http", "https"}), private=True)  # which scheme may be used, the settings decide


class KeysUnusable(Exception):
    """What the issuer answered is not a key set with at least one key that can be used."""


class KeySet:
    """The keys of one issuer. `generation` counts fetches, so that what was verified before can be told apart."""

    def __init__(self, issuer: IssuerSettings, fetch: Fetch, settings: IdentitySettings, clock: Clock) -> None:
        self.issuer = issuer
        self.generation = 0
        self._fetch = fetch
        self._settings = settings
        self._clock = clock
        self._keys: Keys = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._tries_ended = 0
        self._one_at_a_time = asyncio.Lock()

    async def key(self, kid: str | None) -> "jwt.PyJWK":
        """The key of that id; raises `UnknownSigningKey`, or `IssuerAway` when nothing can be said."""
        if not self.usable or self._find(kid) is None:
            await self._try()
        if not self.usable:
            raise IssuerAway(retry_after=self._settings.jwks_min_interval.total_seconds())
        key = self._find(kid)
        if key is None:
            raise UnknownSigningKey
        return key

    @property
    def usable(self) -> bool:
        """Whether there are keys, not older than they may become."""
        return self._fetched is not None and self._clock.now() - self._fetched < self._settings.jwks_max_stale

    async def refresh(self) -> None:
        """Fetch anew if the keys are in use and due; a failure leaves them as they are."""
        due = self._fetched is not None and self._clock.now() - self._fetched >= self._settings.jwks_refresh
        if due:
            await self._try()

    def _find(self, kid: str | None) -> "jwt.PyJWK | None":
        if kid is None and len(self._keys) == 1:  # RFC 7515 lets a token leave the id out where there is one key
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    async def _try(self) -> None:
        """Fetch, unless somebody did within the interval, or while we waited: however long that took."""
        ended = self._tries_ended
        async with self._one_at_a_time:
            now = self._clock.now()
            recent = self._tried is not None and now - self._tried < self._settings.jwks_min_interval
            if recent or self._tries_ended > ended:
                return
            self._tried = now
            await self._replace()
            self._tries_ended += 1

    async def _replace(self) -> None:
        try:
            self._keys = await self._fetch(self.issuer)
        except (AddressRefused, FetchFailed, TimeoutError, KeysUnusable) as error:
            log.warning("The keys of issuer %s could not be fetched: %s", self.issuer.issuer, repr(error))
        else:
            self._fetched = self._clock.now()
            self.generation += 1


class HttpKeys:
    """Fetches key sets from where an operator's settings point, which may be a private network."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._deadline = settings.jwks_timeout.total_seconds()
        self._limit = settings.jwks_max_bytes
        self._outside: Outside | None = None

    async def __call__(self, issuer: IssuerSettings) -> Keys:
        """The usable keys of the issuer, by id."""
        async with asyncio.timeout(self._deadline):
            document = await self._json(await self._url(issuer))
        return usable_keys(document, issuer)

    async def close(self) -> None:
        """Close what connections are open."""
        if self._outside:
            await self._outside.close()

    async def _url(self, issuer: IssuerSettings) -> str:
        if issuer.jwks_url:
            return issuer.jwks_url
        document = await self._json(issuer.keys_from)
        if document.get("issuer") != issuer.issuer:  # OpenID Connect Discovery 1.0, section 4.3
            raise KeysUnusable("the OpenID configuration names another issuer")
        url = document.get("jwks_uri")
        if not isinstance(url, str) or not issuer.may_fetch(url):
            raise KeysUnusable("the OpenID configuration names no jwks_uri that may be fetched")
        return url

    async def _json(self, url: str) -> dict[str, Any]:
        if self._outside is None:  # not before it is needed: most houses have no external issuer
            self._outside = Outside(_ANYWHERE, deadline=self._deadline, limit=self._limit)
        return _object((await self._outside.get(url)).body)


def usable_keys(document: Mapping[str, Any], issuer: IssuerSettings) -> Keys:
    """Those keys of the set that can check signatures of the issuer's algorithms; others are passed over."""
    listed: object = document.get("keys")
    if not isinstance(listed, list):
        raise KeysUnusable("there is no list of keys")
    keys: dict[str | None, jwt.PyJWK] = {}
    for entry in cast("list[object]", listed)[:_MOST_KEYS]:
        key = _usable(entry, issuer)
        if key is not None:
            keys.setdefault(key.key_id, key)
    if not keys:
        raise KeysUnusable("none of the keys can be used")
    return keys


def _usable(entry: object, issuer: IssuerSettings) -> "jwt.PyJWK | None":
    if not isinstance(entry, dict):
        return None
    claims = cast("dict[str, Any]", entry)
    if claims.get("use", "sig") != "sig" or not isinstance(claims.get("kid"), str | None):
        return None
    try:
        key = jwt.PyJWK(claims)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None
    of_rsa = key.algorithm_name.startswith(("RS", "PS"))
    strong = not of_rsa or getattr(key.key, "key_size", 0) >= _LEAST_RSA_BITS
    return key if strong and key.algorithm_name in issuer.algorithms else None


def _object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise KeysUnusable("the answer is not a JSON object") from error
