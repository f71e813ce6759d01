"""The one door: turns a request's credential into a `Principal`, or refuses it; what belongs to whom it does not know.

Every way in costs at most one read by key. Signatures are checked once per token and remembered by the token's hash;
whether the sign-in, the key or the user still exists is read each time, so that revoking counts at the next request.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
from starlette.requests import HTTPConnection

from palaver.core.errors import Forbidden, Unauthenticated
from palaver.core.ids import KeyId
from palaver.core.principal import WHO, Principal
from palaver.identity import store
from palaver.identity.accounts import Accounts
from palaver.identity.api_keys.networks import admits
from palaver.identity.credentials import KEY_MARK, hashed, parts_of_key, same
from palaver.identity.issuers import Foreigner, Issuers, Verified
from palaver.identity.limits.service import TOLL, Toll
from palaver.identity.presented import COOKIE, HOST_COOKIE, Presented, from_our_pages, header, presented, same_origin
from palaver.identity.refusals import (
    KeyRefused,
    NetworkRefused,
    NobodySignedIn,
    OriginRefused,
    ScopeMissing,
    SignInOver,
    TokenMalformed,
)
from palaver.identity.scopes import ADMIN, allowed, asked_of, may_with_one
from palaver.identity.second_factor.service import SecondFactors
from palaver.identity.settings import IdentitySettings
from palaver.identity.sign_ins import OneTimeTokens
from palaver.identity.standing import Standing
from palaver.identity.tokens import Access, AccessTokens
from palaver.identity.uses import Uses
from palaver.kit.clock import Clock, instant
from palaver.storage.port import Database

T = TypeVar("T")

_LONGEST = 8_192  # characters; tokens of the issuers we know stay below 4 kB
_REMEMBERED = 10_000  # verified tokens; when they are as many, all are forgotten and verified again

# For the OpenAPI document: how to send a credential, and what an endpoint behind the door says of itself.
SECURITY_SCHEMES: dict[str, dict[str, str]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Access token, API key or an issuer's token."},
    "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": f"Set by signing in; for browsers. Where https is in force it is called `{HOST_COOKIE}`.",
    },
}
SECURED: dict[str, Any] = {"security": [{scheme: []} for scheme in SECURITY_SCHEMES]}


class Door:
    """A FastAPI dependency: `Depends(door)` gives the principal. Routes that take the ASGI scope call `who`."""

    factors: SecondFactors
    standing: Standing

    def __init__(
        self,
        database: Database,
        settings: IdentitySettings,
        accounts: Accounts,
        *,
        access: AccessTokens,
        issuers: Issuers,
        one_time: OneTimeTokens,
        uses: Uses,
        clock: Clock,
    ) -> None:
        self._database = database
        self._with_two = bool(settings.second_factor_required_for)
        self._secure = settings.cookie_secure == "always"
        self._trusted = frozenset(origin.lower().rstrip("/") for origin in settings.trusted_origins)
        self._accounts = accounts
        self._access = access
        self._issuers = issuers
        self._one_time = one_time
        self._uses = uses
        self._clock = clock
        self._read: dict[bytes, Access] = {}
        self._verified: dict[bytes, Verified] = {}

    async def __call__(self, connection: HTTPConnection) -> Principal:
        """Who sends this request or opens this WebSocket."""
        return await self.who(connection.scope)

    async def who(self, scope: Mapping[str, Any]) -> Principal:
        """The caller of an ASGI scope; a key that is too narrow for the path is refused here, for every route alike."""
        toll: Toll | None = scope.get(TOLL)
        try:
            principal = await self._principal(scope, self._presented(scope))
        except Unauthenticated:
            if toll is not None:
                await toll.refuse()
            raise
        if toll is not None:
            await toll.pay(principal)
        if principal.scopes is not None or principal.role == "viewer":
            self.check(principal, asked_of(principal, scope.get("method", "GET"), _path(scope)))
        if self._with_two and self.factors.wanted_of(principal) and not may_with_one(_path(scope)):
            await self.factors.require(principal)
        cast("dict[str, Any]", scope)[WHO] = principal  # what stays open is looked at again by it
        return principal

    async def holds(self, scope: Mapping[str, Any], principal: Principal) -> None:
        """Raise unless what opened this connection still holds; of a ticket, which works once, its key and its user."""
        if principal.via != "ticket":
            role = (await self.who(scope)).role
        elif principal.key_id is None:
            if not await self.standing.stands(principal):
                raise SignInOver
            role = principal.role
        else:
            role = (await self._holder(principal.key_id, scope)).role
        if role != principal.role:
            raise SignInOver  # what it opened was opened for another role

    def needs(self, scope: str) -> Callable[[HTTPConnection], Awaitable[Principal]]:
        """A dependency for routes that want more than `scopes.needed` says of their path, above all `admin`."""

        async def dependency(connection: HTTPConnection) -> Principal:
            principal = await self.who(connection.scope)
            self.check(principal, scope)
            return principal

        return dependency

    def check(self, principal: Principal, scope: str | None) -> None:
        """Raise `Forbidden` unless the caller may do what needs this scope."""
        if allowed(principal, scope):
            return
        if scope == ADMIN and principal.scopes is None:
            raise Forbidden("Only administrators may do that.")
        if principal.role == "viewer" and principal.scopes is None:
            raise Forbidden("You are a viewer here: you read what is shared with you, and ask and change nothing.")
        raise ScopeMissing(f"This API key lacks the scope {scope}.")

    async def foreigner(self, scope: Mapping[str, Any]) -> Foreigner | None:
        """Whom an external issuer vouches for, whether or not there is a user yet; None for other credentials."""
        kind, text = self._presented(scope)
        if kind != "bearer" or text.startswith(KEY_MARK) or self._access.ours(text):
            return None
        return (await self._vouched(text)).foreigner

    def family(self, scope: Mapping[str, Any]) -> str | None:
        """The sign-in that an access token belongs to, if the request has one that holds."""
        kind, text = self._presented(scope)
        return self._own(text).family_id if kind == "bearer" and self._access.ours(text) else None

    def from_our_pages(self, scope: Mapping[str, Any]) -> bool:
        """Whether the cookie may act in this request."""
        return from_our_pages(scope, self._trusted)

    def may_hand_cookie(self, scope: Mapping[str, Any]) -> bool:
        """Whether the answer may set the cookie: not where a page of another origin asked."""
        origin = header(scope["headers"], b"origin")
        return origin is None or same_origin(scope, origin, self._trusted)

    def cookie(self, scope: Mapping[str, Any]) -> str | None:
        """The secret of the cookie that this request acts by; None where it acts by something else."""
        kind, text = self._presented(scope)
        return text if kind == "cookie" else None

    def _presented(self, scope: Mapping[str, Any]) -> Presented:
        return presented(scope, secure=self._secure)

    async def _principal(self, scope: Mapping[str, Any], found: Presented) -> Principal:
        match found:
            case ("bearer", text) if not text.startswith(KEY_MARK):
                return await self._by_token(text)
            case ("bearer" | "key", text):
                return await self._by_key(text, scope)
            case ("cookie", text):
                return await self._by_cookie(text, scope)
            case ("ticket", text):
                principal = await self._one_time.use(text, "ticket")
                if principal.key_id is not None:
                    await self._holder(principal.key_id, scope)
                return principal
            case _:
                raise NobodySignedIn

    async def _by_token(self, token: str) -> Principal:
        if not self._access.ours(token):
            return await self._by_issuer(token)
        access = self._own(token)
        owner = await self._database.read(store.family(access.family_id))
        if owner is None or owner[0] != access.user_id:
            raise SignInOver
        return Principal(user_id=owner[0], role=owner[1], via="token", sign_in=access.family_id)

    async def _by_issuer(self, token: str) -> Principal:
        foreigner = (await self._vouched(token)).foreigner
        user = await self._accounts.known(foreigner) or (await self._accounts.meet(foreigner))[1]
        if user.disabled_at is not None:
            raise SignInOver
        if foreigner.role is not None and foreigner.role != user.role:
            user = await self._accounts.take_role(user, foreigner.role, foreigner.issued)
        return Principal(user_id=user.id, role=user.role, via="issuer")

    async def _by_key(self, text: str, scope: Mapping[str, Any]) -> Principal:
        parts = parts_of_key(text)
        if parts is None:
            raise KeyRefused
        key_id, secret = parts
        holder = await self._holder(key_id, scope, secret)
        self._uses.key(key_id)
        scopes = None if holder.scopes is None else _words(holder.scopes)
        return Principal(user_id=holder.user_id, role=holder.role, via="key", key_id=KeyId(key_id), scopes=scopes)

    async def _holder(self, key_id: str, scope: Mapping[str, Any], secret: str | None = None) -> store.KeyHolder:
        """Whose key it is, if it holds and may be used from where the request comes; `secret` where it came along."""
        holder = await self._database.read(store.key_holder(key_id))
        if holder is None or (secret is not None and not same(holder.hash, secret)):
            raise KeyRefused
        if holder.expires_at is not None and instant(holder.expires_at) <= self._clock.now():
            raise KeyRefused
        if holder.networks is not None and not admits(_words(holder.networks), _address(scope)):
            raise NetworkRefused
        return holder

    async def _by_cookie(self, secret: str, scope: Mapping[str, Any]) -> Principal:
        hash_ = hashed(secret)
        row = await self._database.read(store.browser(hash_))
        if row is None or instant(row[2]) <= self._clock.now():
            raise SignInOver
        if not from_our_pages(scope, self._trusted):
            raise OriginRefused
        self._uses.cookie(hash_)
        return Principal(user_id=row[0], role=row[1], via="cookie", sign_in=hash_)

    def _own(self, token: str) -> Access:
        digest = _digest(token)
        access = self._read.get(digest)
        if access is None:
            access = self._access.read(token)
            _remember(self._read, digest, access)
        else:
            self._access.check_time(access)
        return access

    async def _vouched(self, token: str) -> Verified:
        digest = _digest(token)
        verified = self._verified.get(digest)
        if verified is None or not self._issuers.holds(verified):
            verified = await self._issuers.read(token)
            _remember(self._verified, digest, verified)
        return verified


def _digest(token: str) -> bytes:
    if len(token) > _LONGEST:
        raise TokenMalformed
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _remember(known: dict[bytes, T], digest: bytes, value: T) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[digest] = value


def _path(scope: Mapping[str, Any]) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _address(scope: Mapping[str, Any]) -> str:
    client = scope.get("client")
    return client[0] if client else ""


@lru_cache(maxsize=1024)
def _words(stored: str) -> frozenset[str]:
    return frozenset(msgspec.json.decode(stored, type=list[str]))
