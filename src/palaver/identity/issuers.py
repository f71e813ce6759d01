"""Tokens of external issuers: which issuer, which key, and whether all of it holds; users are not looked up here."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from palaver.core.principal import Role
from palaver.identity.jwks import Fetch, KeySet
from palaver.identity.oidc.claims import groups_of, role_of
from palaver.identity.refusals import (
    ClaimMissing,
    SignatureWrong,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    WrongAudience,
    WrongIssuer,
)
from palaver.identity.settings import IdentitySettings, IssuerSettings
from palaver.kit.clock import Clock
from palaver.kit.lazily import Lazily

if TYPE_CHECKING:
    import jwt
else:
    jwt = Lazily("jwt")  # 9 MB with the cryptography below it: most houses never see such a token

_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2
_END_OF_TIME = 1e12


class Foreigner(NamedTuple):
    """Who an external issuer says is asking, and until when (seconds since 1970, the clocks' skew included)."""

    issuer: str
    subject: str
    email: str | None
    name: str | None
    expires: float
    role: Role | None = None  # what the issuer says that they may do, where that is its business
    issued: float = 0


class Verified(NamedTuple):
    """A token's owner, with the generation of keys that it was checked against."""

    foreigner: Foreigner
    generation: int


class Issuers:
    """All issuers that are configured. `alg` is taken from the key and its issuer's settings, not from the token."""

    def __init__(self, settings: IdentitySettings, fetch: Fetch, clock: Clock) -> None:
        self._skew = settings.clock_skew.total_seconds()
        self._clock = clock
        self._sets = {issuer.issuer: KeySet(issuer, fetch, settings, clock) for issuer in settings.issuers}

    async def read(self, token: str) -> Verified:
        """Who the token says is asking, once everything about it holds."""
        header, claims = _unverified(token)
        keys = self._sets.get(str(claims.get("iss")))
        if keys is None:
            raise WrongIssuer
        if header.get("alg") not in keys.issuer.algorithms:
            raise SignatureWrong("The token's signature algorithm is not accepted here")
        key = await keys.key(_key_id(header))
        verified = self._verify(token, key, keys.issuer)
        return Verified(_foreigner(verified, keys.issuer, self._skew), keys.generation)

    def holds(self, verified: Verified) -> bool:
        """Whether a token that was verified before need not be verified again: same keys, and still its time."""
        keys = self._sets[verified.foreigner.issuer]
        in_time = verified.foreigner.expires > self._clock.now().timestamp()
        return in_time and verified.generation == keys.generation and keys.usable

    async def refresh(self) -> None:
        """Fetch those key sets anew that are due."""
        for keys in self._sets.values():
            await keys.refresh()

    def _verify(self, token: str, key: "jwt.PyJWK", issuer: IssuerSettings) -> dict[str, Any]:
        try:
            claims = _decode(token, key, issuer)
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError) as error:
            raise SignatureWrong from error
        except jwt.InvalidAudienceError as error:
            raise WrongAudience from error
        except jwt.MissingRequiredClaimError as error:
            raise (WrongAudience if error.claim == "aud" else ClaimMissing)(str(error)) from error
        except jwt.PyJWTError as error:
            raise TokenMalformed from error
        self._check_times(claims)
        for name, value in issuer.required_claims.items():
            if claims.get(name) != value:
                raise ClaimMissing(f"The token's claim {name} is not what is required here")
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        if _number(claims["exp"]) + self._skew <= now:
            raise TokenExpired
        if _number(claims.get("nbf", 0)) - self._skew > now:
            raise TokenNotYetValid


def _decode(token: str, key: "jwt.PyJWK", issuer: IssuerSettings) -> dict[str, Any]:
    # The time is checked against the clock that we are handed, not against PyJWT's.
    return jwt.decode(
        token,
        key,
        algorithms=[key.algorithm_name],
        audience=issuer.audience,
        options={
            "require": ["exp", issuer.subject_claim, *(["aud"] if issuer.audience else [])],
            "verify_aud": issuer.audience is not None,
            "verify_sub": False,
            "verify_jti": False,
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        },
    )


def _unverified(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        decoded = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise TokenMalformed from error
    return decoded["header"], decoded["payload"]


def _key_id(header: Mapping[str, Any]) -> str | None:
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise TokenMalformed
    return kid


def _foreigner(claims: Mapping[str, Any], issuer: IssuerSettings, skew: float) -> Foreigner:
    subject = claims[issuer.subject_claim]
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise ClaimMissing(f"The token's claim {issuer.subject_claim} names no user")
    email, name = _text(claims.get(issuer.email_claim)), _text(claims.get(issuer.name_claim))
    role = role_of(groups_of(claims, issuer.groups_claim), issuer)
    issued = _number(claims["iat"]) if role is not None and "iat" in claims else 0
    return Foreigner(issuer.issuer, subject, email, name, _number(claims["exp"]) + skew, role, issued)


def _number(claim: Any) -> float:
    """Seconds since 1970; JSON readers also give infinities and NaN, which no time is ever past."""
    number = isinstance(claim, int | float) and not isinstance(claim, bool) and abs(claim) < _END_OF_TIME
    if not number:
        raise TokenMalformed("The token's times are not numbers")
    return float(claim)


def _text(claim: object) -> str | None:
    return claim[:_LONGEST_SUBJECT] if isinstance(claim, str) and claim.isprintable() and claim.strip() else None
